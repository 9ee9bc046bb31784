"""From a finished test to a verdict; from all exchanges to the verdicts on what holds for every one of them."""

from collections.abc import Generator
from typing import Any

import pytest

from conformance.checks.outcomes import Blocked, NotApplicable, NotTestable, Violation
from conformance.plugin.collection import requirement_of, stable_nodeid
from conformance.plugin.run import RUN, Run
from conformance.protocol.reply import NoResult
from conformance.report.transcript import transcript
from conformance.report.verdict import Status, Verdict
from conformance.requirements import Requirement
from conformance.wire.channel import Recorded, TargetLost
from conformance.wire.exchange import curl
from conformance.wire.pacing import BudgetExhausted

STANDS_ON = {
    "initialize": "lifecycle-server-responds-capabilities-info",
    "server/discover": "discover-implemented",
    "tools/list": "tools-list-result-shape",
    "tools/call": "tools-call-result-shape",
    "resources/list": "resources-list-result-shape",
    "resources/templates/list": "resources-templates-result-shape",
    "resources/read": "resources-read-result-shape",
    "prompts/list": "prompts-list-result-shape",
    "prompts/get": "prompts-get-result-shape",
    "completion/complete": "completion-result-shape",
    "ping": "ping-respond-empty",
}
"""The requirement that a method stands for: what is broken when it gives no result."""

VERDICT = "conformance"
TRAFFIC = "conformance_traffic"
"""Attributes of a test report that carry our data; xdist takes them from the workers to the controller."""

