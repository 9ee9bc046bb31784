"""All exchanges of a test, held against the invariants; the result is plain data that a worker can report."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from conformance.checks.expect import describe
from conformance.checks.invariants import Finding, invariants, reply_of
from conformance.protocol.revisions import REVISIONS
from conformance.protocol.schemas import check_message
from conformance.requirements import load
from conformance.target.profile import Surface
from conformance.wire.channel import Context, Recorded
from conformance.wire.exchange import curl
from conformance.wire.redact import Redactor


def judge_traffic(
    record: list[Recorded], redactor: Redactor, nodeid: str, surfaces: Mapping[str, Surface]
) -> dict[str, Any]:
    """`surfaces` is what the target shows under each revision. In the result, `subjects` counts the exchanges
    looked at by "requirement revision", `findings` are rules broken, `own` are invalid messages of the harness
    itself, outside deliberate probes."""
    subjects: dict[str, int] = {}
    findings: list[dict[str, Any]] = []
    own: list[str] = []
    for one in record:
        recorded = replace(one, context=informed(one.context, surfaces))
        for found in judge_exchange(recorded, redactor, subjects):
            findings.append({**asdict(found), "nodeid": nodeid})
        own += _own_problems(recorded)
    return {"subjects": subjects, "findings": findings, "own": own, "requests": len(record)}


def informed(context: Context, surfaces: Mapping[str, Surface]) -> Context:
    """The context with what discovery knows about the target."""
    surface = surfaces.get(context.revision)
    if surface is None:
        return context
    return replace(context, declared=surface.capabilities, tool=_called_tool(context.message, surface))


def _called_tool(message: Any, surface: Surface) -> Mapping[str, Any] | None:
    """The definition behind a tools/call; None when no tool, or more than one, has that name."""
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return None
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    named = [tool for tool in surface.tools if tool.get("name") == name]
    return named[0] if len(named) == 1 else None


def judge_exchange(recorded: Recorded, redactor: Redactor, subjects: dict[str, int]) -> list[Finding]:
    """The findings of one exchange; counts it in `subjects` for each rule that it is a subject of."""
    found: list[Finding] = []
    reply, context = reply_of(recorded), recorded.context
    rules = load()
    for one in invariants():
        rule = rules[one.requirement]
        if context.revision not in rule.revisions:
            continue
        problems = one.judge(reply, context)
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
