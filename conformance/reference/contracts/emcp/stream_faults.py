"""Streams that are not as promised."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour, as_data, streaming_headers


def _streaming(behaviour: EmcpBehaviour, **changes: Any) -> EmcpBehaviour:
    return replace(behaviour, streaming=replace(behaviour.streaming, **changes))


def _with_headers(behaviour: EmcpBehaviour, edit: Callable[[dict[str, str]], object]) -> EmcpBehaviour:
    def headers(heartbeat_s: int, max_s: int) -> dict[str, str]:
        made = streaming_headers(heartbeat_s, max_s)
        edit(made)
        return made

    return _streaming(behaviour, headers=headers)


@contract_fault("emcp", breaks="streaming-disabled-refused")
def streams_where_it_is_off(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A server that does not stream streams."""
    return _streaming(behaviour, allowed_everywhere=True)


@contract_fault("emcp", breaks="streaming-media-type")
def stream_labelled_as_json(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A stream is called application/json."""
    return _with_headers(behaviour, lambda made: made.update({"content-type": "application/json"}))


@contract_fault("emcp", breaks="streaming-media-type")
def stream_labelled_as_text(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A stream is called text/plain."""
    return _with_headers(behaviour, lambda made: made.update({"content-type": "text/plain"}))


@contract_fault("emcp", breaks="streaming-headers")
def no_buffering_header(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A stream does not tell the proxy to pass it on at once."""
    return _with_headers(behaviour, lambda made: made.pop("x-accel-buffering"))


@contract_fault("emcp", breaks="streaming-headers")
def stream_may_be_transformed(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A stream may be compressed on its way."""
    return _with_headers(behaviour, lambda made: made.update({"cache-control": "no-cache"}))


@contract_fault("emcp", breaks="streaming-announced-values")
def announces_another_interval(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The announced interval is another one than that in force."""
    return _with_headers(behaviour, lambda made: made.update({"x-emcp-heartbeat-seconds": "30"}))


@contract_fault("emcp", breaks="streaming-announced-values")
def announces_no_maximum(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The maximum is not announced."""
    return _with_headers(behaviour, lambda made: made.pop("x-emcp-stream-max-seconds"))


@contract_fault("emcp", breaks="streaming-announced-values")
def announces_a_fraction(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The maximum is announced with a fraction."""
    return _with_headers(behaviour, lambda made: made.update({"x-emcp-stream-max-seconds": "60.0"}))


@contract_fault("emcp", breaks="streaming-data-json-rpc")
def data_is_not_json(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Notifications are plain words."""

    def encode(message: Any) -> bytes:
        return as_data(message) if "id" in message else b"data: still working\n\n"

    return _streaming(behaviour, encode=encode)


@contract_fault("emcp", breaks="streaming-data-json-rpc")
def data_is_json_and_no_message(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Notifications are bare objects."""

    def encode(message: Any) -> bytes:
        return as_data(message if "id" in message else {"progress": 1})

    return _streaming(behaviour, encode=encode)


@contract_fault("emcp", breaks="streaming-last-answers")
def stream_without_an_answer(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A stream ends without the response to its request."""
    return _streaming(behaviour, answers=False)


@contract_fault("emcp", breaks="streaming-last-answers")
def answer_with_another_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The response has another id than its request."""

    def encode(message: Any) -> bytes:
        return as_data(message | {"id": "another"} if "id" in message else message)

    return _streaming(behaviour, encode=encode)


@contract_fault("emcp", breaks="streaming-first-event")
def stream_is_buffered(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """All events of a stream that ends come at its end."""
    return _streaming(behaviour, buffers=True)


@contract_fault("emcp", breaks="streaming-heartbeat")
def no_heartbeats(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An idle stream is silent."""
    return _streaming(behaviour, heartbeat=None)


@contract_fault("emcp", breaks="streaming-heartbeat")
def heartbeats_come_late(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A heartbeat comes each third interval."""
    return _streaming(behaviour, heartbeat_slowness=3.0)


@contract_fault("emcp", breaks="streaming-hard-stop")
def no_hard_stop(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A stream goes on beyond its maximum."""
    return _streaming(behaviour, stops=False)


@contract_fault("emcp", breaks="streaming-abort")
def work_goes_on_without_its_client(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A worker is never free again when its client goes away."""
    return _streaming(behaviour, aborts=False)


@contract_fault("emcp", breaks="streaming-not-dispatched")
def dispatched_call_streams(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A dispatched call is answered with a stream."""
    return _streaming(behaviour, in_dispatch=True)
