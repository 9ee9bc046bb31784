"""eMCP: the audit log (docs/contracts/emcp.md). The whole file is judged last, with the lines of the checks in it."""

import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.contracts import Caller, Evidence, Profile, rule
from conformance.contracts.emcp import audit
from conformance.contracts.emcp.settings import Audit, Emcp
from conformance.contracts.emcp.toolset import Toolset
from conformance.contracts.paths import at_path
from conformance.protocol.reply import Reply

SECTION = "emcp"

POLL = 0.1


@pytest.fixture
def settings(profile: Profile) -> Audit:
    found = profile.emcp and profile.emcp.audit
    return found or not_applicable("the profile has no audit log")


@pytest.fixture
def log(evidence: Evidence) -> Path:
    return evidence.path("audit")


@rule("emcp-audit-traced")
def test_a_request_leaves_its_line(caller: Caller, profile: Profile, log: Path, settings: Audit) -> None:
    """The line tells what the client saw."""
    trace = f"conformance-{uuid.uuid4()}"
    before = log.stat()
    reply = ask(caller, profile, {trace_header(profile): trace})
    entries = waited(lambda: audit.traced(audit.lines_of(log, settings), trace, settings), profile, settings)
    if not entries and unchanged(log, before):
        not_testable("the file is not written to: give the live audit log with --evidence audit=FILE")
    expect(reply).that(entries, f"a line with {settings.trace_id} {trace}", "none in the audit log")
    places = urlsplit(reply.exchange.request.url).path.split("/")
    wanted: dict[str, list[Any]] = {
        settings.status: [reply.status],
        settings.method: [reply.method],
        settings.server: places,
    }
    for path, values in wanted.items():
        found = [at_path(entry, path) for entry in entries]
        told = " or ".join(map(repr, filter(None, values)))
        expect(reply).that(any(one in values for one in found), f"{path} {told} in the line of the request", found)


@rule("emcp-audit-planted")
def test_planted_secrets_do_not_reach_the_audit(caller: Caller, profile: Profile, log: Path, settings: Audit) -> None:
    """An invented password, key and cookie go in by headers and arguments, and do not come out."""
    trace, before = f"conformance-{uuid.uuid4()}", log.stat()
    planted = {name: f"planted-{uuid.uuid4().hex}" for name in ("password", "api_key", "cookie")}
    headers = {trace_header(profile): trace, "x-api-key": planted["api_key"], "cookie": f"planted={planted['cookie']}"}
    ask(caller, profile, headers, {name: planted[name] for name in ("password", "api_key")})
    entries = waited(lambda: audit.traced(audit.lines_of(log, settings), trace, settings), profile, settings)
    if not entries and unchanged(log, before):
        not_testable("the file is not written to: give the live audit log with --evidence audit=FILE")
    need_none(audit.secret_problems(audit.lines_of(log, settings), planted.values(), settings), "no planted secret")


@rule("emcp-audit-lines")
def test_audit_lines_are_complete(log: Path, settings: Audit) -> None:
    """Every line of the audit is JSON with all fields."""
    need_none(audit.line_problems(audit.lines_of(log, settings), settings), "complete audit lines")


@rule("emcp-audit-secrets")
def test_the_audit_holds_no_credentials(log: Path, settings: Audit, profile: Profile, run_config: Any) -> None:
    """Neither those of this run nor anything that looks like one."""
    need_none(
        audit.secret_problems(audit.lines_of(log, settings), [run_config.token or ""], settings), "no credentials"
    )


def need_none(problems: list[str], expected: str) -> None:
    if problems:
        violation(expected, "; ".join(problems))


def trace_header(profile: Profile) -> str:
    named = profile.errors.trace_header if profile.errors else ""
    return named or not_applicable("the profile has no header for trace ids")


def ask(caller: Caller, profile: Profile, headers: dict[str, str], more: Mapping[str, str] = {}) -> Reply:
    """A search, or else the list of tools; `more` are further arguments."""
    assert isinstance(profile.emcp, Emcp)
    toolset = Toolset(caller, profile.emcp)
    if "search" not in profile.emcp.calls:
        return toolset.ask("tools/list", {**more}, headers=headers)
    tool = toolset.named("search")
    params = {"name": tool.tool, "arguments": {**tool.arguments, "limit": 1, **more}}
    return toolset.ask("tools/call", params, headers=headers)


def waited(read: Callable[[], list[Any]], profile: Profile, settings: Audit) -> list[Any]:
    """What `read` gives, as soon as it gives something, or nothing after the patience of the profile."""
    end = time.monotonic() + profile.seconds(settings.patience_s)
    while not (found := read()) and time.monotonic() < end:
        time.sleep(POLL)
    return found


def unchanged(log: Path, before: Any) -> bool:
    now = log.stat()
    return bool((now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns))
