"""All exchanges of a test, held against the invariants; the result is plain data that a worker can report."""

from dataclasses import asdict
from typing import Any

from conformance.checks.expect import describe
from conformance.checks.invariants import Finding, invariants, reply_of
from conformance.protocol.schemas import check_message
from conformance.requirements import load
from conformance.wire.channel import Recorded
from conformance.wire.exchange import curl
from conformance.wire.redact import Redactor


def judge_traffic(
    record: list[Recorded], redactor: Redactor, nodeid: str, revision: str | None
) -> dict[str, Any]:
    """`subjects` counts the exchanges looked at by "requirement revision"; `findings` are rules broken;
    `own` are invalid messages of the harness itself, outside deliberate probes."""
    subjects: dict[str, int] = {}
    findings: list[dict[str, Any]] = []
    own: list[str] = []
    for recorded in record:
        for found in judge_exchange(recorded, redactor, subjects):
            findings.append({**asdict(found), "nodeid": nodeid})
        own += _own_problems(recorded)
    return {"subjects": subjects, "findings": findings, "own": own, "requests": len(record)}


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
    if context.probe or not context.revision or context.message is None:
        return []
    problems = check_message(context.revision, context.message, sender="client")
    method = context.message.get("method") if isinstance(context.message, dict) else None
    return [f"{method}: {one.path}: {one.message}" for one in problems]
