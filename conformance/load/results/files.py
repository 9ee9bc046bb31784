"""Reads and writes result files."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from conformance.load.recording.histogram import decoded
from conformance.load.results.model import FORMAT, SUITE, Latencies, Phase, Result
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
    _check_histograms(path, result)
    return result


def _check_histograms(path: Path, result: Result) -> None:
    """Whoever reads the file may then merge them without a further look."""
    for phase in result.phases:
        for one in _distributions(phase):
            try:
                count = decoded(one.encoded).total_count
            except ValueError as error:
                raise ConfigError(f"{path}: {phase.name!r}: {error}") from None
            if count != one.count:
                raise ConfigError(f"{path}: {phase.name!r}: a histogram of {count} values says that it has {one.count}")


def _distributions(phase: Phase) -> Iterator[Latencies]:
    yield from (phase.connections.setup, phase.generator.lag, phase.generator.loop)
    for part in (phase.total, *phase.operations):
        yield from (part.response, part.service, part.failed)
        yield from (one for one in (part.first_event, part.largest_gap) if one is not None)


def write_result(path: Path, result: Result) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    draft.replace(path)
