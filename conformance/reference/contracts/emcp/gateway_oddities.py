"""Unusual limits, dispatchers and streams that keep every promise."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from conformance.reference.contracts.catalogue import contract_oddity
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour, streaming_headers
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.exchange import Response


@contract_oddity("emcp", because="RFC 9110 10.2.3: Retry-After may be an HTTP date")
def retry_after_as_date(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After is an HTTP date."""

    def said(left_s: float) -> str:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=left_s + 0.5), usegmt=True)

    return replace(behaviour, rate=replace(behaviour.rate, retry_after=said))


@contract_oddity("emcp", because="headers about the rate are promised by nobody")
def limit_without_headers(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """No X-RateLimit headers."""
    return replace(behaviour, rate=replace(behaviour.rate, headers=False))


@contract_oddity("emcp", because="a wait that is longer than needed is still true")
def retry_after_a_second_late(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After is always the whole window."""
    return replace(behaviour, rate=replace(behaviour.rate, retry_after=lambda left_s: "2"))


@contract_oddity("emcp", because="unknown headers are ignored (RFC 9110 5.1)")
def further_headers_of_gateways(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Each answer has headers of the infrastructure, and those of the draft on rate limits."""

    def edit(call: Call, response: Response) -> Response:
        for name, value in (
            ("via", "1.1 gateway"), ("ratelimit", '"default";r=12;t=7'), ("ratelimit-policy", '"default";q=30;w=60'),
            ("x-request-id", "7d3b"), ("server-timing", "db;dur=1"), ("vary", "authorization"),
        ):  # fmt: skip
            response.headers.add(name, value)
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_oddity("emcp", because="RFC 6839 3.1: what ends in +json is JSON")
def refusals_as_problem_json(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Refusals are application/problem+json."""

    def edit(call: Call, response: Response) -> Response:
        if response.status >= 400:
            response.headers["content-type"] = "application/problem+json"
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_oddity("emcp", because="RFC 9110 15.5.6 and 11.6.1 ask for these headers")
def challenges_and_allow(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """401 has WWW-Authenticate, 405 has Allow."""

    def edit(call: Call, response: Response) -> Response:
        if response.status == 401:
            response.headers["www-authenticate"] = 'Bearer error="invalid_token"'
        if response.status == 405:
            response.headers["allow"] = "POST"
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_oddity("emcp", because="a replay of an accepted task may be told with 200")
def replay_with_200(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A task that is not finished is replayed with 200 instead of 202."""
    return replace(behaviour, dispatch=replace(behaviour.dispatch, replayed_status=200))


@contract_oddity("emcp", because="further members of an answer are not ruled out")
def dispatch_answers_say_more(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The answer to a dispatched call links to its task and tells the queue."""

    def edit(body: dict[str, Any]) -> dict[str, Any]:
        return {"links": {"self": "/tasks"}, "queue": "default", **body}

    return replace(behaviour, dispatch=replace(behaviour.dispatch, edits=(*behaviour.dispatch.edits, edit)))


@contract_oddity("emcp", because="a task may be done before its answer is sent")
def tasks_are_done_at_once(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A task is finished by the time it can be asked for."""
    return replace(behaviour, dispatch=replace(behaviour.dispatch, work_s=0))


@contract_oddity("emcp", because="the form of a heartbeat is not named")
def heartbeat_as_event(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A heartbeat is an event of another name."""

    def beat(number: int) -> bytes:
        return f"event: heartbeat\ndata: {number}\n\n".encode()

    return replace(behaviour, streaming=replace(behaviour.streaming, heartbeat=beat))


@contract_oddity("emcp", because="the form of a heartbeat is not named")
def heartbeat_as_blank_line(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A heartbeat is an empty line."""
    return replace(behaviour, streaming=replace(behaviour.streaming, heartbeat=lambda number: b"\n"))


@contract_oddity("emcp", because="more signs of life than promised are no harm")
def heartbeats_come_often(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Heartbeats come three times as often as promised."""
    return replace(behaviour, streaming=replace(behaviour.streaming, heartbeat_slowness=0.3))


@contract_oddity("emcp", because="RFC 9111 5.2: further directives, in any order and case")
def more_cache_directives(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Cache-Control of a stream says more than it has to."""

    def headers(heartbeat_s: int, max_s: int) -> dict[str, str]:
        said = "private, No-Transform, no-store, max-age=0, No-Cache"
        return streaming_headers(heartbeat_s, max_s) | {"cache-control": said}

    return replace(behaviour, streaming=replace(behaviour.streaming, headers=headers))


@contract_oddity("emcp", because="WHATWG HTML 9.2: carriage returns end lines, events have ids")
def events_with_ids(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Events have a name, an id and CRLF line ends."""

    def encode(message: Any) -> bytes:
        return f"event: message\r\nid: 7\r\ndata: {json.dumps(message)}\r\n\r\n".encode()

    return replace(behaviour, streaming=replace(behaviour.streaming, encode=encode))
