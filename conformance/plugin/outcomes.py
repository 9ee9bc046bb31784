"""From a finished test to a verdict; from all exchanges to the verdicts on what holds for every one of them."""

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from typing import Any

import pytest

from conformance.checks.outcomes import Blocked, NotApplicable, NotTestable, Violation
from conformance.plugin.collection import stable_nodeid
from conformance.plugin.judged import Judged, judged, of_contract, of_requirement, requirement_of
from conformance.plugin.run import RUN, Run
from conformance.protocol.messages import SESSION_HEADER
from conformance.protocol.peer import Peer
from conformance.protocol.reply import NoResult
from conformance.report.explain import tested_by
from conformance.report.failure_text import failure_text
from conformance.report.transcript import transcript
from conformance.report.verdict import Status, Verdict
from conformance.requirements import load
from conformance.wire.channel import Recorded, TargetLost, limited
from conformance.wire.exchange import curl
from conformance.wire.pacing import BudgetExhausted, RateLimited
from conformance.wire.redact import Redactor

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
    "logging/setLevel": "logging-set-level-answered",
    "subscriptions/listen": "pattern-subscribe-supported",
    "resources/subscribe": "resources-subscribe-works",
    "resources/unsubscribe": "resources-unsubscribe-works",
}
"""The requirement that a method stands for: what is broken when it gives no result."""

VERDICT = "conformance"
TRAFFIC = "conformance_traffic"
"""Attributes of a test report that carry our data; xdist takes them from the workers to the controller."""

SESSION_ENDED = (400, 404)
"""What servers say of a session that they no longer have; 404 is right."""

READINGS: pytest.StashKey[list[str]] = pytest.StashKey()
LOST: pytest.StashKey[bool] = pytest.StashKey()

TRANSCRIPTS = 5
"""How many verdicts on one requirement carry their exchanges; the others have the line that replays them."""

_carried: Counter[tuple[str, str]] = Counter()
_shown: set[str] = set()
"""Findings of rules on all exchanges, by requirement and revision, that one exchange was kept of."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    channel = item.config.stash[RUN].channel
    if channel is not None:
        channel.take()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A violation that hangs on time, or on a session that has ended meanwhile, is looked at a second time before
    it counts; nothing else is."""
    if judged(pyfuncitem) is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    values = {name: pyfuncitem.funcargs[name] for name in names}
    try:
        pyfuncitem.obj(**values)
    except (Violation, NoResult) as first:
        renewed = _renewed(pyfuncitem, first)
        if not renewed and not _is_forgotten(first) and not _hangs_on_time(pyfuncitem, first):
            raise
        pyfuncitem.stash[READINGS] = [f"first reading: {first.received if isinstance(first, Violation) else first}"]
        pyfuncitem.obj(**{**values, **renewed})
    return True


def _renewed(item: pytest.Function, error: Violation | NoResult) -> dict[str, Peer]:
    """A new shared peer, when the session of the old one has ended, as a server may do at any time; else nothing."""
    peer = item.funcargs.get("peer")
    status = error.reply.status if error.reply else None
    if not isinstance(peer, Peer) or status not in SESSION_ENDED or SESSION_HEADER not in peer.dialect.headers(None):
        return {}
    if peer.request("ping").status not in SESSION_ENDED:
        return {}
    return {"peer": item.config.stash[RUN].renew(peer)}


def _is_forgotten(error: Violation | NoResult) -> bool:
    """Whether the last answer says that the session of its request is no more."""
    if error.reply is None or error.reply.status != 404:
        return False
    return any(name.lower() == SESSION_HEADER for name, _ in error.reply.exchange.request.headers)


