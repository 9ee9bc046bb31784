"""Health endpoints: live, ready, steady (docs/contracts/health.md)."""

from urllib.parse import urlsplit

import pytest

from conformance.checks import expect, not_applicable, not_testable, timing, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Profile, rule
from conformance.contracts.health.observing import is_well, looks, probe
from conformance.contracts.health.settings import Health, Probe
from conformance.plugin.waiting import Pause

SECTION = "health"
REDIRECTS = (301, 302, 303, 307, 308)


@pytest.fixture
def health(profile: Profile) -> Health:
    assert profile.health is not None
    return profile.health


def judge_probe(caller: Caller, health: Health, one: Probe | None) -> None:
    """An accepted status, in time."""
    if one is None:
        not_applicable("the profile promises no such endpoint")
    exchange = probe(caller, health, one)
    expect(exchange).status(*one.status)
    took = exchange.ended_at if exchange.ended_at is not None else float("inf")
    expect(exchange).that(took <= one.within_s, f"an answer within {one.within_s:g} s", f"one after {took:.2f} s")


@rule("health-live-answers")
@timing
def test_live(caller: Caller, health: Health) -> None:
    """The process lives."""
    judge_probe(caller, health, health.live)


@rule("health-ready-answers")
@timing
def test_ready(caller: Caller, health: Health) -> None:
    """The process can serve."""
    judge_probe(caller, health, health.ready)


@rule("health-startup-answers")
@timing
def test_startup(caller: Caller, health: Health) -> None:
    """The start is over, or no such endpoint is there."""
    judge_probe(caller, health, health.startup)


@rule("health-does-not-flap")
def test_health_is_steady(profile: Profile, caller: Caller, health: Health, pause: Pause) -> None:
    """Healthy once, healthy each time. One that is never healthy does not flap: other rules tell."""
    every = profile.seconds(health.every_s)
    pause.announce(every * health.samples, f"looking at the health {health.samples} times")
    seen = list(looks(caller, health, every, health.samples))
    for name, promised in (("live", health.live), ("ready", health.ready)):
        states = [is_well(getattr(look, name), promised) for look in seen]
        if promised is not None and any(states) and not all(states):
            bad = [getattr(look, name) for look, well in zip(seen, states, strict=True) if not well]
            statuses = ", ".join(sorted({str(exchange.status or exchange.failure) for exchange in bad}))
            violation(f"{name} each time", f"{len(bad)} of {len(seen)} looks were not well ({statuses})")


@rule("health-ready-implies-live")
def test_ready_implies_live(profile: Profile, caller: Caller, health: Health) -> None:
    """Never ready while dead; and not for ever alive without being ready."""
    if health.live is None or health.ready is None:
        not_applicable("the profile does not promise both endpoints")
    every, patience = profile.seconds(health.every_s), profile.seconds(health.ready_within_s)
    lived: float | None = None
    for look in looks(caller, health, every, int(patience / every) + 3):
        live, ready = is_well(look.live, health.live), is_well(look.ready, health.ready)
        if ready and look.live is not None and look.live.status is not None and not live:
            again = probe(caller, health, health.live)
            expect(again).that(is_well(again, health.live), "a process that lives where it is ready")
        if live and ready:
            _lives_on(caller, health, health.live, health.ready)
            return
        lived = look.at if live and lived is None else lived
    if lived is None:
        not_testable("it did not live while it was looked at")
    raise Blocked("it lived all the time and was not ready", by="health-ready-answers")


def _lives_on(caller: Caller, health: Health, live: Probe, ready: Probe) -> None:
    """One look may have been lucky: the process is looked at once more, and again before it is blamed."""
    if is_well(probe(caller, health, live), live) or not is_well(probe(caller, health, ready), ready):
        return
    again = probe(caller, health, live)
    expect(again).that(is_well(again, live), "a process that lives where it is ready")


@rule("health-maintenance-refuses")
def test_maintenance(caller: Caller, health: Health) -> None:
    """Out of service, and alive."""
    if not health.maintenance:
        not_testable("not in maintenance now; say so with maintenance = true under [health]")
    exchange = caller.send(health.maintenance_route, method=health.maintenance_method, wait_for_limits=False)
    expect(exchange).status(503)
    if health.live is not None:
        expect(probe(caller, health, health.live)).status(*health.live.status)


@rule("health-redirects-to-https")
def test_plain_http_leads_to_https(caller: Caller, health: Health) -> None:
    """No service over plain HTTP."""
    if not health.insecure_route:
        not_testable("no plain HTTP route is named; name it with insecure_route under [health]")
    exchange = caller.send(health.insecure_route, method="GET", persona="none")
    expect(exchange).status(*REDIRECTS)
    place = exchange.header("location") or ""
    expect(exchange).that(urlsplit(place).scheme == "https", "a Location with https", place or "no Location")
