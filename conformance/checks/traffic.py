"""All exchanges of a test, held against the invariants; the result is plain data that a worker can report."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from conformance.checks.expect import describe
from conformance.checks.flow import asked_ids, cancelled_ids, tokens_of
from conformance.checks.invariants import Finding, invariants_of, reply_of
from conformance.protocol.reply import response_seen
from conformance.protocol.revisions import REVISIONS
from conformance.protocol.schemas import check_message
from conformance.report.transcript import entry
from conformance.target.profile import Surface
from conformance.wire.channel import Context, Recorded
from conformance.wire.exchange import Exchange, curl
from conformance.wire.pacing import TOO_MANY_REQUESTS
from conformance.wire.redact import Redactor


def judge_traffic(
    record: list[Recorded], redactor: Redactor, nodeid: str, surfaces: Mapping[str, Surface], shown: set[str]
) -> dict[str, Any]:
    """`surfaces` is what the target shows under each revision. `shown` remembers, by "requirement revision", of
    which rules a finding has its exchange with it: the first one of each has. In the result, `subjects` counts the
    exchanges looked at by "requirement revision", `findings` are rules broken, `own` are defects of the harness: a
    message of its own that is invalid and no deliberate probe, a check that broke. What was refused for its rate
    says nothing."""
    subjects: dict[str, int] = {}
    findings: list[dict[str, Any]] = []
    own: list[str] = []
    asked = asked_ids(message.value for one in record for message in list(one.exchange.messages))
    cancelled = cancelled_ids(one.context.message for one in record)
    for one in record:
        if one.exchange.status == TOO_MANY_REQUESTS:
            continue
        context = replace(
            informed(one.context, surfaces),
            asked=asked, cancelled=cancelled, tokens=concurrent_tokens(one, record),
        )  # fmt: skip
        recorded = replace(one, context=context)
        for found in judge_exchange(recorded, redactor, subjects, own):
            findings.append({**asdict(found), "nodeid": nodeid, **_evidence(found, one, redactor, shown)})
        own += _own_problems(recorded)
    return {"subjects": subjects, "findings": findings, "own": own, "requests": len(record)}


def _evidence(found: Finding, recorded: Recorded, redactor: Redactor, shown: set[str]) -> dict[str, Any]:
    key = f"{found.requirement} {found.revision}"
    if key in shown:
        return {}
    shown.add(key)
    return {"exchange": entry(recorded, redactor)}


def concurrent_tokens(one: Recorded, record: Sequence[Recorded]) -> tuple[Any, ...]:
    """The progress tokens of the requests that were under way at some time during this exchange."""
    return tuple(
        token
        for other in record
        for token in tokens_of(other.context.message)
        if other.exchange.started < _end(one.exchange) and one.exchange.started < _end(other.exchange)
    )


def _end(exchange: Exchange) -> float:
    """When a request was over, by the wall clock; one whose connection was lost may run on."""
    if exchange.ended_at is None or not response_seen(exchange):
        return math.inf
    return exchange.started + exchange.ended_at


def informed(context: Context, surfaces: Mapping[str, Surface]) -> Context:
    """The context with what discovery knows about the target."""
    surface = surfaces.get(context.revision)
    if surface is None:
        return context
    declared = None if surface.assumed else surface.capabilities
    return replace(context, declared=declared, tool=_called_tool(context.message, surface))


def _called_tool(message: Any, surface: Surface) -> Mapping[str, Any] | None:
    """The definition behind a tools/call; None when no tool, or more than one, has that name."""
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return None
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    named = [tool for tool in surface.tools if tool.get("name") == name]
    return named[0] if len(named) == 1 else None


def judge_exchange(
    recorded: Recorded, redactor: Redactor, subjects: dict[str, int], own: list[str]
) -> list[Finding]:
    """The findings of one exchange; counts it in `subjects` for each rule that it is a subject of.

    A judge that breaks on a strange answer is our defect, told in `own`, and does not end the run.
    """
    found: list[Finding] = []
    reply, context = reply_of(recorded), recorded.context
    for one in invariants_of(context.revision):
        try:
            problems = one.judge(reply, context)
        except Exception as error:
            own.append(f"the check of {one.requirement} broke: {type(error).__name__}: {error}")
            continue
        if problems is None:
            continue
        key = f"{one.requirement} {context.revision}"
        subjects[key] = subjects.get(key, 0) + 1
        for problem in problems:
            found.append(
                Finding(
                    requirement=one.requirement,
                    revision=context.revision,
                    problem=redactor.text(problem),
                    cause=problem,
                    replay=curl(recorded.exchange.request, redactor),
                    received=redactor.text(describe(reply)),
                )
            )
    return found


def _own_problems(recorded: Recorded) -> list[str]:
    """What is wrong with a message that we sent and that was no deliberate probe."""
    context = recorded.context
    if context.probe or context.revision not in REVISIONS or context.message is None:
        return []
    problems = check_message(context.revision, context.message, sender="client")
    method = context.message.get("method") if isinstance(context.message, dict) else None
    return [f"{method}: {one.path}: {one.message}" for one in problems]
