"""The wire against servers that answer late, never, too much, or nonsense."""

import socket
import time
from collections.abc import Iterator

import pytest

from conformance.wire.channel import Channel, Context, TargetLost, limited
from conformance.wire.exchange import Exchange, HttpRequest
from conformance.wire.http import HttpSettings, HttpWire, wire
from conformance.wire.pacing import RetryBudget

from .scripted import KEEP_ALIVE, STREAM_HEAD, Scripted, answer, reset, scripted

DEADLINE = 0.5
SLACK = 2.0


@pytest.fixture(scope="module")
def opened() -> Iterator[HttpWire]:
    with wire(HttpSettings(max_body=200_000)) as one:
        yield one


def exchange(opened: HttpWire, url: str, deadline: float = DEADLINE, **options: object) -> Exchange:
    request = HttpRequest("POST", url, tuple(options.get("headers", ())), b"{}")  # type: ignore[arg-type]
    pending = opened.open(request, deadline)
    assert pending.wait_end(deadline + SLACK), "the exchange outlived its deadline"
    return pending.exchange


def send_all(data: bytes):  # type: ignore[no-untyped-def]
    return lambda connection, request: connection.sendall(data)


def test_closed_port_is_unreachable(opened: HttpWire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    found = exchange(opened, f"http://127.0.0.1:{port}/mcp")

    assert (found.ending, found.status) == ("unreachable", None)


def test_silence_before_the_head_ends_at_the_deadline(opened: HttpWire) -> None:
    with scripted(lambda connection, request: server.done.wait(20)) as server:
        found = exchange(opened, server.url)

    assert (found.ending, found.status) == ("deadline", None)


def test_silence_in_the_body_ends_at_the_deadline(opened: HttpWire) -> None:
    def stall(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer()[:-5])
        server.done.wait(20)

    with scripted(stall) as server:
        found = exchange(opened, server.url)

    assert (found.ending, found.status, found.messages) == ("deadline", 200, [])


@pytest.mark.parametrize("head", [b"", STREAM_HEAD])
def test_dripping_bytes_do_not_extend_the_deadline(opened: HttpWire, head: bytes) -> None:
    def drip(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        for byte in (b"HTTP/1.1 200 OK\r\n" if not head else b": x\n") + b"X-A: b\r\n" * 1000:
            connection.sendall(bytes([byte]))
            if server.done.wait(0.02):
                return

    with scripted(drip) as server:
        found = exchange(opened, server.url)

    assert found.ending == "deadline"


def test_endless_body_is_cut_at_the_limit(opened: HttpWire) -> None:
    def flood(connection: socket.socket, request: bytes) -> None:
        connection.sendall(STREAM_HEAD)
        while not server.done.is_set():
            connection.sendall(b": " + b"x" * 8192 + b"\n")

    with scripted(flood) as server:
        found = exchange(opened, server.url, 5.0)

    assert found.ending == "too-large"


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_what_is_no_http_is_a_protocol_error(opened: HttpWire, garbage: bytes) -> None:
    with scripted(send_all(garbage)) as server:
        found = exchange(opened, server.url)

    assert (found.ending in ("protocol", "reset"), found.status) == (True, None)


def test_reset_in_the_middle_of_a_stream_keeps_what_came(opened: HttpWire) -> None:
    def cut(connection: socket.socket, request: bytes) -> None:
        connection.sendall(STREAM_HEAD + b'data: {"jsonrpc":"2.0","method":"a"}\n\n')
        server.done.wait(0.2)
        reset(connection)

    with scripted(cut) as server:
        found = exchange(opened, server.url, 3.0)

    assert found.ending == "reset"
    assert [message.value["method"] for message in found.messages] == ["a"]


def test_body_shorter_than_announced_is_no_complete_answer(opened: HttpWire) -> None:
    with scripted(send_all(answer()[:-5])) as server:
        found = exchange(opened, server.url)

    assert found.ending != "complete"
    assert found.messages == []


def test_stale_connection_is_replaced_once(opened: HttpWire) -> None:
    """The server closes the kept-alive connection when the second request arrives on it."""

    def keep(connection: socket.socket, request: bytes) -> object:
        connection.sendall(answer())
        return KEEP_ALIVE

    def drop(connection: socket.socket, request: bytes) -> None:
        reset(connection)

    with scripted(keep, drop, keep) as server:
        first, second = exchange(opened, server.url), exchange(opened, server.url)

    assert (first.status, second.status) == (200, 200)
    assert len(server.requests) == 3


def test_fresh_connection_that_is_reset_is_not_tried_again(opened: HttpWire) -> None:
    with scripted(lambda connection, request: reset(connection)) as server:
        found = exchange(opened, server.url)

    assert found.ending == "reset"
    assert len(server.requests) == 1


def test_headers_go_out_as_they_are(opened: HttpWire) -> None:
    with scripted(send_all(answer())) as server:
        exchange(opened, server.url, headers=(("MCP-ProTocol-Version", "x"), ("Mcp-Param-A", "caf\u00e9")))

    head = server.requests[0].partition(b"\r\n\r\n")[0]
    assert b"MCP-ProTocol-Version: x" in head
    assert b"Mcp-Param-A: caf\xe9" in head
    assert b"user-agent" not in head.lower()


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "text/plain", "text/event-stream"])
def test_json_is_read_whatever_it_is_called(opened: HttpWire, media_type: str) -> None:
    mislabelled = answer().replace(b"application/json", media_type.encode())
    with scripted(send_all(mislabelled)) as server:
        found = exchange(opened, server.url)

    assert [message.value["id"] for message in found.messages] == [1]


