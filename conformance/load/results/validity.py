"""Whether a run may be believed: why its figures are not what they seem, each finding in words and with what to do."""

from collections.abc import Iterator, Sequence

from conformance.load.results.model import BreakingPoint, Figures, Finding, Phase, Plan
from conformance.load.results.rules.answers import errors, nothing_measured, rate_limited
from conformance.load.results.rules.arrivals import arrivals_kept
from conformance.load.results.rules.generator import generator_bound
from conformance.load.results.rules.run import Limits, Run, judged_phases, run_of
from conformance.load.results.rules.samples import too_few_rounds, too_few_samples, too_short, unstable
from conformance.load.results.wording import stretch

__all__ = ["Limits", "findings", "judged_phases"]


def findings(
    plan: Plan,
    phases: Sequence[Phase],
    figures: Sequence[Figures],
    *,
    interrupted: bool,
    breaking_point: BreakingPoint | None = None,
    limits: Limits = Limits(),
) -> tuple[Finding, ...]:
    """What is wrong first. Invalid are runs that were interrupted, measured nothing, were bound by the generator or its
    users, were rate-limited, failed too often, or were too short to be ranked; the rest are notes.

    In a search for the breaking point only steps that kept the gates are judged, and of the one that broke first
    whether the generator or a rate limiter broke it; steps are no rounds, so their samples and spread are not looked
    at. Of ramps and spikes, failures and late starts are what was looked for.
    """
    run = run_of(plan, phases, figures, breaking_point, limits)
    found = [*(_interrupted(run) if interrupted else ()), *nothing_measured(run)]
    if any(one.code == "nothing-measured" for one in found):
        return (*found, *rate_limited(run), *errors(run))
    return (*found, *_of_measured(run))


def _interrupted(run: Run) -> Iterator[Finding]:
    text = (
        f"The run was interrupted after {stretch(run.seconds)} of measuring; the figures are of what was done by then."
    )
    yield Finding(code="interrupted", invalidates=True, text=text)


def _of_measured(run: Run) -> Iterator[Finding]:
    bound = list(generator_bound(run))
    yield from bound
    yield from rate_limited(run)
    yield from errors(run)
    yield from arrivals_kept(run, generator_bound=bool(bound))
    yield from too_short(run)
    if run.steady:
        yield from too_few_samples(run)
        yield from too_few_rounds(run)
        yield from unstable(run)
