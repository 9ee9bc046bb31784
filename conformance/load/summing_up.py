"""What a run comes to: its figures, whether they may be believed, and which promises they keep."""

from collections.abc import Sequence
from datetime import datetime

from conformance import __version__
from conformance.load.gates.judge import judge
from conformance.load.gates.threshold import Threshold
from conformance.load.results.model import BreakingPoint, Conformance, Finding, Phase, Plan, Result, Target
from conformance.load.results.summary import figures
from conformance.load.results.validity import findings, judged_phases
from conformance.load.watching.own import machine


def result_of(
    plan: Plan,
    target: Target,
    phases: Sequence[Phase],
    started: datetime,
    engine: str,
    command: str,
    *,
    thresholds: Sequence[Threshold] = (),
    breaking_point: BreakingPoint | None = None,
    interrupted: bool = False,
    lost: int = 0,
    conformance: Conformance | None = None,
) -> Result:
    """`lost` workers left before the end. Of a search, the figures are those of the highest rate that held."""
    judged = judged_phases(phases, breaking_point)
    summary = figures(judged)
    found = findings(plan, phases, summary, interrupted=interrupted, breaking_point=breaking_point)
    return Result(
        tool=__version__,
        engine=engine,
        started_at=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        command=command,
        target=target,
        machine=machine(),
        plan=plan,
        phases=tuple(phases),
        figures=summary,
        breaking_point=breaking_point,
        findings=(*_lost(lost), *found),
        gates=judge(thresholds, judged),
        conformance=conformance,
        interrupted=interrupted,
    )


def _lost(workers: int) -> list[Finding]:
    if not workers:
        return []
    text = f"{workers} workers left before the end; what they did is not in the figures. Run again."
    return [Finding(code="worker-lost", invalidates=True, text=text)]
