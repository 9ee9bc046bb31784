"""Reads and writes result files."""

from pathlib import Path

import msgspec

from conformance.load.results.model import FORMAT, SUITE, Result
from conformance.target.errors import ConfigError


def read_result(path: Path) -> Result:
    """Raises `ConfigError` with one line when it is not a result file of this format."""
    try:
        result = msgspec.json.decode(path.read_bytes(), type=Result)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}: not the result of `mcp-conformance load`: {error}") from None
    if (result.suite, result.format) != (SUITE, FORMAT):
        raise ConfigError(f"{path}: {result.suite} format {result.format}; this version reads {SUITE} format {FORMAT}")
    return result


def write_result(path: Path, result: Result) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    draft.replace(path)
