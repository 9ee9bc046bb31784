"""Rules that hold for every exchange of a run: each is judged on all traffic, whichever test caused it.

An invariant is a pure function from one recorded exchange to the problems that it shows. What comes of it is one
verdict for each requirement and revision at the end of the run, with the number of exchanges looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from conformance.protocol.reply import Reply
from conformance.requirements import load
from conformance.wire.channel import Context, Recorded

Judge = Callable[[Reply, Context], list[str] | None]


@dataclass(frozen=True, slots=True)
class Invariant:
    """`judge` returns problems in words: none when the rule is kept, None when the exchange is no subject of it."""

    requirement: str
    judge: Judge


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that one exchange breaks. `cause` groups the same defect over many exchanges."""

    requirement: str
    revision: str
    problem: str
    cause: str
    replay: str
    received: str


_INVARIANTS: list[Invariant] = []


def invariant(requirement: str) -> Callable[[Judge], Judge]:
    """Register a judge for a requirement; several may share one."""

    def register(judge: Judge) -> Judge:
        _INVARIANTS.append(Invariant(requirement, judge))
        return judge

    return register


def invariants() -> tuple[Invariant, ...]:
    """All of them. Importing the modules that hold them registers them."""
    from conformance.checks import rules  # noqa: F401  (its modules register themselves)

    return tuple(_INVARIANTS)


@cache
def invariants_of(revision: str) -> tuple[Invariant, ...]:
    """Those whose requirement the revision states."""
    rules = load()
    return tuple(one for one in invariants() if revision in rules[one.requirement].revisions)


def reply_of(recorded: Recorded) -> Reply:
    return Reply(recorded.exchange, recorded.context.message)
