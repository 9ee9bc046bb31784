"""Verdicts of each kind, the head of their file, and text that no report may take for anything but text."""

from dataclasses import replace
from typing import Any

from conformance.report.verdict import Accepted, Verdict

LINK = "https://modelcontextprotocol.io/specification/2025-06-18/server/tools#listing-tools"

HEAD: dict[str, Any] = {
    "$schema": "https://mcp-conformance.invalid/reports/verdicts.json",
    "format": 2,
    "tool": {"name": "mcp-conformance", "version": "1.2.3"},
    "started": "2026-11-21T19:00:10Z",
    "target": {
        "url": "https://example.com/mcp",
        "server": "small 1",
        "guarded": False,
        "fingerprint": f"sha256:{0:064x}",
    },
    "revisions": ["2025-06-18", "2025-11-25"],
    "profiles": {"acme": "1"},
    "not_spoken": {},
    "strict": False,
    "summary": {"complete": True, "exit_code": 1, "requests": 12, "seconds": 3.25},
}

FAILED = Verdict(
    "tools-list-result-shape", "2025-06-18", "fail", level="MUST", area="tools", rule="A list is a list.", red=True,
    nodeid="suites/protocol/test_tools.py::test_list[2025-06-18]", expected="a list", received="a string",
    replay="curl -sS https://example.com/mcp", links=(LINK,), seconds=0.25, requests=2,
)  # fmt: skip
WARNED = replace(
    FAILED, requirement="ping-promptly", area="ping", status="warn", level="SHOULD", red=False,
    nodeid="suites/protocol/test_ping.py::test_promptly[2025-06-18]",
)  # fmt: skip
CONTRADICTED = replace(WARNED, requirement="ping-twice", level="MUST", nodeid="traffic::ping-twice[2025-06-18]")
STRICT = replace(WARNED, requirement="ping-strictly", red=True)
ACCEPTED = replace(
    FAILED, requirement="tools-name-unique", red=False, accepted=Accepted("known since May", expires="2027-01-01"),
    nodeid="suites/protocol/test_tools.py::test_unique[2025-06-18]",
)  # fmt: skip
PASSED = Verdict(
    "ping-respond-empty", "2025-11-25", "pass", level="MUST", area="ping", rule="A ping is answered.",
    nodeid="suites/protocol/test_ping.py::test_ping[2025-11-25]", links=(LINK,),
)  # fmt: skip
BLOCKED = replace(
    PASSED, requirement="tools-call-text", status="blocked", reason="no list", blocked_by="tools-list-result-shape",
    nodeid="suites/protocol/test_tools.py::test_call[2025-11-25]",
)  # fmt: skip
UNTESTABLE = replace(PASSED, requirement="logging-level", status="not testable", reason="no role", nodeid="a.py::b")
ERROR = replace(PASSED, requirement="ping-any", status="error", red=True, reason="ValueError: bug", nodeid="a.py::c")
BREACH = replace(
    FAILED, requirement="rate-headers-present", revision="", profile="acme", clauses=("C-EMCP-104",), links=(),
    advice="Look at the limiter.", area="rate-limit",
    nodeid="suites/contracts/test_rate_limit.py::test_answers_tell_what_remains[acme]",
)  # fmt: skip
ALL = [FAILED, WARNED, CONTRADICTED, STRICT, ACCEPTED, PASSED, BLOCKED, UNTESTABLE, ERROR, BREACH]

TARGET_CHOSEN = "http://evil.example"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>]]>--><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    f"&e; [click]({TARGET_CHOSEN}/a) ![]({TARGET_CHOSEN}/b) <{TARGET_CHOSEN}/c> {TARGET_CHOSEN}/d www.evil.example"
    " @everyone @octocat #1 | ``` ` `` ~~~ *b* _i_ \\ \x1b[2J\x1b]8;;x\x07 \x00\x08\x0b\x7f\x9b\ufffe\uffff\ud800"
    " \u202egnp.exe \u2028 \r\n\n# heading\n- item\n```\n[[PROPERTY|verdict=pass]] ::error::hi {0} $x %s"
)
MEMBERS = ("rule", "subject", "expected", "received", "reason", "replay", "advice", "area", "requirement")


def hostile(text: str = HOSTILE) -> list[Verdict]:
    """Failures with this text in every place where a target, a profile or a foreign file may put text."""
    made = [replace(FAILED, **dict[str, Any]({member: text})) for member in MEMBERS]
    made += [
        replace(FAILED, readings=(text,), links=(text,), nodeid=f"suites/{text}.py::test_x[{text}]"),
        replace(ACCEPTED, accepted=Accepted(text, text, text, text)),
        replace(BREACH, profile=text, clauses=(text,)),
        replace(ERROR, reason=text),
        replace(BLOCKED, reason=text, blocked_by=text),
    ]
    return made


def hostile_head(text: str = HOSTILE) -> dict[str, Any]:
    return {
        **HEAD, "started": text, "target": {"url": text, "server": text}, "tool": {"version": text},
        "revisions": [text], "profiles": {text: text},
    }  # fmt: skip
