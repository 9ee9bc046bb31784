"""The settings of a run, each once: its flag, its key in conformance.toml, its environment variables, its type."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.protocol.revisions import REVISIONS


@dataclass(frozen=True, slots=True)
class Option:
    """`convert` raises ValueError with words for the user. `many` may be repeated, a `switch` has no value."""

    key: str
    flag: str
    help: str
    convert: Callable[[Any], Any] = str
    environ: tuple[str, ...] = ()
    metavar: str | None = None
    many: bool = False
    switch: bool = False


def _positive(value: Any) -> float:
    number = float(value) if not isinstance(value, bool) else 0.0
    if not number > 0:
        raise ValueError(f"{value!r} has to be a number above 0")
    return number


def _seconds(value: Any) -> float:
    try:
        return _positive(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number of seconds above 0") from None


def _rate(value: Any) -> float:
    try:
        return _positive(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a rate above 0 requests a second") from None


def _count(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number <= 0 or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a whole number above 0")
    return number


def _limit(value: Any) -> int:
    return 0 if value in (0, "0") and not isinstance(value, bool) else _count(value)


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ValueError(f"{value!r} is not a switch; use true or false")
    return text in ("1", "true", "yes", "on")


def _names(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else list(value)
    return tuple(part.strip() for one in listed for part in str(one).split(",") if part.strip())


def _revisions(value: Any) -> tuple[str, ...]:
    chosen = _names(value)
    for one in chosen:
        if one not in REVISIONS:
            raise ValueError(f"{one!r} is not a revision; known: {', '.join(REVISIONS)}")
    return tuple(revision for revision in REVISIONS if revision in chosen)


def _path(value: Any) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError(f"{value!r} is not a path")
    return Path(value).expanduser()


def _reports(value: Any) -> tuple[str, ...]:
    listed = value.split(",") if isinstance(value, str) else list(value)
    chosen = tuple(str(one).strip() for one in listed if str(one).strip() not in ("", "none"))
    for one in chosen:
        if one not in REPORTS:
            raise ValueError(f"{one!r} is not a report; known: {', '.join(REPORTS)}, or none")
    return chosen


def _lines(value: Any) -> tuple[str, ...]:
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        raise ValueError(f"{value!r} has to be a list of 'Name: value' lines")
    return tuple(str(one) for one in listed)


def _evidence(value: Any) -> dict[str, Path]:
    pairs = value.items() if isinstance(value, dict) else (str(one).partition("=")[::2] for one in value)
    found = {str(name).strip(): str(path) for name, path in pairs}
    for name, path in found.items():
        if not name or not path:
            raise ValueError(f"{name or path!r}: write NAME=PATH, such as receipt=smoke.json")
        if not Path(path).expanduser().exists():
            raise ValueError(f"{name}: {path} does not exist")
    return {name: Path(path).expanduser() for name, path in found.items()}


REPORTS = ("html", "junit", "ndjson", "markdown", "sarif", "badge")
DEFAULT_REPORTS = ("html", "junit")
"""Reports that a run writes beside the verdict file unless told otherwise."""

OPTIONS = (
    Option(
        "url", "--target", "URL of the MCP endpoint to judge (Streamable HTTP)",
        environ=("MCP_CONFORMANCE_TARGET", "MCP_GATEWAY_URL"), metavar="URL",
    ),
    Option("config", "--config", "TOML file to use instead of ./conformance.toml", _path, metavar="FILE"),
    Option(
        "revisions", "--revision", "revision to judge, may be repeated (default: all that the target speaks)",
        _revisions, ("MCP_CONFORMANCE_REVISION",), "DATE", many=True,
    ),
    Option(
        "headers", "--target-header", "extra request header 'Name: value', may be repeated; $NAME is read from the"
        " environment", _lines, metavar="LINE", many=True,
    ),
    Option("token_env", "--token-env", "environment variable that holds the bearer token", metavar="NAME"),
    Option("token_file", "--token-file", "file that holds the bearer token", _path, metavar="FILE"),
    Option("token_command", "--token-command", "command that prints the bearer token", metavar="COMMAND"),
    Option(
        "timeout", "--request-timeout", "seconds that one request may take (default: 10)", _seconds,
        ("MCP_CONFORMANCE_TIMEOUT",), "SECONDS",
    ),
    Option(
        "connect_timeout", "--connect-timeout", "seconds that a connection may take (default: 5)", _seconds,
        metavar="SECONDS",
    ),
    Option("max_rps", "--max-rps", "most requests a second, over all workers", _rate, metavar="N"),
    Option("request_budget", "--request-budget", "most requests of a run, over all workers", _count, metavar="N"),
    Option(
        "retry_budget", "--retry-budget", "seconds to spend on Retry-After waits (default: 60)", _seconds,
        metavar="SECONDS",
    ),
    Option("ca_bundle", "--ca-bundle", "PEM file with the certificate authorities to trust", _path, metavar="FILE"),
    Option("client_cert", "--client-cert", "PEM file with the client certificate", _path, metavar="FILE"),
    Option("client_key", "--client-key", "PEM file with the key of the client certificate", _path, metavar="FILE"),
    Option("insecure", "--insecure", "do not verify the target's certificate", _switch, switch=True),
    Option("proxy", "--proxy", "proxy to reach the target through", environ=("MCP_CONFORMANCE_PROXY",), metavar="URL"),
    Option("allow_writes", "--allow-writes", "also call tools that may write", _switch, switch=True),
    Option(
        "call_limit", "--call-limit", "most tools to call under each revision, 0 for all (default: 50)", _limit,
        metavar="N",
    ),
    Option("allow_noisy", "--allow-noisy", "also run checks that send bursts or wait long", _switch, switch=True),
    Option(
        "allow_destructive", "--allow-destructive", "also call tools that say they are destructive", _switch,
        switch=True,
    ),
    Option(
        "read_only", "--read-only", "nothing that writes, bursts or destroys, whatever else allows it", _switch,
        switch=True,
    ),
    Option(
        "profiles", "--profile", "contracts to judge beside MCP: a built-in profile or the path of a profile file;"
        " may be repeated", _names, ("MCP_CONFORMANCE_PROFILE",), "NAME|FILE", many=True,
    ),
    Option(
        "strict_profile", "--strict-profile", "also judge what only source code promises, and accept no other form",
        _switch, switch=True,
    ),
    Option(
        "evidence", "--evidence", "an artifact to judge, such as receipt=smoke.json; may be repeated", _evidence,
        metavar="NAME=PATH", many=True,
    ),
    Option("canary", "--canary", "URL of a second MCP endpoint to compare the target with", metavar="URL"),
    Option("watch", "--watch", "seconds to observe the target for its service levels", _seconds, metavar="SECONDS"),
    Option(
        "baseline", "--baseline", "TOML or YAML file with the failures that are accepted, and until when", _path,
        ("MCP_CONFORMANCE_BASELINE",), "FILE",
    ),
    Option("strict", "--strict", "a broken SHOULD fails the run", _switch, switch=True),
    Option(
        "require_complete", "--require-complete", "a MUST that could not be judged makes the run incomplete (exit 7)",
        _switch, switch=True,
    ),
    Option(
        "report_dir", "--report-dir", "directory for the reports (default: reports)", _path,
        ("MCP_CONFORMANCE_REPORT_DIR",), "DIR",
    ),
    Option(
        "reports", "--reports", f"reports beside verdicts.json, with commas between them: {', '.join(REPORTS)};"
        " or none (default: html,junit)", _reports, ("MCP_CONFORMANCE_REPORTS",), "KINDS",
    ),
)  # fmt: skip
