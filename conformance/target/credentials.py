"""Where the credentials of a run come from; they need never stand on a command line."""

import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.target.errors import ConfigError
from conformance.wire.exchange import Headers

COMMAND_TIMEOUT = 30.0
TOKEN_VARIABLES = ("MCP_CONFORMANCE_TOKEN", "MCP_CONNECTOR_TOKEN", "EMCP_API_TOKEN")

_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def header_lines(lines: Sequence[str], table: Mapping[str, Any], environ: Mapping[str, str]) -> Headers:
    """Headers from 'Name: value' lines and from the [headers] table; `$NAME` stands for an environment variable."""
    pairs = [_split(line) for line in lines] + [(name, str(value)) for name, value in table.items()]
    for name, _ in pairs:
        if not _FIELD_NAME.fullmatch(name):
            raise ConfigError(f"--target-header: {name!r} is not a header name; write 'Name: value'")
    return tuple((name, _expand(value, environ)) for name, value in pairs)


def _split(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ConfigError("--target-header: a header without a colon; write 'Name: value'")
    return name.strip(), value.strip()


def _expand(value: str, environ: Mapping[str, str]) -> str:
    def read(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in environ:
            raise ConfigError(f"--target-header: the environment variable {name} is not set")
        return environ[name]

    return _VARIABLE.sub(read, value)


def read_token(settings: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """The bearer token: from a named variable, a file or a command, else from the usual variables."""
    if name := settings.get("token_env"):
        return _present(environ.get(name), f"--token-env: the environment variable {name} is not set or empty")
    if path := settings.get("token_file"):
        return _from_file(path)
    if command := settings.get("token_command"):
        return _from_command(command)
    return next((environ[name].strip() for name in TOKEN_VARIABLES if environ.get(name, "").strip()), None)


def _present(value: str | None, complaint: str) -> str:
    token = (value or "").strip()
    if not token:
        raise ConfigError(complaint)
    if not token.isascii() or any(character.isspace() for character in token):
        raise ConfigError("the bearer token has white space or characters outside ASCII in it; give the bare token")
    return token


def _from_file(path: Path) -> str:
    try:
        return _present(path.read_text(encoding="utf-8"), f"--token-file: {path} is empty")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--token-file: {path} cannot be read: {error}") from None


def _from_command(command: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ConfigError(f"--token-command: no answer within {COMMAND_TIMEOUT:g} s") from None
    except subprocess.CalledProcessError as error:
        raise ConfigError(f"--token-command: ended with exit status {error.returncode}") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"--token-command: cannot be run: {error}") from None
    return _present(done.stdout, "--token-command: printed nothing")
