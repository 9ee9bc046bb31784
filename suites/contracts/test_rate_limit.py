"""Rate limits: how many requests a window holds, and what a refused one is told (docs/contracts/rate-limit.md)."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Profile, rule
from conformance.contracts.access_codes.envelope import envelope_problems, media_type_problems, trace_problems
from conformance.contracts.described import Described
from conformance.contracts.rate_limit import headers as limit_headers
from conformance.contracts.rate_limit import judges
from conformance.contracts.rate_limit.bench import MARGIN_S, Bench
from conformance.contracts.rate_limit.bursts import Budget
from conformance.contracts.rate_limit.observing import (
    TRIES,
    count,
    fresh_window,
    longest_wait_s,
    need_counts,
    need_refusal,
    observed,
    while_full,
)
from conformance.contracts.rate_limit.retry_after import asked_s, cut_off_s, problem
from conformance.contracts.rate_limit.settings import LimitHeaders, RateLimit
from conformance.contracts.refusals import expect_refused
from conformance.contracts.requests import Attempt
from conformance.plugin.waiting import Pause
from conformance.protocol.reply import Reply

SECTION = "rate_limit"


@pytest.fixture
def settings(profile: Profile) -> RateLimit:
    assert profile.rate_limit is not None
    return profile.rate_limit


@pytest.fixture
def bench(caller: Caller, settings: RateLimit, pause: Pause) -> Bench:
    return Bench(caller, settings, pause)


@pytest.fixture
def refusals(bench: Bench) -> list[Attempt]:
    """All refusals of the bucket that is observed."""
    return need_refusal(observed(bench), bench.settings)


@pytest.fixture
def told(settings: RateLimit, refusals: list[Attempt]) -> list[Attempt]:
    """The refusals that have a Retry-After."""
    if not settings.retry_after:
        not_applicable("Retry-After is not promised (rate_limit.retry_after)")
    return [one for one in refusals if one.exchange.header("retry-after")] or _untold()


def _untold() -> list[Attempt]:
    raise Blocked("no refusal has a Retry-After", by="rate-retry-after-present")


@pytest.fixture
def waits(told: list[Attempt]) -> list[tuple[float, Attempt]]:
    """The seconds that readable Retry-Afters ask for."""
    read = [(seconds, one) for one in told if (seconds := asked_s(one.exchange)) is not None]
    if not read:
        raise Blocked("no Retry-After can be read", by="rate-retry-after-form")
    return read


@rule("rate-limit-enforced")
def test_a_limit_is_enforced(bench: Bench, settings: RateLimit) -> None:
    """A burst is refused at some point."""
    first = observed(bench).bursts[0]
    if first.refusals:
        return
    if settings.limit is None and not settings.required:
        not_testable(f"{len(first.served)} requests were served; name rate_limit.limit or raise rate_limit.probe_max")
    if first.too_slow:
        not_testable(f"{first.budget} took {first.took_s:.1f} s, about as long as a window; raise rate_limit.parallel")
    violation(f"a refusal for the rate in {first.budget}", f"{len(first.served)} requests served", _last(first.served))


def _last(attempts: list[Attempt]) -> Reply:
    return Reply(attempts[-1].exchange)


@rule("rate-limit-refusal")
def test_refusal_has_the_status_and_code_of_one(profile: Profile, settings: RateLimit, refusals: list[Attempt]) -> None:
    """The refusals of a burst are those that the profile names."""
    for one in refusals:
        expect_refused(one.exchange, settings.refusal, profile, "the limit is reached")


@rule("rate-refusal-body")
def test_refusal_has_the_usual_error_body(profile: Profile, refusals: list[Attempt]) -> None:
    """Error body, media type and trace id are those of every other refusal."""
    errors = profile.errors or not_applicable(f"the profile {profile.name} has no [errors]: no error body is promised")
    for one in refusals:
        trace = one.exchange.header(errors.trace_header) if errors.trace_header else None
        wrong = [*envelope_problems(one.exchange, errors), *media_type_problems(one.exchange, errors)]
        if errors.trace_header:
            wrong += trace_problems(one.exchange, trace, errors) if trace else [f"no {errors.trace_header}"]
        expect(one.exchange).that(not wrong, "an error body as in [errors]", "; ".join(wrong))


@rule("rate-limit-not-early")
def test_documented_limit_is_served(bench: Bench, settings: RateLimit) -> None:
    """No request within the limit is refused in a fresh window."""
    limit = _limit(settings)
    found = observed(bench)
    if wrong := judges.early(need_counts(found, settings), limit):
        expected = f"the first {limit} of {found.bursts[0].budget} to be served"
        violation(expected, wrong, Reply(found.bursts[0].refusals[0].exchange))


@rule("rate-limit-not-late")
def test_first_request_over_the_limit_is_refused(bench: Bench, settings: RateLimit) -> None:
    """One more than the limit is refused."""
    limit = _limit(settings)
    found = observed(bench)
    counts = need_counts(found, settings)
    window_s = found.bursts[0].budget.window_s
    if wrong := judges.late(counts, limit, window_s, settings.algorithm):
        expected = f"request {limit + 1} of {found.bursts[0].budget} to be refused"
        violation(expected, wrong, _last(found.bursts[0].served))


def _limit(settings: RateLimit) -> int:
    return settings.limit or not_testable("the limit is not known; name it as rate_limit.limit")


@rule("rate-limit-holds")
def test_further_requests_are_refused(bench: Bench, settings: RateLimit) -> None:
    """What follows a refusal at once is refused as well, in each window."""
    found = observed(bench)
    need_refusal(found, settings)
    if found.leaks(settings.algorithm):
        leaked = [one for made in found.bursts for one in made.leaked]
        expected = f"the requests right after a refusal to be refused as well, in {found.bursts[0].budget}"
        violation(expected, f"{len(leaked)} were served, in {len(found.bursts)} windows", _last(leaked))


@rule("rate-window-resets")
def test_next_window_holds_as_many_again(bench: Bench, settings: RateLimit) -> None:
    """A window that is over leaves nothing behind."""
    found = observed(bench)
    counts = need_counts(found, settings)
    if found.returned and bench.is_limited(found.returned[-1][1]):
        raise Blocked("nothing is served after the time in Retry-After", by="rate-retry-after-true")
    if wrong := judges.not_restored(counts, settings.limit):
        violation(
            f"as many requests in each window ({found.bursts[0].budget})", wrong, _last(found.bursts[-1].refusals)
        )


@rule("rate-retry-after-present")
def test_refusal_tells_when_to_come_back(settings: RateLimit, refusals: list[Attempt]) -> None:
    """Each refusal has a Retry-After."""
    if not settings.retry_after:
        not_applicable("Retry-After is not promised (rate_limit.retry_after)")
    for one in refusals:
        expect(one.exchange).header("Retry-After")


@rule("rate-retry-after-form")
def test_retry_after_is_well_formed(settings: RateLimit, told: list[Attempt]) -> None:
    """Retry-After has one of the forms of the HTTP specification."""
    for one in told:
        wrong = problem((one.exchange.header("retry-after") or "").strip(), settings.retry_after_forms)
        forms = " or ".join({"seconds": "seconds", "date": "an HTTP date"}[form] for form in settings.retry_after_forms)
        expect(one.exchange).that(wrong is None, f"Retry-After as {forms}", wrong)


@rule("rate-retry-after-positive")
def test_retry_after_is_not_zero(settings: RateLimit, waits: list[tuple[float, Attempt]]) -> None:
    """In the last instant of a window it may be; not each time."""
    least = settings.retry_after_min_s
    seconds = [wait + cut_off_s(one.exchange) for wait, one in waits]
    if max(seconds) < least:
        violation(f"Retry-After of at least {least:g} s", f"{max(seconds):g} s at most", Reply(waits[0][1].exchange))


@rule("rate-retry-after-within-window")
def test_retry_after_is_within_the_window(
    bench: Bench, settings: RateLimit, waits: list[tuple[float, Attempt]]
) -> None:
    """Nobody is asked to wait longer than the window lasts."""
    most = longest_wait_s(bench)
    for wait, one in waits:
        right = wait <= most + cut_off_s(one.exchange)
        expect(one.exchange).that(right, f"Retry-After of at most {most:g} s", f"{wait:g} s")


@rule("rate-retry-after-not-rising")
def test_retry_after_does_not_grow(bench: Bench, waits: list[tuple[float, Attempt]]) -> None:
    """Within the refusals of one window."""
    for made in (one for one in observed(bench).bursts if one.refusals):
        asked = [seconds for one in made.refusals if (seconds := asked_s(one.exchange)) is not None]
        if wrong := judges.rising(asked, max(cut_off_s(one.exchange) for one in made.refusals)):
            violation("a Retry-After that does not grow while one waits", wrong, _last(made.refusals))


@rule("rate-retry-after-true")
def test_waiting_as_long_as_told_is_enough(
    bench: Bench, settings: RateLimit, waits: list[tuple[float, Attempt]]
) -> None:
    """After Retry-After the next request is served."""
    if max(wait for wait, _ in waits) <= 0:
        raise Blocked("Retry-After asks for no wait at all", by="rate-retry-after-positive")
    found = observed(bench)
    if found.by != "Retry-After" or not found.returned:
        raise Blocked("Retry-After asks for more than a window", by="rate-retry-after-within-window")
    wait_s, last = found.returned[-1]
    if bench.is_limited(last):
        asked = found.bursts[0].refusals[-1].exchange.header("retry-after")
        expected = f"a request to be served after Retry-After: {asked}, and {settings.retry_after_slack_s:g} s more"
        violation(expected, f"refused after {wait_s:g} s", Reply(last.exchange))


@rule("rate-identities-apart")
def test_another_identity_is_served(bench: Bench, settings: RateLimit) -> None:
    """One user's burst is not another user's problem."""
    if not settings.other_persona:
        not_testable("a second identity is needed; name it as rate_limit.other_persona")
    _expect_apart(bench, msgspec.structs.replace(settings.request, persona=settings.other_persona))


@rule("rate-methods-apart")
def test_another_method_is_served(bench: Bench, settings: RateLimit) -> None:
    """A bucket belongs to one method."""
    if settings.other_method is None:
        not_testable("a second method is needed; describe it under [rate_limit.other_method]")
    _expect_apart(bench, settings.other_method)


@rule("rate-servers-apart")
def test_another_server_is_served(bench: Bench, settings: RateLimit) -> None:
    """A bucket belongs to one server."""
    if not settings.other_server:
        not_testable("a second server is needed; give its variables under [rate_limit.other_server]")
    variables = {**settings.request.variables, **settings.other_server}
    route, usual = settings.request.route, settings.request.variables
    bench.caller.need_elsewhere(route, usual, variables, "rate_limit.other_server")
    _expect_apart(bench, msgspec.structs.replace(settings.request, variables=variables))


def _expect_apart(bench: Bench, other: Described) -> None:
    """The other bucket may have been full by itself: then it is empty after a window, and the first one is filled up
    again."""
    for last in (False, True):
        found = while_full(bench, lambda: bench.attempt(other))
        if not bench.is_limited(found):
            _need_success(found, other)
            return
        if last:
            expected = f"{other} to be served while {bench.settings.request} is over its limit"
            violation(expected, f"HTTP {found.exchange.status}, in two windows", Reply(found.exchange))
        fresh_window(bench, bench.settings.request)
        fresh_window(bench, other)


def _need_success(found: Attempt, request: Described) -> None:
    if (found.exchange.status or 999) >= 400:
        not_testable(f"{request} was answered with HTTP {found.exchange.status}, so nothing is known about its limit")


@rule("rate-limit-per-server")
def test_each_documented_limit_is_kept(bench: Bench, settings: RateLimit) -> None:
    """Where another limit is documented, that one is enforced, to the request."""
    if not settings.other_limits:
        not_testable("a request with another limit is needed; describe it under [[rate_limit.other_limits]]")
    for other in settings.other_limits:
        found = count(bench, other.request, other.limit)
        need_refusal(found, settings)
        window_s = found.bursts[0].budget.window_s
        wrong = judges.early(found.counts, other.limit) or judges.late(
            found.counts, other.limit, window_s, settings.algorithm
        )
        if wrong:
            violation(f"exactly {other.limit} of {found.bursts[0].budget} to be served", wrong, _last(found.refusals))


@rule("rate-shared-routes")
def test_routes_are_counted_together(bench: Bench, settings: RateLimit) -> None:
    """The other route to the same call is no way around the limit."""
    if not settings.shared_routes:
        not_testable("a route that shares the limit is needed; describe it under [[rate_limit.shared_routes]]")
    for other in settings.shared_routes:
        _expect_together(bench, other)


@rule("rate-shared-replicas")
def test_replicas_count_together(bench: Bench, settings: RateLimit) -> None:
    """The next replica is no way around the limit."""
    if not settings.replicas:
        not_testable("a second replica is needed; name its route under rate_limit.replicas")
    for route in settings.replicas:
        _expect_together(bench, msgspec.structs.replace(settings.request, route=route))


def _expect_together(bench: Bench, other: Described) -> None:
    """What one replica counts may reach another one a little later."""
    for _ in range(TRIES):
        found = while_full(bench, lambda: bench.attempt(other))
        if bench.is_limited(found):
            return
        _need_success(found, other)
        time.sleep(MARGIN_S)
    if observed(bench).leaks(bench.settings.algorithm):
        raise Blocked("requests over the limit are served now and then", by="rate-limit-holds")
    expected = f"{other} to be refused while {bench.settings.request} is over its limit"
    violation(expected, f"HTTP {found.exchange.status}, {TRIES} times", Reply(found.exchange))


@rule("rate-refused-credentials-free")
def test_refused_credentials_use_up_nothing(bench: Bench, settings: RateLimit) -> None:
    """A valid request is served after a burst with bad credentials, and when it is not, it is without that burst."""
    double = 2 * (settings.limit or settings.probe_max)
    for _ in range(2):
        after, took_s = _after(bench, partial(_refuse, bench, double))
        if not bench.is_limited(after):
            return
        control, _ = _after(bench, partial(time.sleep, took_s))
        if bench.is_limited(control):
            not_testable("the bucket fills up without our doing: somebody else uses it; give a persona of its own")
    personas = ", ".join(settings.uncounted_personas)
    expected = f"to be served after {double} requests of {personas} were refused"
    violation(expected, f"HTTP {after.exchange.status}, twice, and not without them", Reply(after.exchange))


def _after(bench: Bench, act: Callable[[], None]) -> tuple[Attempt, float]:
    """A valid request after something was done in a fresh window, and how many seconds that took."""
    fresh_window(bench, bench.settings.request)
    before = bench.attempt()
    if not bench.is_limited(before):
        _need_success(before, bench.settings.request)
    act()
    return bench.attempt(), time.monotonic() - before.ended


def _refuse(bench: Bench, times: int) -> None:
    for persona in bench.settings.uncounted_personas:
        for refused in _many(bench, msgspec.structs.replace(bench.settings.request, persona=persona), times):
            if (refused.exchange.status or 0) < 400:
                raise Blocked(f"the persona {persona} is served", by="access-no-credentials")


def _many(bench: Bench, request: Described, times: int) -> Iterator[Attempt]:
    return (bench.attempt(request) for _ in range(times))


@rule("rate-limit-off")
def test_no_limit_where_it_is_off(bench: Bench, settings: RateLimit) -> None:
    """What is unlimited serves twice the usual limit."""
    if settings.unlimited is None:
        not_testable("a request without a limit is needed; describe it under [rate_limit.unlimited]")
    double = 2 * (settings.limit or settings.probe_max)
    budget = Budget(settings.unlimited, double, bench.window_s)
    for number, one in enumerate(_many(bench, settings.unlimited, double), start=1):
        limited = bench.is_limited(one)
        expect(one.exchange).that(not limited, f"none of {budget} to be refused", f"request {number} refused")


@rule("rate-headers-present")
def test_answers_tell_what_remains(bench: Bench, settings: RateLimit) -> None:
    """Three whole numbers that agree with each other and with the window."""
    names = _headers(settings)
    one = bench.attempt()
    if not names.promised and not limit_headers.comes(one.exchange, names):
        not_applicable("the headers are not promised, and do not come")
    wrong = list(limit_headers.problems(one.exchange, names, bench.window_s))
    expected = f"{names.limit}, {names.remaining} and {names.reset}, as whole numbers that agree"
    expect(one.exchange).that(not wrong, expected, "; ".join(wrong))


@rule("rate-headers-fall")
def test_what_remains_falls(bench: Bench, settings: RateLimit) -> None:
    """A bucket that is refilled may have given one back meanwhile, so it is looked at three times."""
    names = _headers(settings)
    wrong = []
    for _ in range(TRIES):
        found = [bench.attempt() for _ in range(3)]
        _need_told(found, names)
        wrong.append(judges.not_falling([limit_headers.read(one.exchange, names) for one in found]))
    if all(wrong):
        violation(f"{names.remaining} to fall with each request", wrong[0] or "", _last(found))


@rule("rate-headers-at-refusal")
def test_refusal_tells_that_nothing_remains(settings: RateLimit, refusals: list[Attempt]) -> None:
    """0 remaining, from the counter that refused."""
    names = _headers(settings)
    _need_told(refusals, names)
    for one in refusals:
        remaining = limit_headers.read(one.exchange, names).remaining
        expect(one.exchange).that(remaining in (0, None), f"{names.remaining}: 0 in a refusal", remaining)


@rule("rate-headers-reset-true")
def test_limit_is_reset_when_told(bench: Bench, settings: RateLimit, refusals: list[Attempt]) -> None:
    """Looked at where the reset is all that a client is told; Retry-After comes first."""
    names = _headers(settings)
    found = observed(bench)
    if found.by == "Retry-After":
        not_applicable("Retry-After tells when to come back; see rate-retry-after-true")
    if not found.returned:
        raise Blocked(f"no {names.reset} within the window", by="rate-headers-present")
    wait_s, last = found.returned[-1]
    expected = f"a request to be served after {names.reset}, and {settings.retry_after_slack_s:g} s more"
    expect(last.exchange).that(not bench.is_limited(last), expected, f"refused after {wait_s:.3g} s")


def _headers(settings: RateLimit) -> LimitHeaders:
    return settings.headers or not_applicable("no headers about the rate are promised (rate_limit.headers)")


def _need_told(found: list[Attempt], names: LimitHeaders) -> None:
    if all(limit_headers.read(one.exchange, names).remaining is not None for one in found):
        return
    if not names.promised:
        not_applicable(f"{names.remaining} is not promised, and does not come")
    raise Blocked(f"no {names.remaining}", by="rate-headers-present")
