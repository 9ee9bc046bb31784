"""Service levels: availability, latency and errors, observed, scraped and asked (docs/contracts/service-levels.md).

The watch is shared by its checks, and said before it begins, as it takes as long as it takes.
"""

import time
from urllib.parse import urlencode

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Evidence, Profile, body_of, rule
from conformance.contracts.aside import aside
from conformance.contracts.metrics.exposition import Exposition, read_exposition
from conformance.contracts.metrics.scraping import DUMP, EARLIER_DUMP, scrape
from conformance.contracts.service_levels import judges
from conformance.contracts.service_levels.judges import Judged
from conformance.contracts.service_levels.observing import Observation, observe
from conformance.contracts.service_levels.settings import Query, ServiceLevels
from conformance.contracts.windows import Outcome
from conformance.plugin.waiting import STEP, Pause
from conformance.target.config import RunConfig

SECTION = "service_levels"
pytestmark = pytest.mark.xdist_group("service-levels")


@pytest.fixture
def levels(profile: Profile) -> ServiceLevels:
    assert profile.service_levels is not None
    return profile.service_levels


@pytest.fixture(scope="module")
def watched() -> dict[str, Observation]:
    """What was seen, by profile."""
    return {}


@pytest.fixture(scope="module")
def scraped() -> dict[str, tuple[Exposition, Exposition]]:
    """Two scrapes, by profile."""
    return {}


@pytest.fixture
def seen(
    profile: Profile, caller: Caller, levels: ServiceLevels, run_config: RunConfig, watched: dict[str, Observation],
    pause: Pause,
) -> Observation:  # fmt: skip
    """The watch; the first check that needs it makes it."""
    if not caller.channel.url:
        not_testable("no target is given; name it with --target=URL")
    if profile.name not in watched:
        seconds = run_config.watch or profile.seconds(levels.observe_s)
        pause.announce(seconds, f"watching the service levels of {profile.name}")
        watched[profile.name] = observe(caller, levels, seconds, lambda at: pause.progress(at, seconds), STEP)
    if watched[profile.name].pointless:
        not_testable("most calls are refused; correct [[service_levels.calls]], or the credential of the run")
    return watched[profile.name]


@pytest.fixture
def scrapes(
    profile: Profile, caller: Caller, evidence: Evidence, levels: ServiceLevels, pause: Pause,
    scraped: dict[str, tuple[Exposition, Exposition]],
) -> tuple[Exposition, Exposition]:  # fmt: skip
    """Two scrapes some time apart, or the two dumps that were given."""
    if profile.metrics is None:
        not_applicable("the profile has no metrics")
    if DUMP in evidence and EARLIER_DUMP in evidence:
        return read_exposition(evidence.read(EARLIER_DUMP)), read_exposition(evidence.read(DUMP))
    if profile.name not in scraped:
        before = scrape(caller, profile.metrics)
        seconds = profile.seconds(levels.compare_s)
        pause(seconds, f"comparing the metrics of {profile.name} with those of then")
        scraped[profile.name] = before, scrape(caller, profile.metrics)
    return scraped[profile.name]


def judge(outcome: Outcome, promise: str, received: str) -> None:
    """The verdict of the evaluator; `received` says its worst value."""
    if outcome.verdict == "not evaluated":
        not_testable(outcome.reason)
    if outcome.verdict == "fail":
        violation(promise, received)