def test_event_stream_is_read_under_another_label(opened: HttpWire) -> None:
    with scripted(send_all(answer(b'data: {"id":1,"result":{}}\n\n'))) as server:
        found = exchange(opened, server.url)

    assert [message.value["id"] for message in found.messages] == [1]


@pytest.mark.parametrize("body", [b"NaN", b'{"a": 1e999}', b"[" * 100_000, b"{\xff}", b"{"])
def test_what_is_no_json_is_told(opened: HttpWire, body: bytes) -> None:
    with scripted(send_all(answer(body))) as server:
        found = exchange(opened, server.url)

    assert found.messages == []
    assert len(found.malformed) == 1


def channel(opened: HttpWire, server: Scripted, slept: list[float]) -> Channel:
    return Channel(opened, server.url, timeout=2.0, retries=RetryBudget(10.0, slept.append))


def test_429_is_waited_out(opened: HttpWire) -> None:
    slept: list[float] = []
    with scripted(send_all(answer(b"", "429 Too Many Requests", "Retry-After: 3")), send_all(answer())) as server:
        found = channel(opened, server, slept).send("POST", {}, b"{}")

    assert (found.status, slept) == (200, [3.0])


def test_endless_429_is_given_up(opened: HttpWire) -> None:
    slept: list[float] = []
    with scripted(send_all(answer(b"", "429 Too Many Requests", "Retry-After: 0"))) as server:
        found = channel(opened, server, slept).send("POST", {}, b"{}")

    assert (found.status, len(slept)) == (429, 5)


def test_a_target_that_only_limits_is_given_up(opened: HttpWire) -> None:
    with scripted(send_all(answer(b"", "429 Too Many Requests"))) as server:
        one = channel(opened, server, [])
        answers = [one.send("POST", {}, b"{}").status for _ in range(5)]
        with pytest.raises(TargetLost, match="--max-rps"):
            one.send("POST", {}, b"{}")

    assert answers == [429] * 5
    assert limited(one.record)


def test_a_limit_that_was_waited_out_is_forgotten(opened: HttpWire) -> None:
    with scripted(send_all(answer(b"", "429 Too Many Requests", "Retry-After: 0")), send_all(answer())) as server:
        one = channel(opened, server, [])
        one.send("POST", {}, b"{}")

    assert [recorded.exchange.status for recorded in one.record] == [429, 200]
    assert not limited(one.record)


def test_stream_is_read_until_the_predicate_holds(opened: HttpWire) -> None:
    """Reading stops soon after what was waited for, although the server keeps the stream open."""

    def stay(connection: socket.socket, request: bytes) -> None:
        connection.sendall(STREAM_HEAD + b'data: {"a":1}\n\n')
        server.done.wait(20)

    began = time.monotonic()
    with scripted(stay) as server:
        one = channel(opened, server, [])
        found = one.send("POST", {}, b"{}", until=lambda exchange: bool(exchange.messages), timeout=10.0)

    assert (found.ending, found.messages[0].value) == ("closed", {"a": 1})
    assert time.monotonic() - began < 5
    assert [recorded.context for recorded in one.take()] == [Context()]
