"""The configuration of a run: flag > environment > conformance.toml > default, merged into one frozen value."""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from conformance.target.credentials import header_lines, read_token
from conformance.target.errors import ConfigError
from conformance.target.options import DEFAULT_REPORTS, OPTIONS, Option
from conformance.target.secrets import secrets_of_arguments, secrets_of_headers, secrets_of_url
from conformance.wire.exchange import Headers
from conformance.wire.http import HttpSettings, usable_url
from conformance.wire.redact import Redactor

CONFIG_FILE = "conformance.toml"
TABLES = ("target", "headers", "arguments", "roles", "evidence")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Everything that a run depends on. Times in seconds. Secrets are only in `url`, `headers`, `token` and
    `proxy`."""

    url: str = field(repr=False)
    revisions: tuple[str, ...] = ()
    headers: Headers = field(default=(), repr=False)
    token: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    connect_timeout: float = 5.0
    max_rps: float | None = None
    request_budget: int | None = None
    retry_budget: float = 60.0
    ca_bundle: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    insecure: bool = False
    proxy: str | None = field(default=None, repr=False)
    allow_writes: bool = False
    allow_noisy: bool = False
    allow_destructive: bool = False
    call_limit: int = 50
    strict: bool = False
    require_complete: bool = False
    read_only: bool = False
    profiles: tuple[str, ...] = ()
    strict_profile: bool = False
    evidence: Mapping[str, Path] = field(default_factory=dict)
    canary: str | None = field(default=None, repr=False)
    watch: float | None = None
    baseline: Path | None = None
    report_dir: Path = Path("reports")
    reports: tuple[str, ...] = DEFAULT_REPORTS
    arguments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def http(self) -> HttpSettings:
        return HttpSettings(
            self.connect_timeout, self.ca_bundle, self.client_cert, self.client_key, self.insecure, self.proxy
        )

    @property
    def secrets(self) -> list[str]:
        """Values that must never be seen in a report."""
        urls = [secret for url in (self.url, self.proxy, self.canary) for secret in secrets_of_url(url)]
        found = [*secrets_of_headers(self.headers), *urls, *secrets_of_arguments(self.arguments)]
        return [*found, *([self.token] if self.token else [])]

    @property
    def redactor(self) -> Redactor:
        """Masks what this configuration holds in secrets."""
        return Redactor(self.secrets)


def load_config(
    flags: Mapping[str, Any],
    *,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    default_url: Callable[[], str | None] = lambda: None,
) -> RunConfig:
    """Merge the sources and check every value; `default_url` is asked when no source names a target.

    Raises `ConfigError` with one clear line.
    """
    environ = os.environ if environ is None else environ
    document = read_file(directory or Path.cwd(), flags.get("config"))
    more = _variables_of_profiles(flags, environ, document)
    merged = {option.key: _first(option, flags, environ, document, more.get(option.key, ())) for option in OPTIONS}
    chosen = {key: value for key, value in merged.items() if value is not None}
    chosen["url"] = chosen.get("url") or _emcp_url(environ) or (None if chosen.get("profiles") else default_url())
    return _build(chosen, document, environ)


def _variables_of_profiles(
    flags: Mapping[str, Any], environ: Mapping[str, str], document: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Environment variables by which the systems of the profiles set options of the run."""
    named = _first(next(one for one in OPTIONS if one.key == "profiles"), flags, environ, document)
    if not named:
        return {}
    from conformance.contracts.profiles.documents import read, run_options

    found: dict[str, list[str]] = {}
    for profile in named:
        for key, names in run_options(read(profile)).items():
            found.setdefault(key, []).extend(names)
    return found


def read_file(directory: Path, named: str | Path | None = None) -> dict[str, Any]:
    """The configuration file: the named one, or conformance.toml of the directory; empty when there is none."""
    path = Path(named) if named else directory / CONFIG_FILE
    if not path.is_file():
        if named:
            raise ConfigError(f"--config: {path} does not exist; name a TOML file or leave the option out")
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    _check_tables(path, document)
    return document


