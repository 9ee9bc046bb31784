"""Verdicts as Allure results: grouped by our ids, with a history that is stable over runs of the same target.

Allure 2 takes the history from `historyId`; Allure 3 makes one of `testCaseId` and of the parameters that are not
excluded. Both are the same here: requirement, target (see `identity`) and check.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Attachment, Label, Link, Parameter, StatusDetails, TestResult
from allure_commons.model2 import Status as AllureStatus
from allure_commons.types import LabelType, LinkType, Severity

from conformance.report.allure_categories import categories, configuration, word
from conformance.report.identity import check_name, digest, target_identity
from conformance.report.text import clipped, is_address, printable
from conformance.report.verdict import Verdict

EPIC = "MCP specification"
CONTRACTS = "Runbook contracts"

LONGEST = 5_000
"""Characters of a text, apart from attachments."""


class AllureResults:
    """Writes results into a directory. `target` is the URL without secrets."""

    def __init__(self, directory: Path, target: str) -> None:
        make_writer: Any = AllureFileLogger
        self._writer = make_writer(str(directory))
        self._directory = directory
        self._target = target

    def begin(self, facts: Mapping[str, str]) -> None:
        """What holds for the whole run: its environment, and names for groups of results."""
        lines = [f"{name.replace(' ', '_')}={printable(value)}\n" for name, value in facts.items()]
        (self._directory / "environment.properties").write_text("".join(lines), encoding="utf-8")
        self._json("categories.json", categories())
        self._json("allurerc.json", configuration())

    def _json(self, name: str, document: object) -> None:
        (self._directory / name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    def add(self, verdict: Verdict, start: float, stop: float) -> None:
        """`start` and `stop` are seconds since the epoch."""
        result = described(verdict, self._target)
        result.start, result.stop = int(start * 1000), int(stop * 1000)
        result.attachments = self._attachments(verdict)
        self._writer.report_result(result)

    def _attachments(self, verdict: Verdict) -> list[Attachment]:
        attached = [self._attach("curl", verdict.replay)] if verdict.replay else []
        for number, entry in enumerate(verdict.transcript, start=1):
            request, response = entry["request"], entry["response"]
            answer = _message(f"HTTP {response['status']}", response) if response["status"] else entry["failure"]
            asked = _message(f"{request['method']} {request['url']}", request)
            attached.append(self._attach(f"{number} request", asked))
            attached.append(self._attach(f"{number} response", answer or "no answer"))
            attached.append(self._attach(f"{number} curl", entry["replay"]))
        return attached

    def _attach(self, name: str, text: str) -> Attachment:
        source = f"{uuid4()}-attachment.txt"
        self._writer.report_attached_data(text.encode("utf-8", "backslashreplace"), source)
        return Attachment(name=name, source=source, type="text/plain")


def described(verdict: Verdict, target: str) -> TestResult:
    """The result without times and attachments. All its text is of printable characters."""
    verdict = _inert(verdict)
    place, _, name = verdict.nodeid.partition("::")
    function = name.partition("[")[0]
    return TestResult(
        uuid=str(uuid4()),
        name=f"{verdict.requirement} [{scope(verdict)}]" if scope(verdict) else verdict.requirement,
        fullName=f"{place}::{function}",
        titlePath=[_epic(verdict), verdict.area, verdict.requirement],
        historyId=digest(target_identity(target), verdict.requirement, check_name(verdict.nodeid)),
        testCaseId=digest(verdict.requirement, function),
        description=verdict.rule,
        status=status(verdict),
        statusDetails=_details(verdict),
        labels=[Label(label, value) for label, value in _labels(verdict).items() if value],
        links=[Link(LinkType.LINK, link, "specification") for link in verdict.links if is_address(link)],
        parameters=_parameters(verdict, target),
    )


def status(verdict: Verdict) -> str:
    """Allure has no warning. As in its own mapping of expected failures it is shown as skipped, under a category."""
    if verdict.status == "pass":
        return str(AllureStatus.PASSED)
    if not verdict.red:
        return str(AllureStatus.SKIPPED)
    return str(AllureStatus.BROKEN if verdict.status == "error" else AllureStatus.FAILED)


def scope(verdict: Verdict) -> str:
    return " ".join(part for part in (verdict.scope, verdict.subject) if part)


def _epic(verdict: Verdict) -> str:
    return CONTRACTS if verdict.is_contract else EPIC


def _labels(verdict: Verdict) -> dict[str, str]:
    severity = Severity.CRITICAL if verdict.level.startswith("MUST") else Severity.MINOR
    return {
        LabelType.EPIC: _epic(verdict),
        LabelType.FEATURE: verdict.area,
        LabelType.STORY: verdict.requirement,
        LabelType.SEVERITY: severity if verdict.level else Severity.BLOCKER,
        LabelType.TAG: verdict.status,
        LabelType.PARENT_SUITE: _epic(verdict),
        LabelType.SUITE: verdict.area,
        LabelType.SUB_SUITE: verdict.scope,
        LabelType.FRAMEWORK: "mcp-conformance",
    }


def _parameters(verdict: Verdict, target: str) -> list[Parameter]:
    """Those that identify a check of a target, and those that only describe it."""
    identify = {"target": target_identity(target), "check": check_name(verdict.nodeid)}
    describe = {
        "revision": verdict.revision, "profile": verdict.profile, "clauses": " ".join(verdict.clauses),
        "subject": verdict.subject, "transport": "Streamable HTTP", "level": verdict.level,
    }  # fmt: skip
    listed = [(name, value, False) for name, value in identify.items()]
    listed += [(name, value, True) for name, value in describe.items() if value]
    return [Parameter(name=name, value=_shown(value), excluded=excluded) for name, value, excluded in listed]


def _details(verdict: Verdict) -> StatusDetails | None:
    if verdict.status == "pass":
        return None
    said = verdict.reason or f"expected {verdict.expected}; received {verdict.received}"
    trace = "\n".join(part for part in (verdict.rule, *verdict.readings, *verdict.links) if part)
    return StatusDetails(message=_shown(f"{word(verdict)}: {said}"), trace=trace)


def _inert(verdict: Verdict) -> Verdict:
    members = {one.name: getattr(verdict, one.name) for one in fields(Verdict)}
    shown: dict[str, Any] = {name: _shown(value) for name, value in members.items() if isinstance(value, str)}
    shown |= {name: tuple(map(_shown, members[name])) for name in ("links", "readings", "clauses")}
    return replace(verdict, **shown)


def _shown(text: str) -> str:
    return clipped(printable(text), LONGEST)


def _message(first_line: str, message: Mapping[str, Any]) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in message["headers"])
    return f"{first_line}\n{headers}\n\n{message['body']}"
