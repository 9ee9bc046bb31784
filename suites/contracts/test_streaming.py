"""Streams: their form, their heartbeats and their end (docs/contracts/streaming.md)."""

import time

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Profile, expect_refusal, rule
from conformance.contracts.described import Described
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import body_of
from conformance.contracts.requests import dressed
from conformance.contracts.streaming.settings import Abort, Streaming
from conformance.contracts.streaming.watching import opened, watch
from conformance.plugin.waiting import Pause
from conformance.protocol.messages import is_notification, is_request, is_response, same_id
from conformance.wire.exchange import Exchange, NotJson, parse_json

SECTION = "streaming"
LOOK_AGAIN_S = 0.1

timing = pytest.mark.timing

_finished: dict[tuple[str, str], Exchange] = {}
"""A stream that has ended, by URL and profile: several rules look at the same one."""


@pytest.fixture
def settings(profile: Profile) -> Streaming:
    assert profile.streaming is not None
    return profile.streaming


def _need(request: Described | None, what: str, key: str) -> Described:
    return request or not_testable(f"{what} is needed; describe it under [streaming.{key}]")


def _send(caller: Caller, request: Described, timeout: float | None = None) -> Exchange:
    body, headers = dressed(caller, request)
    return caller.send(
        request.route, method=request.http_method, body=body, headers=headers, persona=request.persona,
        variables=request.variables, timeout=timeout,
    )  # fmt: skip


@pytest.fixture
def answered(caller: Caller, settings: Streaming) -> Exchange:
    """The answer to a streaming call, once it has ended."""
    request = _need(settings.request, "a call that is answered with a stream", "request")
    key = (caller.channel.url, caller.profile.name)
    if key not in _finished:
        _finished[key] = _send(caller, request, settings.longest_wait_s)
    return _finished[key]


@pytest.fixture
def stream(answered: Exchange) -> Exchange:
    """A whole stream."""
    if not answered.is_stream:
        raise Blocked(f"HTTP {answered.status} {answered.media_type}, no stream", by="streaming-media-type")
    if answered.ending in ("deadline", "closed", "too-large"):
        not_testable(f"the stream did not end: {answered.failure}; describe one that does under [streaming.request]")
    return answered


@rule("streaming-disabled-refused")
def test_disabled_streaming_is_refused(caller: Caller, settings: Streaming, profile: Profile) -> None:
    """No stream where streams are switched off."""
    request = _need(settings.disabled, "a streaming call where streaming is off", "disabled")
    refused = _send(caller, request, settings.longest_wait_s)
    expect_refusal(refused, settings.refusal, profile, "streaming is switched off")


@rule("streaming-media-type")
def test_stream_is_an_event_stream(answered: Exchange) -> None:
    """HTTP 200 with the media type of server-sent events."""
    expect(answered).status(200).media_type("text/event-stream")


@rule("streaming-headers")
def test_stream_has_its_headers(stream: Exchange, settings: Streaming) -> None:
    """What keeps caches and proxies from holding events back."""
    if not settings.headers:
        not_applicable("no headers of streams are promised (streaming.headers)")
    for name, words in settings.headers.items():
        value = (stream.header(name) or "").lower()
        said = [word.strip() for word in value.replace(";", ",").split(",")]
        missing = [word for word in words if word.lower() not in said]
        expect(stream).that(not missing, f"{name}: {', '.join(words)}", stream.header(name) or f"no {name}")


@rule("streaming-announced-values")
def test_stream_announces_its_times(stream: Exchange, settings: Streaming) -> None:
    """The times that are configured, in whole seconds."""
    promised = {settings.heartbeat_header: settings.heartbeat_s, settings.max_header: settings.max_s}
    named = {name: seconds for name, seconds in promised.items() if name}
    if not named:
        not_applicable("no times are announced (streaming.heartbeat_header, streaming.max_header)")
    for name, seconds in named.items():
        value = (stream.header(name) or "").strip()
        right = value.isascii() and value.isdigit() and int(value) > 0 and seconds in (None, int(value))
        wanted = "seconds from 1" if seconds is None else f"{seconds:g}"
        expect(stream).that(right, f"{name}: {wanted}", value or f"no {name}")


@rule("streaming-data-json-rpc")
def test_each_event_carries_a_message(stream: Exchange, settings: Streaming) -> None:
    """Heartbeats have no data, or another name."""
    if not settings.json_rpc:
        not_applicable("events are not said to carry JSON-RPC (streaming.json_rpc)")
    carrying = [event for event in stream.events if event.event == "message" and event.data]
    expect(stream).that(carrying, "events with data")
    for event in carrying:
        expect(stream).that(_is_message(event.data), "one JSON-RPC message in the data of each event", event.data)


def _is_message(data: str) -> bool:
    try:
        value = parse_json(data)
    except NotJson:
        return False
    return is_request(value) or is_notification(value) or is_response(value)


@rule("streaming-last-answers")
def test_last_event_answers_the_request(stream: Exchange, settings: Streaming) -> None:
    """The response comes last."""
    if not settings.json_rpc:
        not_applicable("events are not said to carry JSON-RPC (streaming.json_rpc)")
    sent = parse_json(stream.request.body)
    last = stream.messages[-1].value if stream.messages else None
    answers = isinstance(last, dict) and is_response(last) and same_id(last.get("id"), sent.get("id"))
    expect(stream).that(answers, f"a response to the request {sent.get('id')!r} as the last message", last)