RECORD: pytest.StashKey[list[Recorded]] = pytest.StashKey()
READINGS: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    channel = item.config.stash[RUN].channel
    if channel is not None:
        item.stash[RECORD] = channel.take()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A violation that hangs on time is looked at a second time before it counts; nothing else is."""
    if requirement_of(pyfuncitem) is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    values = {name: pyfuncitem.funcargs[name] for name in names}
    try:
        pyfuncitem.obj(**values)
    except Violation as first:
        if not _hangs_on_time(pyfuncitem, first):
            raise
        pyfuncitem.stash[READINGS] = [f"first reading: {first.received}"]
        pyfuncitem.obj(**values)
    return True


def _hangs_on_time(item: pytest.Item, violation: Violation) -> bool:
    if item.get_closest_marker("timing"):
        return True
    exchange = violation.reply and violation.reply.exchange
    return bool(exchange and exchange.ending in ("deadline", "reset", "unreachable"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    rule = requirement_of(item)
    run = item.config.stash[RUN]
    if rule is not None and run.channel is not None:
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            verdict = _verdict(item, call, rule, run)
            _dress(report, verdict)
        elif call.when == "teardown":
            report.__dict__[TRAFFIC] = _traffic(item, run)
    return report


def _verdict(item: pytest.Item, call: pytest.CallInfo[None], rule: Requirement, run: Run) -> Verdict:
    assert run.channel is not None
    revision = str(item.callspec.params["revision"]) if hasattr(item, "callspec") else ""
    error = call.excinfo.value if call.excinfo else None
    status, words = _judge(error, rule, revision)
    record = list(run.channel.record)
    evidence = status in ("fail", "warn", "error")
    redact = run.channel.redactor.text
    return Verdict(
        requirement=rule.id,
        revision=revision,
        status=status,
        level=rule.level_in(revision) if revision in rule.revisions else rule.level,
        area=rule.area,
        rule=rule.text,
        nodeid=stable_nodeid(item),
        subject=_subject(item),
        red=status in ("fail", "error") or (status == "warn" and run.config.strict and rule.max_verdict == "fail"),
        links=rule.links(revision) if revision in rule.where else (),
        seconds=round(call.duration, 4),
        requests=len(record),
        readings=tuple(redact(reading) for reading in item.stash.get(READINGS, [])),
        transcript=tuple(transcript(record, run.channel.redactor)) if evidence else (),
        replay=_replay(error, record, run) if evidence else None,
        **dict[str, Any]({key: redact(value) for key, value in words.items()}),
    )


def _judge(error: BaseException | None, rule: Requirement, revision: str) -> tuple[Status, dict[str, str]]:
    """What the way in which a test ended says about its rule."""
    match error:
        case None:
            return "pass", {}
        case Violation():
            status: Status = "fail" if rule.fails_in(revision) else "warn"
            return status, {"expected": error.expected, "received": error.received}
        case NotApplicable():
            return "not applicable", {"reason": error.reason}
        case NotTestable():
            return "not testable", {"reason": error.reason}
        case Blocked():
            return "blocked", {"reason": error.reason, **({"blocked_by": error.by} if error.by else {})}
        case NoResult():
            return _blocked_by(error, rule)
        case TargetLost() | BudgetExhausted():
            return "blocked", {"reason": str(error), "blocked_by": type(error).__name__}
        case pytest.skip.Exception():
            return "not testable", {"reason": str(error)}
        case _:
            return "error", {"reason": f"{type(error).__name__}: {error}"}


def _blocked_by(error: NoResult, rule: Requirement) -> tuple[Status, dict[str, str]]:
    cause = STANDS_ON.get(str(error.reply.method), "jsonrpc-response-id-matches")
    if cause == rule.id:
        return "fail", {"expected": "a JSON-RPC result", "received": str(error)}
    return "blocked", {"reason": str(error), "blocked_by": cause}


def _subject(item: pytest.Item) -> str | None:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    for name, value in params.items():
        if name == "called_tool" and value:
            value = value[0]
        if name != "revision" and isinstance(value, dict):
            return str(next((value[key] for key in ("name", "uri", "uriTemplate") if key in value), "unnamed"))
    return None


def _replay(error: BaseException | None, record: list[Recorded], run: Run) -> str | None:
    assert run.channel is not None
    if isinstance(error, Violation) and error.reply:
        return curl(error.reply.exchange.request, run.channel.redactor)
    return curl(record[-1].exchange.request, run.channel.redactor) if record else None


def _dress(report: pytest.TestReport, verdict: Verdict) -> None:
    """Make pytest's own report say the same, so that every reporter of pytest shows it."""
    report.__dict__[VERDICT] = verdict.to_json()
    report.user_properties.append(("requirement", verdict.requirement))
    report.user_properties.append(("level", verdict.level))
    report.user_properties.append(("verdict", verdict.status))
    if verdict.status in ("fail", "error") or verdict.red:
        report.outcome = "failed"
        report.longrepr = explain(verdict)
    elif verdict.status == "warn":
        report.outcome = "skipped"
        report.wasxfail = f"SHOULD broken: expected {verdict.expected}; received {verdict.received}"
        report.longrepr = explain(verdict)
    elif verdict.status != "pass":
        report.outcome = "skipped"
        path, line, _ = report.location
        report.longrepr = (path, line or 0, f"Skipped: {verdict.status}: {verdict.reason}")


def explain(verdict: Verdict) -> str:
    """A failure as a person reads it: the rule, what was expected, what came, how to see it again."""
    lines = [f"{verdict.status.upper()} {verdict.requirement} ({verdict.level}, {verdict.revision})", f"  {verdict.rule}"]
    for label in ("subject", "expected", "received", "reason", "replay"):
        if value := getattr(verdict, label):
            lines.append(f"  {label:<9} {value}")
    lines += [f"  {reading}" for reading in verdict.readings]
    lines += [f"  {'see' if index == 0 else '':<9} {link}" for index, link in enumerate(verdict.links)]
    return "\n".join(lines)


def _traffic(item: pytest.Item, run: Run) -> dict[str, Any]:
    """What the invariants say of the exchanges of this test."""
    from conformance.checks.traffic import judge_traffic

    assert run.channel is not None
    return judge_traffic(run.channel.take(), run.channel.redactor, stable_nodeid(item), run.profile.surfaces)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    verdict = getattr(report, VERDICT, None)
    if verdict is None:
        return None
    letters = {"pass": ".", "fail": "F", "warn": "W", "not applicable": "-", "not testable": "?", "blocked": "b"}
    names = {"pass": "passed", "fail": "failed", "warn": "warned", "error": "error"}
    status = verdict["status"]
    name = "failed" if verdict.get("red") and status == "warn" else names.get(status, status)
    return name, letters.get(status, "E"), status.upper()
