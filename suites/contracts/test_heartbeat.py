"""Heartbeats of an operator gateway's sessions (docs/contracts/heartbeat.md)."""

import json
import time
from collections.abc import Callable

import pytest

from conformance.checks import expect, not_applicable, not_testable
from conformance.contracts import Caller, rule
from conformance.contracts.handshake.gateway import Change, Gateway, is_success
from conformance.contracts.heartbeat.settings import Heartbeat
from conformance.contracts.paths import at_path, with_path
from conformance.contracts.refusals import body_of
from conformance.contracts.times import instant, iso
from conformance.plugin.waiting import Pause
from conformance.wire.exchange import Exchange, NotJson, parse_json

SECTION = "heartbeat"
TRIES = 3
BEATS = 3
HOUR_S = 3600


@pytest.fixture
def gateway(caller: Caller) -> Gateway:
    return Gateway(caller)


@pytest.fixture
def settings(gateway: Gateway) -> Heartbeat:
    return gateway.beating


@pytest.fixture
def expiry(gateway: Gateway) -> str:
    """Of a session that was opened for the test."""
    return gateway.expiry()


def _set(path: str, value: object) -> Change:
    return lambda body: with_path(body, path, value)


def _expect_refused(exchange: Exchange, why: str) -> None:
    expect(exchange).that((exchange.status or 0) // 100 == 4, f"a refusal ({why}): a 4xx")


def _need_path(path: str, key: str) -> str:
    return path or not_applicable(f"beats of this profile have no such member (heartbeat.{key})")


@rule("heartbeat-accepted")
def test_heartbeat_is_accepted(gateway: Gateway, expiry: str) -> None:
    """A heartbeat of an open session is accepted."""
    expect(gateway.beat(expiry)).status_class(2)


@rule("heartbeat-extra-members")
def test_further_members_are_tolerated(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """Members of a heartbeat that the gateway does not know are tolerated."""
    _need_accepted(gateway.beat(expiry))
    expect(gateway.beat(expiry, lambda body: {**body, **settings.extra})).status_class(2)


def _need_accepted(exchange: Exchange) -> None:
    """What is refused says something only where the same beat is taken when it is right."""
    if not is_success(exchange):
        not_testable(f"a heartbeat that is right is refused too (HTTP {exchange.status})")


@rule("heartbeat-required-members")
def test_members_are_required(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat that lacks a required member is refused."""
    _need_accepted(gateway.beat(expiry))
    for path in settings.required:
        _expect_refused(gateway.beat(expiry, _set(path, None)), f"no {path}")


@rule("heartbeat-label")
def test_label_is_not_empty(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat with an empty label is refused."""
    path = _need_path(settings.label, "label")
    _need_accepted(gateway.beat(expiry))
    _expect_refused(gateway.beat(expiry, _set(path, "")), f"an empty {path}")


@rule("heartbeat-count")
def test_number_is_a_whole_number(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat whose number is no whole number from 0 on is refused."""
    path = _need_path(settings.count, "count")
    _need_accepted(gateway.beat(expiry))
    for value in settings.wrong_counts:
        _expect_refused(gateway.beat(expiry, _set(path, value)), f"{path} {json.dumps(value)}")


@rule("heartbeat-context")
def test_other_context_is_refused(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat for another context is refused."""
    path = _need_path(settings.context, "context")
    _need_accepted(gateway.beat(expiry))
    _expect_refused(gateway.beat(expiry, _set(path, settings.wrong_context)), f"{path} {settings.wrong_context}")


@rule("heartbeat-times")
def test_times_have_to_be_readable(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat whose times cannot be read, or have no offset, is refused."""
    _need_accepted(gateway.beat(expiry))
    for path in filter(None, (settings.expiry, settings.emitted_at)):
        for text in settings.wrong_times:
            _expect_refused(gateway.beat(expiry, _set(path, text)), f"{path} {text!r}")


@rule("heartbeat-expired")
def test_expired_credential_is_noticed(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat whose credential has expired is refused, or somebody is told."""
    path = _need_path(settings.expiry, "expiry")
    _need_accepted(gateway.beat(expiry))
    past = iso(int(time.time()) - HOUR_S)
    _expect_noticed(gateway, lambda: gateway.beat(expiry, _set(path, past)), f"{path} an hour ago")


@rule("heartbeat-expiry-of-session")
def test_other_expiry_is_noticed(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat with another expiry than its session has is refused, or somebody is told."""
    path = _need_path(settings.expiry, "expiry")
    if settings.expiry_alignment == "any":
        not_applicable("the profile allows any expiry (heartbeat.expiry_alignment)")
    _need_accepted(gateway.beat(expiry))
    expires = instant(expiry)
    other = iso(int(expires or 0) + 7 * HOUR_S + 11)
    _expect_noticed(gateway, lambda: gateway.beat(expiry, _set(path, other)), f"{path} of no session")


def _expect_noticed(gateway: Gateway, wrong: Callable[[], Exchange], why: str) -> None:
    """Refused, or shown by the status of the gateway."""
    notices = gateway.beating.status_notices
    before = _shown(gateway, notices)
    exchange = wrong()
    noticed = (exchange.status or 0) // 100 == 4 or (is_success(exchange) and _shown(gateway, notices) > before)
    expect(exchange).that(noticed, f"a refusal ({why}): a 4xx" + (", or a notice in the status" if notices else ""))


def _shown(gateway: Gateway, path: str) -> float:
    """How much the status of the gateway shows at a path: the length of a list, a number, or whether it is there."""
    settings = gateway.beating
    if not (settings.status_route and path):
        return 0
    value = at_path(body_of(gateway.caller.send(settings.status_route, method="GET")), path)
    if isinstance(value, list | dict):
        return len(value)
    return float(value) if isinstance(value, int | float) else float(bool(value))


@rule("heartbeat-sequence")
def test_beats_at_the_interval_are_accepted(gateway: Gateway, settings: Heartbeat, expiry: str, pause: Pause) -> None:
    """Heartbeats at the promised interval are all accepted."""
    _need_accepted(gateway.beat(expiry))
    for cycle in range(1, BEATS):
        pause(gateway.profile.seconds(settings.interval_s), "the interval of heartbeats")
        expect(gateway.beat(expiry, cycle=cycle)).status_class(2)


@rule("heartbeat-miss-shown")
def test_missed_beats_are_shown(gateway: Gateway, settings: Heartbeat, expiry: str, pause: Pause) -> None:
    """When heartbeats stay away, the status shows it."""
    if not settings.status_route:
        not_testable(
            "no route shows missed beats; name one (heartbeat.status_route), and where (heartbeat.status_alert)"
        )
    before = _shown(gateway, settings.status_alert)
    _need_accepted(gateway.beat(expiry))
    pause(gateway.profile.seconds(settings.interval_s * (settings.misses + 1)), "heartbeats that stay away")
    status = gateway.caller.send(settings.status_route, method="GET")
    silent = settings.interval_s * settings.misses
    more = _shown(gateway, settings.status_alert) > before
    expect(status).that(more, f"something new at {settings.status_alert} after more than {silent:g} s of silence")


@rule("heartbeat-answer-in-time")
def test_heartbeat_is_answered_in_time(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """A heartbeat is answered before connectors give up."""
    limit = gateway.profile.seconds(settings.max_answer_s)
    quickest = min((gateway.beat(expiry) for _ in range(TRIES)), key=lambda one: one.ended_at or 0.0)
    took = quickest.ended_at or 0.0
    expect(quickest).that(took < limit, f"an answer in less than {limit:g} s", f"{took:.3f} s, the quickest of {TRIES}")


@rule("heartbeat-answer-body")
def test_answer_is_empty_or_says_accepted(gateway: Gateway, settings: Heartbeat, expiry: str) -> None:
    """The answer to a heartbeat is empty, or JSON that says it was accepted."""
    exchange = gateway.beat(expiry)
    _need_accepted(exchange)
    if not exchange.body.strip():
        return
    try:
        document = parse_json(exchange.body)
    except NotJson:
        document = ...
    expect(exchange).that(document is not ..., "an empty body, or JSON")
    status = at_path(document, settings.answer_status) if settings.answer_status else None
    expect(exchange).that(status is None or status in settings.answered, " or ".join(settings.answered))