def _hangs_on_time(item: pytest.Item, error: Violation | NoResult) -> bool:
    if isinstance(error, NoResult):
        return False
    if item.get_closest_marker("timing"):
        return True
    exchange = error.reply and error.reply.exchange
    return bool(exchange and exchange.ending in ("deadline", "reset", "unreachable"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    rule = judged(item)
    run = item.config.stash[RUN]
    if rule is not None and run.channel is not None:
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            verdict = _verdict(item, call, rule, run)
            _dress(report, run.baseline.judge(verdict) if run.baseline else verdict)
        elif call.when == "teardown":
            report.__dict__[TRAFFIC] = _traffic(item, run)
            _forgive(report, call)
    redact_report(report, run.redactor)
    return report


def _forgive(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Cleaning up after a target that is gone cannot succeed, and says nothing."""
    if call.excinfo and call.excinfo.errisinstance((TargetLost, BudgetExhausted)):
        report.outcome = "passed"
        report.longrepr = None


def redact_report(report: pytest.TestReport, redactor: Redactor) -> None:
    """Tracebacks show local variables and captured logs show URLs; neither may show a secret."""
    if report.longrepr is not None and not isinstance(report.longrepr, tuple):
        shown = str(report.longrepr)
        hidden = redactor.text(shown)
        if hidden != shown:
            report.longrepr = hidden
    report.sections = [(title, redactor.text(content)) for title, content in report.sections]


def _verdict(item: pytest.Item, call: pytest.CallInfo[None], rule: Judged, run: Run) -> Verdict:
    assert run.channel is not None
    record = list(run.channel.record)
    error = _cause(item, call, record, rule, run)
    status, words = _judge(error, rule)
    evidence = status in ("fail", "warn", "error")
    redact = run.channel.redactor.text
    return Verdict(
        requirement=rule.id,
        revision=rule.revision,
        status=status,
        level=rule.level,
        area=rule.area,
        rule=rule.text,
        nodeid=redact(stable_nodeid(item)),
        subject=_subject(item, redact),
        red=status in ("fail", "error") or (status == "warn" and run.config.strict and rule.counts_strict),
        links=rule.links,
        profile=rule.profile,
        clauses=rule.clauses,
        advice=rule.advice if evidence else None,
        seconds=round(call.duration, 4),
        requests=len(record),
        readings=tuple(redact(reading) for reading in _readings(item)),
        transcript=_evidence(rule, record, run) if evidence else (),
        replay=_replay(error, record, run) if evidence else None,
        **dict[str, Any]({key: redact(value) for key, value in words.items()}),
    )


def _readings(item: pytest.Item) -> list[str]:
    """What a verdict says besides: an earlier reading, and which of several accepted forms was seen."""
    recorded = [f"{name}: {value}" for name, value in dict.fromkeys(item.user_properties)]
    return item.stash.get(READINGS, []) + recorded


def _cause(
    item: pytest.Item, call: pytest.CallInfo[None], record: list[Recorded], rule: Judged, run: Run
) -> BaseException | None:
    """What ended the test. An answer that did not come breaks no rule when the target is gone altogether."""
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, Violation | NoResult) and _unanswered(error, record) and not run.answers():
        error = TargetLost("the target stopped answering during this check")
    if isinstance(error, Violation | NoResult) and limited(record) and not rule.bursts:
        error = RateLimited("the target refused a request of this check for its rate (429); see --max-rps")
    if isinstance(error, TargetLost):
        item.stash[LOST] = True
    return error


def _unanswered(error: Violation | NoResult, record: list[Recorded]) -> bool:
    exchanges = [one.exchange for one in record[-1:]] + ([error.reply.exchange] if error.reply else [])
    return any(not one.answered or one.ending in ("reset", "unreachable") for one in exchanges)


def _evidence(rule: Judged, record: list[Recorded], run: Run) -> tuple[Mapping[str, Any], ...]:
    _carried[rule.id, rule.scope] += 1
    if _carried[rule.id, rule.scope] > TRANSCRIPTS:
        return ()
    return tuple(transcript(record, run.redactor))


def _judge(error: BaseException | None, rule: Judged) -> tuple[Status, dict[str, str]]:
    """What the way in which a test ended says about its rule."""
    match error:
        case None:
            return "pass", {}
        case Violation():
            status: Status = "fail" if rule.fails else "warn"
            return status, {"expected": error.expected, "received": error.received or "nothing"}
        case NotApplicable():
            return "not applicable", {"reason": error.reason}
        case NotTestable():
            return "not testable", {"reason": error.reason}
        case Blocked():
            return "blocked", {"reason": error.reason, **({"blocked_by": error.by} if error.by else {})}
        case NoResult():
            return _blocked_by(error, rule)
        case TargetLost() | BudgetExhausted() | RateLimited():
            return "blocked", {"reason": str(error), "blocked_by": type(error).__name__}
        case pytest.skip.Exception():
            return "not testable", {"reason": str(error)}
        case _:
            return "error", {"reason": f"{type(error).__name__}: {error}"}


def _blocked_by(error: NoResult, rule: Judged) -> tuple[Status, dict[str, str]]:
    cause = STANDS_ON.get(str(error.reply.method), "jsonrpc-response-id-matches")
    if cause == rule.id:
        return "fail", {"expected": "a JSON-RPC result", "received": str(error)}
    return "blocked", {"reason": str(error), "blocked_by": cause}


def _subject(item: pytest.Item, redact: Callable[[str], str]) -> str | None:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    for name, value in params.items():
        if name == "called_tool" and value:
            value = value[0]
        if name != "revision" and isinstance(value, dict):
            return redact(str(next((value[key] for key in ("name", "uri", "uriTemplate") if key in value), "unnamed")))
    return None


def _replay(error: BaseException | None, record: list[Recorded], run: Run) -> str | None:
    assert run.channel is not None
    if isinstance(error, Violation) and error.reply:
        return curl(error.reply.exchange.request, run.channel.redactor)
    return curl(record[-1].exchange.request, run.channel.redactor) if record else None


def _dress(report: pytest.TestReport, verdict: Verdict) -> None:
    """Make pytest's own report say the same, so that every reporter of pytest shows it."""
    carry(report, verdict)
    if verdict.accepted:
        report.outcome = "skipped"
        report.wasxfail = f"accepted by the baseline: {verdict.accepted.in_words}"
        report.longrepr = failure_text(verdict)
    elif verdict.status in ("fail", "error") or verdict.red:
        report.outcome = "failed"
        traceback = f"\n\n{report.longrepr}" if verdict.status == "error" else ""
        report.longrepr = failure_text(verdict) + traceback
    elif verdict.status == "warn":
        report.outcome = "skipped"
        report.wasxfail = f"SHOULD broken: expected {verdict.expected}; received {verdict.received}"
        report.longrepr = failure_text(verdict)
    elif verdict.status != "pass":
        report.outcome = "skipped"
        path, line = verdict.nodeid.partition("::")[0], report.location[1]
        report.longrepr = (path, line or 0, f"Skipped: {verdict.status}: {verdict.reason}")


def carry(report: pytest.TestReport, verdict: Verdict) -> None:
    """Put the verdict on the report; JUnit shows the properties, the other reporters read the whole."""
    report.__dict__[VERDICT] = verdict.to_json()
    properties = {
        "requirement": verdict.requirement, "level": verdict.level, "revision": verdict.revision,
        "profile": verdict.profile, "clauses": " ".join(verdict.clauses), "verdict": verdict.status,
        "spec": verdict.spec,
    }  # fmt: skip
    report.user_properties += [(name, value) for name, value in properties.items() if value]


def unjudged(report: pytest.TestReport, redact: Callable[[str], str]) -> Verdict | None:
    """The verdict on a check of ours that failed without one; None when the test is not one of ours."""
    crashed = report.when not in ("setup", "call", "teardown")
    reason = (
        "the worker process died while it ran this check" if crashed
        else redact(f"error in {report.when}: {report.longreprtext.strip()[-500:]}")
    )  # fmt: skip
    return _unmade(report.nodeid, redact, status="error", red=True, reason=reason)


def stranded(nodeid: str, redact: Callable[[str], str]) -> Verdict | None:
    """The verdict on a check of ours that was given to a worker which died before it came to it."""
    reason = "the worker process that had this check died, and no other took it over"
    return _unmade(nodeid, redact, status="blocked", reason=reason, blocked_by="WorkerLost")


def _unmade(nodeid: str, redact: Callable[[str], str], **words: Any) -> Verdict | None:
    path, _, name = nodeid.partition("::")
    place = f"suites/{path.removeprefix('suites/')}::{name.partition('[')[0]}"
    rule = _judged_at(place, name.partition("[")[2].removesuffix("]"))
    if rule is None:
        return None
    return Verdict(
        requirement=rule.id,
        revision=rule.revision,
        level=rule.level,
        area=rule.area,
        rule=rule.text,
        nodeid=redact(f"{place.partition('::')[0]}::{name}"),
        links=rule.links,
        profile=rule.profile,
        **words,
    )


def _judged_at(place: str, params: str) -> Judged | None:
    """What the test at a place judges, as far as the ids of its parameters tell."""
    id = next((id for id, places in tested_by().items() if place in places), "")
    if rule := load().get(id):
        return of_requirement(rule, next((one for one in rule.revisions if params.startswith(one)), ""))
    from conformance.contracts import rules
    from conformance.contracts.profiles import InForce

    contract = rules.load().get(id)
    return of_contract(InForce(contract, params, "MUST")) if contract else None


def _traffic(item: pytest.Item, run: Run) -> dict[str, Any]:
    """What the invariants say of the exchanges of this test."""
    from conformance.checks.traffic import judge_traffic

    assert run.channel is not None
    record = run.channel.take()
    counts = requirement_of(item) is not None and not item.stash.get(LOST, False)
    found = judge_traffic(
        record if counts else [], run.channel.redactor, stable_nodeid(item), run.profile.surfaces, _shown
    )
    return {**found, "requests": len(record)}


LETTERS = {"pass": ".", "fail": "F", "warn": "W", "not applicable": "-", "not testable": "?", "blocked": "b"}
CATEGORIES = {"pass": "passed", "fail": "failed", "warn": "warned", "error": "error"}
"""Under which name pytest's last line counts a status; the others count under their own."""


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport,
) -> tuple[str, str, tuple[str, Mapping[str, bool]]] | None:
    verdict = getattr(report, VERDICT, None)
    if verdict is None:
        return None
    if "accepted" in verdict:
        return "accepted", "a", ("ACCEPTED", {"yellow": True})
    status = verdict["status"]
    red = verdict.get("red", False)
    name = "failed" if red and status == "warn" else CATEGORIES.get(status, status)
    colour = "red" if red else "green" if status == "pass" else "yellow"
    return name, LETTERS.get(status, "E"), (status.upper(), {colour: True})