def _check_tables(path: Path, document: Mapping[str, Any]) -> None:
    known = {option.key for option in OPTIONS} - {"config"}
    for table, content in document.items():
        if table not in TABLES:
            raise ConfigError(f"{path}: unknown table [{table}]; use {', '.join(f'[{one}]' for one in TABLES)}")
        if not isinstance(content, dict):
            raise ConfigError(f"{path}: {table} has to be a table, written [{table}]")
    for key in document.get("target", {}):
        if key.replace("-", "_") not in known:
            raise ConfigError(f"{path}: unknown key target.{key}; known: {', '.join(sorted(known))}")


def _first(
    option: Option,
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    document: Mapping[str, Any],
    more: Iterable[str] = (),
) -> Any:
    """The value from the source that comes first, already of the right type; `more` names further variables."""
    value = flags.get(option.key)
    if value not in (None, (), [], False):
        return _convert(option, value, option.flag)
    for name in (*option.environ, *more):
        if environ.get(name):
            return _convert(option, environ[name], name)
    table = {key.replace("-", "_"): found for key, found in document.get("target", {}).items()}
    if option.key == "evidence" and "evidence" in document:
        return _convert(option, document["evidence"], "evidence")
    if option.key in table:
        return _convert(option, table[option.key], f"target.{option.key}")
    return None


def _convert(option: Option, value: Any, source: str) -> Any:
    try:
        return option.convert(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{source}: {error}") from None


def _build(chosen: dict[str, Any], document: Mapping[str, Any], environ: Mapping[str, str]) -> RunConfig:
    url = chosen.pop("url")
    if not url and not chosen.get("profiles"):
        raise ConfigError("--target: no URL given; use --target=URL, target.url in conformance.toml or MCP_GATEWAY_URL")
    for flag, given in (("--target", url), ("--canary", chosen.get("canary"))):
        if given and not usable_url(given):
            raise ConfigError(f"{flag}: {given!r} is not an http or https URL; write it as https://host/path")
    if chosen.get("read_only"):
        chosen |= {"allow_writes": False, "allow_noisy": False, "allow_destructive": False}
    chosen["headers"] = header_lines(chosen.get("headers", ()), document.get("headers", {}), environ)
    chosen["token"] = read_token(chosen, environ)
    if chosen.get("client_key") and not chosen.get("client_cert"):
        raise ConfigError("--client-key: needs --client-cert as well")
    for key in ("ca_bundle", "client_cert", "client_key"):
        if key in chosen and not chosen[key].is_file():
            raise ConfigError(f"--{key.replace('_', '-')}: {chosen[key]} does not exist")
    known = {one.name for one in fields(RunConfig)}
    settings = {key: value for key, value in chosen.items() if key in known}
    return RunConfig(
        url=url or "", arguments=_tables(document, "arguments"), roles=dict(document.get("roles", {})), **settings
    )


def _emcp_url(environ: Mapping[str, str]) -> str | None:
    """The three parts that operators of the EMCP gateway set (runbook, section on clients)."""
    base, handle = environ.get("EMCP_BASE_URL"), environ.get("EMCP_SERVER_HANDLE", "").strip("/")
    if not base or environ.get("EMCP_INTEGRATION_ENABLED", "1").strip().lower() in ("0", "false", "no", "off"):
        return None
    path = environ.get("EMCP_API_PATH", "").strip("/")
    parts = [base.rstrip("/"), path.replace("{server}", handle), "" if "{server}" in path else handle]
    return "/".join(part for part in parts if part)


def _tables(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    tables = document.get(name, {})
    for tool, arguments in tables.items():
        if not isinstance(arguments, dict):
            raise ConfigError(f"{name}.{tool}: write the arguments as a table, [{name}.{tool}]")
    return dict(tables)
