"""Whether the answers are those of the target at work."""

from collections.abc import Iterable, Iterator
from typing import Final

from conformance.load.recording.merging import joined
from conformance.load.results.model import Finding, Operation, Phase
from conformance.load.results.rules.run import Run
from conformance.load.results.wording import bounded, number, share

EXPECTS_FAILURES: Final = ("ramp", "spike")
"""Shapes that may push a target over its limit: failures are what they look for, and make no run invalid."""
_EXAMPLE: Final = 120
_NAMED: Final = 3


def nothing_measured(run: Run) -> Iterator[Finding]:
    measured = [one for one in run.phases if one.measured]
    streams = any(one.streams and one.streams.opened for one in measured)
    if not streams and not any(one.total.count for one in measured):
        text = (
            "No request of the load itself was answered or failed in a measured phase. "
            "Look at the failures of what comes first (initialize, discovery), or raise --duration."
        )
        yield Finding(code="nothing-measured", invalidates=True, text=text)


def rate_limited(run: Run) -> Iterator[Finding]:
    """Any 429: from then on the figures are those of the limiter. In a search, of the step that broke as well."""
    parts = [one for phase in run.decisive for one in phase.operations if one.kind != "journey"]
    limited, count = sum(one.failures.get("rate-limited", 0) for one in parts), sum(one.count for one in parts)
    if limited:
        text = (
            f"{number(limited)} of {number(count)} requests ({share(limited / count)}) were answered with 429, so the "
            "figures are those of a rate limiter. Raise its limit for this client, or lower --rate."
        )
        yield Finding(code="rate-limited", invalidates=True, text=text)


def errors(run: Run) -> Iterator[Finding]:
    """Of the work; and of each operation that has to come first, without which a part of the load was never there."""
    for one in (run.work, *_setup(run.judged)):
        if one.count and one.failed_count / one.count > run.limits.error_rate:
            yield Finding(
                code="errors",
                invalidates=run.plan.shape not in EXPECTS_FAILURES,
                text=_failing(one, run.limits.error_rate),
            )


def _setup(phases: Iterable[Phase]) -> list[Operation]:
    named: dict[str, list[Operation]] = {}
    for one in (each for phase in phases for each in phase.operations if each.kind == "setup"):
        named.setdefault(one.name, []).append(one)
    return [joined(name, "setup", parts) for name, parts in named.items()][:_NAMED]


def _failing(one: Operation, limit: float) -> str:
    what = "requests" if one.kind == "work" else f"times {bounded(one.name, 60)}"
    most = sorted(one.failures.items(), key=lambda failure: -failure[1])
    kinds = ", ".join(f"{number(count)} {kind}" for kind, count in most)
    example = next((f" The first {kind}: {one.examples[kind]}" for kind, _ in most if kind in one.examples), "")
    failed = f"{number(one.failed_count)} of {number(one.count)} {what} failed"
    return (
        f"{failed} ({share(one.failed_count / one.count)}, limit {share(limit)}): {kinds}.{bounded(example, _EXAMPLE)}"
    )
