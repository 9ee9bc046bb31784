"""Verdicts, exchanges and verdict files to make pages of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.report.journal import SCHEMA, Journal
from conformance.report.merging import TargetRun, VerdictFile, merged
from conformance.report.verdict import Verdict

URL = "https://example.com/mcp"
RULE = "A tool's name identifies it uniquely within the server."
LINK = "https://modelcontextprotocol.io/specification/2025-06-18/server/tools#tool-names"

PASSED = Verdict(
    "ping-respond-empty", "2025-06-18", "pass", level="MUST", area="ping", rule="A ping has an empty result.",
    nodeid="suites/protocol/test_ping.py::test_ping[2025-06-18]", seconds=0.004, requests=1,
    links=("https://modelcontextprotocol.io/specification/2025-06-18/basic/utilities/ping",),
)  # fmt: skip
FAILED = Verdict(
    "tools-name-unique", "2025-06-18", "fail", level="MUST", area="tools", rule=RULE, red=True, links=(LINK,),
    nodeid="suites/protocol/test_tools.py::test_names[2025-06-18]", expected="a JSON-RPC error with code -32602",
    received='HTTP 200, application/json, {"jsonrpc":"2.0","id":1,"result":{}}', replay="curl -sS https://example.com/mcp",
    seconds=0.02, requests=2,
)  # fmt: skip
WARNED = replace(
    FAILED, requirement="tools-validate-inputs", status="warn", level="SHOULD", red=False, rule="Inputs are validated.",
    nodeid="suites/protocol/test_tools.py::test_inputs[2025-06-18]",
)  # fmt: skip
BLOCKED = Verdict(
    "tools-call-result-shape", "2025-06-18", "blocked", level="MUST", area="tools", rule="A call has a result.",
    nodeid="suites/protocol/test_tools.py::test_call[2025-06-18]", reason="no list", blocked_by="tools-name-unique",
)  # fmt: skip
CONTRACT = Verdict(
    "rate-headers-present", "", "fail", level="MUST", area="rate-limit", rule="Answers tell the limit.", red=True,
    profile="emcp", clauses=("C-EMCP-104",), expected="a header X-RateLimit-Limit", received="HTTP 200, no such header",
    advice="Send the three headers with every answer.", nodeid="suites/contracts/test_rate.py::test_headers[emcp]",
)  # fmt: skip


def exchange(
    request: str = '{"jsonrpc":"2.0","id":1,"method":"tools/call"}',
    response: str = '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}]}}',
    status: int | None = 200,
    headers: Sequence[tuple[str, str]] = (("content-type", "application/json"), ("mcp-session-id", "<redacted>")),
    replay: str = "curl -sS https://example.com/mcp",
) -> dict[str, Any]:
    return {
        "at": 1795297288.395,
        "request": {"method": "POST", "url": URL, "headers": [["accept", "application/json"]], "body": request},
        "response": {
            "status": status, "headers": [list(pair) for pair in headers], "body": response,
            "size": len(response), "events": 0,
        },
        "head_seconds": 0.004, "seconds": 0.0052, "ending": "complete", "failure": None, "replay": replay,
    }  # fmt: skip


def head(url: str = URL, **members: Any) -> dict[str, Any]:
    return {
        "format": 2,
        "tool": {"name": "mcp-conformance", "version": "0.1.0"},
        "started": "2026-11-21T20:00:00Z",
        "target": {"url": url, "server": "example 1.2.3", "guarded": False},
        "revisions": ["2025-06-18"],
        "not_spoken": {"2024-11-05": "offers another version"},
        "profiles": {},
        "strict": False,
        **members,
    }


def file_of(
    verdicts: Sequence[Verdict], name: str = "verdicts.json", *, complete: bool = True, **members: Any
) -> VerdictFile:
    """A file as it is after reading."""
    summary = {"complete": complete, "requests": 10, "seconds": 2.0}
    return VerdictFile(name, {"$schema": SCHEMA, **head(**members), "summary": summary}, tuple(verdicts))


def runs_of(*verdicts: Verdict, **members: Any) -> list[TargetRun]:
    return merged([file_of(verdicts, **members)])


def write(path: Path, verdicts: Sequence[Verdict], *, finish: bool = True, **members: Any) -> Path:
    """A file as a run writes it."""
    journal = Journal(path, head(**members))
    for one in verdicts:
        journal.add(one)
    if finish:
        counts: dict[str, int] = {}
        for one in verdicts:
            counts[one.status] = counts.get(one.status, 0) + 1
        red = any(one.red for one in verdicts)
        journal.finish(
            {
                "complete": True,
                "exit_code": int(red),
                "conforms": not red,
                "counts": counts,
                "requests": 10,
                "seconds": 2.0,
            }
        )
    return path


def evidence(verdict: Verdict, *exchanges: Mapping[str, Any]) -> Verdict:
    return replace(verdict, transcript=exchanges)