@rule("level-availability")
def test_availability(levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """The service answers as often as promised."""
    if levels.availability is None:
        not_applicable("the profile promises no availability")
    outcome = judges.availability(request.getfixturevalue("seen"), levels)
    judge(outcome, f"an availability of {levels.availability:.5g}", _share(outcome, "answered well"))


@rule("level-latency")
def test_latency(levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """Answers are fast enough."""
    if levels.p95_s is None:
        not_testable("the profile has no limit; name it with p95_s under [service_levels]")
    outcome = judges.latency(request.getfixturevalue("seen"), levels)
    took = f"{(outcome.value or 0) * 1000:.0f} ms among {outcome.events:g} good answers"
    judge(outcome, f"a p{levels.percentile:g} below {levels.p95_s * 1000:g} ms", took)


@rule("level-error-rate")
def test_error_rate(profile: Profile, levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """Few calls fail."""
    if levels.error_rate is None:
        not_applicable("the profile promises no error rate")
    seen = request.getfixturevalue("seen")
    outcome = judges.error_rate(seen, levels)
    if outcome.verdict == "fail" and (by := _said_by(profile, levels, seen)):
        raise Blocked(_share(outcome, "failed"), by=by)
    judge(outcome, f"an error rate below {levels.error_rate:.4g}", _share(outcome, "failed"))


def _said_by(profile: Profile, levels: ServiceLevels, seen: Observation) -> str:
    """The more exact rule that is broken by the same errors; empty if there is none."""
    if levels.failures_in_a_row and judges.failures_in_a_row(seen, levels).verdict == "fail":
        return "level-failures-in-a-row"
    budget = levels.error_budget is not None and judges.error_budget(seen, levels, profile.seconds)
    return "level-error-budget" if budget and budget.verdict == "fail" else ""


@rule("level-error-budget")
def test_error_budget(profile: Profile, levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """No window has too many errors."""
    if levels.error_budget is None:
        not_applicable("the profile promises no error budget by window")
    outcome = judges.error_budget(request.getfixturevalue("seen"), levels, profile.seconds)
    promise = (
        f"at most {levels.error_rate:.4g} of the calls failing in any {profile.seconds(levels.error_window_s):g} s"
    )
    judge(outcome, promise, f"{_share(outcome, 'failed')} in the window that ended after {outcome.at or 0:.0f} s")


@rule("level-failures-in-a-row")
def test_failures_in_a_row(levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """No outage of several calls."""
    if not levels.failures_in_a_row:
        not_applicable("the profile has no limit of failures in a row")
    outcome = judges.failures_in_a_row(request.getfixturevalue("seen"), levels)
    judge(outcome, f"fewer than {levels.failures_in_a_row} failures in a row", f"{outcome.value or 0:g} in a row")


def _share(outcome: Outcome, what: str) -> str:
    return f"{outcome.value or 0:.4g} of {outcome.events:g} calls {what}"


@rule("level-metrics-critical")
def test_no_critical_limit_in_metrics(profile: Profile, levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """What critical alerts look at is within its limits."""
    judge_objectives(profile, levels, request, "critical")


@rule("level-metrics-warning")
def test_no_warning_limit_in_metrics(profile: Profile, levels: ServiceLevels, request: pytest.FixtureRequest) -> None:
    """What warnings look at is within its limits."""
    judge_objectives(profile, levels, request, "warning")


def judge_objectives(profile: Profile, levels: ServiceLevels, request: pytest.FixtureRequest, severity: str) -> None:
    wanted = [one for one in levels.objectives if one.severity == severity]
    if not wanted:
        not_applicable(f"the profile has no {severity} objective")
    before, after = request.getfixturevalue("scrapes")
    assert profile.metrics is not None
    conclude(list(judges.objectives(levels.objectives, profile.metrics, before, after)), severity)


@rule("level-queries-critical")
def test_no_critical_limit_in_prometheus(levels: ServiceLevels, caller: Caller) -> None:
    """Prometheus has seen no critical limit exceeded."""
    judge_queries(levels, caller, "critical")


@rule("level-queries-warning")
def test_no_warning_limit_in_prometheus(levels: ServiceLevels, caller: Caller) -> None:
    """Prometheus has seen no warning limit exceeded."""
    judge_queries(levels, caller, "warning")


def judge_queries(levels: ServiceLevels, caller: Caller, severity: str) -> None:
    wanted = [one for one in levels.queries if one.severity == severity]
    if not wanted:
        not_applicable(f"the profile has no {severity} query")
    conclude([judges.query_answer(one, ask(levels, caller, one)) for one in levels.queries], severity)


def ask(levels: ServiceLevels, caller: Caller, one: Query) -> object:
    """The answer of Prometheus over the window that ends now; None where there is none."""
    end = time.time()
    asked = urlencode(
        {"query": one.query, "start": f"{end - one.window_s:.3f}", "end": f"{end:.3f}", "step": one.step_s}
    )
    variables = {"query_string": asked}
    exchange = aside(caller).send(levels.query_route, method="GET", variables=variables, persona=levels.query_persona)
    return body_of(exchange)


def conclude(judged: list[Judged], severity: str) -> None:
    """Red where one is broken, but for warnings about what is critical already; not testable where nothing is told."""
    worse = {one.about for one in judged if one.severity == "critical" and one.outcome.verdict == "fail"}
    found = [one for one in judged if one.severity == severity and (severity == "critical" or one.about not in worse)]
    if broken := [one.text for one in found if one.outcome.verdict == "fail"]:
        violation(f"every {severity} limit kept", "; ".join(broken))
    if found and all(one.outcome.verdict == "not evaluated" for one in found):
        not_testable("; ".join(one.text for one in found))
