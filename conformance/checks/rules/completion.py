"""Rules about completions that every answer shows (server/utilities/completion)."""

from collections.abc import Iterator
from typing import Any

from conformance.checks.invariants import invariant
from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

MOST_VALUES = 100


@invariant("completion-max-100")
def at_most_100_values(reply: Reply, context: Context) -> list[str] | None:
    counts = [len(one["values"]) for one in _completions(reply)]
    return [f"a completion has {count} values" for count in counts if count > MOST_VALUES] if counts else None


@invariant("completion-total-consistent")
def counts_agree(reply: Reply, context: Context) -> list[str] | None:
    found = list(_completions(reply))
    problems = [_contradiction(len(one["values"]), one.get("total"), one.get("hasMore")) for one in found]
    return [problem for problem in problems if problem] if found else None


def _contradiction(count: int, total: Any, more: Any) -> str | None:
    if not isinstance(total, int) or isinstance(total, bool):
        return None
    said = f"{count} values, total {total}, hasMore {more}"
    if total < count:
        return f"the total is below the number of values ({said})"
    if (more is True and total == count) or (more is False and total > count):
        return f"hasMore contradicts the total ({said})"
    return None


def _completions(reply: Reply) -> Iterator[JsonObject]:
    if reply.method != "completion/complete":
        return
    for response in reply.responses:
        result = response.get("result")
        completion = result.get("completion") if isinstance(result, dict) else None
        if isinstance(completion, dict) and isinstance(completion.get("values"), list):
            yield completion