@rule("streaming-first-event")
@timing
def test_first_event_comes_at_once(caller: Caller, settings: Streaming) -> None:
    """Nothing on the way collects the events."""
    request = _need(settings.request, "a call that is answered with a stream", "request")
    with opened(caller, request, settings.longest_wait_s) as pending:
        watched = watch(pending, settings.longest_wait_s)
    whole = watched.until
    if not watched.bytes_at or whole < LOOK_AGAIN_S:
        not_testable(f"the stream was over after {whole:.3f} s; describe a longer one under [streaming.request]")
    limit = whole * settings.first_event_share
    came = watched.bytes_at[0]
    expect(watched.exchange).that(
        came < limit, f"the first event before {limit:.2f} s of {whole:.2f} s", f"{came:.2f} s"
    )


@rule("streaming-heartbeat")
@timing
def test_heartbeats_come_in_time(caller: Caller, settings: Streaming, pause: Pause) -> None:
    """The longest silence on an idle stream is one interval."""
    request = _need(settings.idle or settings.endless, "a stream that stays open without messages", "idle")
    interval_s = _promised(caller, settings.heartbeat_s, "heartbeat_s")
    most = interval_s + _tolerance(interval_s, settings)
    watch_s = _affordable(interval_s * settings.heartbeats + most, settings)
    pause.announce(watch_s, "an idle stream, for its heartbeats")
    with opened(caller, request, watch_s) as pending:
        watched = watch(pending, watch_s)
    if watched.ended and watched.until < interval_s + most:
        not_testable(f"the stream was over after {watched.until:.1f} s; describe a longer one under [streaming.idle]")
    gap = watched.largest_gap(settings.heartbeat_forms)
    count = len(watched.signs(settings.heartbeat_forms))
    expected = f"no silence of more than {most:.3g} s (a heartbeat each {interval_s:.3g} s)"
    received = f"{gap:.2f} s of silence; {count} signs of life in {watched.until:.1f} s"
    expect(watched.exchange).that(gap <= most, expected, received)


@rule("streaming-hard-stop")
@timing
def test_stream_is_stopped_in_time(caller: Caller, settings: Streaming, pause: Pause) -> None:
    """A stream that has no end is ended by the server."""
    request = _need(settings.endless, "a stream that does not end by itself", "endless")
    max_s = _promised(caller, settings.max_s, "max_s")
    most = max_s + caller.profile.seconds(settings.stop_grace_s) + _tolerance(max_s, settings)
    pause.announce(_affordable(most, settings), "a stream that the server has to end")
    with opened(caller, request, most) as pending:
        watched = watch(pending, most)
    if watched.ended and watched.until < max_s * 0.8:
        not_testable(f"the stream was over after {watched.until:.1f} s, before its end was due; is it endless?")
    expected = f"the stream to be ended by the server after {max_s:.3g} s, at most {most:.3g} s"
    expect(watched.exchange).that(watched.ended, expected, f"still open after {watched.until:.1f} s")


@rule("streaming-abort")
@timing
def test_work_ends_with_its_client(caller: Caller, settings: Streaming) -> None:
    """Nobody works for a client that has gone."""
    request = _need(settings.endless or settings.idle, "a stream that stays open", "endless")
    abort = settings.abort or not_testable("whether work goes on is not seen; say where under [streaming.abort]")
    within_s = caller.profile.seconds(abort.within_s) + settings.tolerance_s
    before = _at_rest(caller, abort, within_s)
    with opened(caller, request, within_s * 2) as pending:
        pending.wait(lambda exchange: bool(exchange.body), LOOK_AGAIN_S)
        time.sleep(LOOK_AGAIN_S)
        during = _number(caller, abort)
        if during <= before:
            not_testable(f"{abort.path} does not move while a stream is open ({before}, then {during})")
    if not _ends(caller, abort, before, within_s):
        expected = f"work to end within {within_s:.3g} s after the client has gone"
        violation(expected, f"{abort.path} was {before} before, {during} with it, {_number(caller, abort)} after", None)


def _at_rest(caller: Caller, abort: Abort, within_s: float) -> float:
    """The number when it stands still, for streams of other checks may have ended just now."""
    deadline = time.monotonic() + within_s
    last = _number(caller, abort)
    while time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_S)
        now = _number(caller, abort)
        if now == last:
            break
        last = now
    return last


def _ends(caller: Caller, abort: Abort, before: float, within_s: float) -> bool:
    """A gauge falls back, a counter stands still."""
    deadline = time.monotonic() + within_s
    last = _number(caller, abort)
    while time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_S)
        now = _number(caller, abort)
        if now <= before if abort.kind == "gauge" else now == last:
            return True
        last = now
    return False


def _number(caller: Caller, abort: Abort) -> float:
    found = at_path(body_of(_send(caller, abort.request)), abort.path)
    if not isinstance(found, int | float) or isinstance(found, bool):
        not_testable(f"there is no number at {abort.path} of {abort.request}; see streaming.abort")
    return found


@rule("streaming-not-dispatched")
def test_dispatched_call_is_no_stream(caller: Caller, settings: Streaming) -> None:
    """Where nobody listens, nothing is streamed."""
    request = _need(settings.dispatched, "a streaming call by a route that does not stream", "dispatched")
    found = _send(caller, request, settings.longest_wait_s)
    expect(found).answered().that(not found.is_stream, "an answer that is no stream")


def _promised(caller: Caller, duration_s: float | None, key: str) -> float:
    """A promised duration on the clock of the target."""
    if duration_s is None:
        not_testable(f"nothing is promised; name streaming.{key}")
    return caller.profile.seconds(duration_s)


def _tolerance(promised_s: float, settings: Streaming) -> float:
    return max(settings.tolerance_s, promised_s * 0.2)


def _affordable(watch_s: float, settings: Streaming) -> float:
    if watch_s > settings.longest_wait_s:
        not_testable(f"a stream has to be watched for {watch_s:.0f} s; raise streaming.longest_wait_s")
    return watch_s
