"""The client of a load run against servers that answer in every form, and against those that do not."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import gevent
import pytest
from gevent.event import Event
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.load.engine import connection as engine
from conformance.load.engine import sockets
from conformance.load.engine.answer import Answer, NoAnswer, TooLate
from conformance.load.engine.connection import Connection, OnEvent
from conformance.load.engine.endpoint import Trust, endpoint
from tests.load.engine.scripted import Scripted, Serve, Talk, always, answering, chunked, scripted, sized

REQUEST = b"POST /mcp HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{}"
EVENTS = b"text/event-stream"
BODY = b'{"jsonrpc":"2.0","id":1,"result":{}}'
PATIENCE = 10.0


class Client:
    """A connection, and what it told of its connecting."""

    def __init__(self, url: str) -> None:
        self.connects: list[int | None] = []
        self.connection = Connection(endpoint(url, Trust()), PATIENCE, self.connects.append)

    def ask(self, timeout: float = PATIENCE, on_event: OnEvent | None = None) -> Answer:
        return self.connection.exchange(REQUEST, timeout, on_event)


@contextmanager
def client_of(serve: Serve) -> Iterator[tuple[Client, Scripted]]:
    with scripted(serve) as server:
        client = Client(server.url)
        yield client, server
        client.connection.close()


def asked(serve: Serve, timeout: float = PATIENCE, on_event: OnEvent | None = None) -> Answer:
    with client_of(serve) as (client, _):
        return client.ask(timeout, on_event)


def test_a_connection_is_used_again() -> None:
    with client_of(always(sized(BODY))) as (client, server):
        answers = [client.ask() for _ in range(3)]
    assert [answer.reused for answer in answers] == [False, True, True]
    assert [answer.body for answer in answers] == [BODY] * 3
    assert server.requests == [(0, REQUEST)] * 3
    assert len(client.connects) == 1


def test_an_answer_tells_its_bytes_and_times() -> None:
    whole = sized(BODY, b"X-Kind: a", b"x-kind: b")
    answer = asked(always(whole))
    assert (answer.bytes_sent, answer.bytes_received) == (len(REQUEST), len(whole))
    assert answer.sent_ns < answer.ended_ns
    assert answer.header(b"x-kind") == "b"
    assert answer.header(b"x-other") is None


@pytest.mark.parametrize(
    "last", [sized(BODY, b"connection: close"), sized(BODY).replace(b"HTTP/1.1", b"HTTP/1.0", 1)], ids=["close", "1.0"]
)
def test_a_connection_that_the_server_will_close_is_not_used_again(last: bytes) -> None:
    with client_of(always(last)) as (client, server):
        assert [client.ask().reused, client.ask().reused] == [False, False]
        assert server.connections == 2


def hanging_up(talk: Talk) -> None:
    """Takes a request, and closes without an answer."""
    talk.request()


def closing_idle(closed: threading.Event, then: Serve) -> Serve:
    """The first connection is closed after one answer, without a word; the others do as `then` says."""

    def serve(talk: Talk) -> None:
        if talk.number:
            then(talk)
            return
        talk.request()
        talk.send(sized(BODY))
        talk.close()
        closed.set()

    return serve


def test_a_connection_that_was_closed_while_idle_is_opened_anew() -> None:
    closed = threading.Event()
    with client_of(closing_idle(closed, always(sized(BODY)))) as (client, server):
        client.ask()
        assert closed.wait(PATIENCE)
        answer = client.ask()
    assert (answer.body, answer.reused) == (BODY, False)
    assert [number for number, _ in server.requests] == [0, 1]
    assert len(client.connects) == 2


def test_a_request_that_a_server_hangs_up_on_is_not_sent_again() -> None:
    """What the server did with it, nobody knows."""

    def serve(talk: Talk) -> None:
        talk.request()
        talk.send(sized(BODY))
        talk.request()

    with client_of(serve) as (client, server):
        client.ask()
        with pytest.raises(NoAnswer, match="closed before the answer"):
            client.ask()
        assert [number for number, _ in server.requests] == [0, 0]


@pytest.mark.parametrize("begun", [b"H", b"HTTP/1.1 200 OK\r\n", sized(BODY)[:-1]])
def test_a_request_whose_answer_had_begun_is_not_sent_again(begun: bytes) -> None:
    with client_of(answering(sized(BODY), begun)) as (client, server):
        client.ask()
        with pytest.raises(NoAnswer):
            client.ask()
        assert [number for number, _ in server.requests] == [0, 0]


def test_a_first_request_is_not_sent_again() -> None:
    with client_of(hanging_up) as (client, server):
        with pytest.raises(NoAnswer):
            client.ask()
        assert server.connections == 1


def test_after_a_failure_the_next_request_has_a_connection_of_its_own() -> None:
    def serve(talk: Talk) -> None:
        (answering(b"this is no HTTP\r\n\r\n") if talk.number == 0 else always(sized(BODY)))(talk)

    with client_of(serve) as (client, _):
        with pytest.raises(NoAnswer):
            client.ask()
        assert client.ask().body == BODY


FORMS = {
    "sized": (sized(BODY), BODY),
    "empty": (sized(b""), b""),
    "no-content": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "chunked": (chunked(BODY[:7], BODY[7:]), BODY),
    "chunks-with-extensions": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%X;a=b\r\n%b\r\n0\r\nx-sum: 1\r\n\r\n"
        % (len(BODY), BODY),
        BODY,
    ),
    "until-close": (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + BODY, BODY),
    "http-1.0": (b"HTTP/1.0 200 OK\r\n\r\n" + BODY, BODY),
    "interim": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + sized(BODY), BODY),
    "no-reason": (sized(BODY, status=b"200 "), BODY),
    "strange-names": (sized(BODY, b"X-Empty:", b"x-Odd:\t v \t"), BODY),
}


@pytest.mark.parametrize("form", FORMS)
def test_answers_are_read_whole_wherever_they_are_split(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading `size` bytes at a time splits the head and the body at every place."""
    whole, body = FORMS[form]
    with scripted(answering(whole)) as server:
        for size in range(1, len(whole) + 1):
            monkeypatch.setattr(sockets, "CHUNK", size)
            answer = Client(server.url).ask()
            assert (answer.body, answer.status) == (body, int(whole.rpartition(b"HTTP/1.")[2][2:5]))
            assert b"link" not in answer.headers


def test_every_name_of_a_header_is_kept_when_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "CHUNK", 1)
    answer = asked(always(sized(BODY, b"Mcp-Session-Id: abc-123")))
    assert answer.header(b"mcp-session-id") == "abc-123"


PROGRESS = b'data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n'
STREAM = (
    b": welcome\r\n\r\nid: 1\r\nretry: 500\r\ndata:\r\n\r\n"
    + PROGRESS
    + "event: message\ndata: {“a”:\ndata:1}\n\n".encode()
    + b"event: message\rdata: last\r\r"
)
MESSAGES = ['{"jsonrpc":"2.0","method":"notifications/progress"}', "{“a”:\n1}", "last"]


def split(data: bytes, at: list[int]) -> list[bytes]:
    cuts = [0, *sorted({cut for cut in at if 0 < cut < len(data)}), len(data)]
    return [data[left:right] for left, right in pairwise(cuts)]


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.integers(1, len(STREAM) - 1), max_size=12),
    size=st.integers(1, 64),
    ended=st.booleans(),
)
@example(cuts=list(range(1, len(STREAM))), size=1, ended=True)
def test_event_streams_are_read_wherever_they_are_split(cuts: list[int], size: int, ended: bool) -> None:
    """In chunks of HTTP, and in what is read at a time; whether the server ends the stream or leaves it open."""
    whole = chunked(*split(STREAM, cuts), kind=EVENTS + b";charset=utf-8")
    sent = whole if ended else whole.removesuffix(b"0\r\n\r\n")
    heard: list[str] = []

    def hears(data: str) -> bool:
        heard.append(data)
        return data == "last"

    with pytest.MonkeyPatch.context() as patch, client_of(always(sent)) as (client, server):
        patch.setattr(sockets, "CHUNK", size)
        patch.setattr(engine, "REST_OF_STREAM_S", PATIENCE if ended else 0.001)
        answer = client.ask(on_event=hears)
        reused = client.ask(on_event=hears).reused
    assert heard == MESSAGES * 2
    assert answer.body == b""
    assert answer.stream is not None
    assert (answer.stream.events, answer.stream.beats) == (3, 1)
    assert answer.stream.first_event_ns is not None
    assert answer.sent_ns < answer.stream.first_event_ns <= answer.ended_ns
    assert reused is ended, "a connection whose stream has not ended cannot be used again"
    assert server.connections == (1 if ended else 2)


def test_the_name_of_a_media_type_has_no_case() -> None:
    answer = asked(always(chunked(PROGRESS, kind=b"Text/Event-Stream")), on_event=lambda data: data == MESSAGES[0])
    assert answer.stream is not None
    assert answer.stream.events == 1


def test_a_stream_that_ends_without_what_was_waited_for_is_an_answer_without_it() -> None:
    answer = asked(always(chunked(PROGRESS, kind=EVENTS)), on_event=lambda data: False)
    assert answer.stream is not None
    assert answer.stream.events == 1


def test_what_comes_after_the_awaited_event_spoils_nothing() -> None:
    """The response is there: chunks that break afterwards cost the connection, not the answer."""
    gone = threading.Event()

    def serve(talk: Talk) -> None:
        while talk.request():
            talk.send(chunked(PROGRESS, kind=EVENTS).removesuffix(b"0\r\n\r\n"))
            if talk.number == 0:
                gone.wait(PATIENCE)
                talk.send(b"this is no chunk\r\n")
                talk.wait_for_close()

    def hears(data: str) -> bool:
        gone.set()
        return True

    with client_of(serve) as (client, _):
        answer = client.ask(on_event=hears)
        assert client.ask(on_event=hears).reused is False
    assert answer.stream is not None
    assert answer.stream.events == 1


def dripping(head: bytes, drop: bytes, left: threading.Event) -> Serve:
    """Sends `drop` again and again, some hundred a second, until the client leaves; for a minute at most."""

    def serve(talk: Talk) -> None:
        talk.request()
        talk.socket.settimeout(0.005)
        talk.send(head)
        for _ in range(12_000):
            try:
                talk.send(drop)
                if not talk.socket.recv(1):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            return
        left.set()

    return serve


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (chunked(kind=EVENTS).removesuffix(b"0\r\n\r\n"), b"3\r\n:\n\n\r\n"),
        (chunked(kind=EVENTS).removesuffix(b"0\r\n\r\n"), b"%x\r\n%b\r\n" % (len(PROGRESS), PROGRESS)),
    ],
    ids=["interim", "headers", "sized", "chunks", "comments", "events"],
)
def test_the_time_of_an_answer_is_limited_as_a_whole(head: bytes, drop: bytes) -> None:
    left = threading.Event()
    with pytest.raises(TooLate):
        asked(dripping(head, drop, left), timeout=0.15, on_event=lambda data: False)
    assert left.wait(PATIENCE), "the connection was not closed"


def test_an_answer_that_never_begins_is_too_late() -> None:
    with client_of(Talk.wait_for_close) as (client, server):
        with pytest.raises(TooLate):
            client.ask(timeout=0.05)
        assert server.connections == 1


def test_a_server_that_does_not_read_is_too_late() -> None:
    """More than fits between the two is not sent in time."""
    done = threading.Event()

    def serve(talk: Talk) -> None:
        done.wait(PATIENCE)

    with client_of(serve) as (client, _):
        with pytest.raises(TooLate):
            client.connection.exchange(REQUEST + b" " * 30_000_000, 0.1)
        done.set()


def cut(answer: bytes, end: Callable[[Talk], None]) -> Serve:
    def serve(talk: Talk) -> None:
        talk.request()
        talk.send(answer)
        end(talk)

    return serve


@pytest.mark.parametrize("end", [Talk.reset, Talk.close])
@pytest.mark.parametrize(
    "begun",
    [b"", b"HTTP/1.1 200 OK\r\ncontent-", sized(BODY)[:-5], chunked(BODY)[:-5], chunked(BODY, kind=EVENTS)[:-20]],
    ids=["nothing", "head", "body", "chunks", "events"],
)
def test_an_answer_that_is_cut_off_is_none(begun: bytes, end: Callable[[Talk], None]) -> None:
    with pytest.raises(NoAnswer):
        asked(cut(begun, end), on_event=lambda data: False)


@pytest.mark.parametrize(
    "garbage",
    [
        b"this is no HTTP\r\n\r\n",
        b"\x16\x03\x01\x00\xff",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n\x81\x00",
    ],
)
def test_garbage_is_no_answer(garbage: bytes) -> None:
    with pytest.raises(NoAnswer):
        asked(cut(garbage, Talk.close))


@settings(max_examples=150, deadline=None)
@given(
    whole=st.sampled_from([whole for whole, _ in FORMS.values()] + [chunked(STREAM, kind=EVENTS)]),
    at=st.integers(0, 200),
    put=st.binary(max_size=8),
    drop=st.integers(0, 4),
)
def test_whatever_a_server_sends_is_an_answer_or_none(whole: bytes, at: int, put: bytes, drop: int) -> None:
    """Any other exception would end a user, and what it asked would be counted nowhere."""
    sent = whole[:at] + put + whole[at + drop :]
    with client_of(cut(sent, Talk.close)) as (client, _):
        try:
            answer = client.ask(on_event=lambda data: data == "last")
        except (NoAnswer, TooLate):
            return
        assert 200 <= answer.status <= 999


def test_an_answer_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BODY_LIMIT", 100_000)
    assert len(asked(always(sized(b"x" * 90_000))).body) == 90_000
    with pytest.raises(NoAnswer, match="larger than 100000 bytes"):
        asked(always(sized(b"x" * 110_000)))


def test_a_connection_that_cannot_be_made_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}/mcp")
    with pytest.raises(NoAnswer, match="no connection"):
        client.ask()
    assert client.connects == [None]


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70])
def test_a_host_without_an_address_is_no_answer(host: str) -> None:
    with pytest.raises(NoAnswer, match="no connection"):
        Client(f"http://{host}/mcp").ask()


class Reader:
    """Holds a stream, as a user does."""

    def __init__(self) -> None:
        self.let_go = False
        self.status = 0
        self.kind = b""
        self.read = b""
        self.got = Event()
        self.socket: Any = None

    def opened(self, status: int, headers: Mapping[bytes, bytes], sent_ns: int) -> None:
        self.status, self.kind = status, headers.get(b"content-type", b"")

    def held_by(self, connection: Any) -> None:
        self.socket = connection

    def feed(self, chunk: bytes) -> None:
        self.read += chunk
        if chunk:
            self.got.set()

    def leave(self) -> None:
        self.let_go = True
        self.socket.shutdown()


def test_a_stream_is_held_until_it_is_let_go_of() -> None:
    left = threading.Event()

    def serve(talk: Talk) -> None:
        talk.request()
        talk.send(chunked(STREAM, kind=EVENTS).removesuffix(b"0\r\n\r\n"))
        talk.wait_for_close()
        left.set()

    reader = Reader()
    with client_of(serve) as (client, _):
        holding = gevent.spawn(client.connection.hold, REQUEST, PATIENCE, reader)
        assert reader.got.wait(PATIENCE)
        reader.leave()
        holding.get(timeout=PATIENCE)
        assert left.wait(PATIENCE)
    assert (reader.status, reader.kind, reader.read) == (200, EVENTS, STREAM)


def test_a_stream_that_the_server_ends_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 7, 10_000):
        monkeypatch.setattr(sockets, "CHUNK", size)
        reader = Reader()
        with client_of(always(chunked(STREAM[:50], STREAM[50:], kind=EVENTS))) as (client, _):
            client.connection.hold(REQUEST, PATIENCE, reader)
        assert reader.read == STREAM


@pytest.mark.parametrize("garbage", [b"this is no chunk\r\n", b"5\r\nab"])
def test_a_stream_that_breaks_is_no_answer(garbage: bytes) -> None:
    reader = Reader()
    begun = chunked(STREAM, kind=EVENTS).removesuffix(b"0\r\n\r\n")
    with client_of(cut(begun + garbage, Talk.close)) as (client, _), pytest.raises(NoAnswer):
        client.connection.hold(REQUEST, PATIENCE, reader)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_the_head_of_a_stream_has_to_come_in_time(head: bytes) -> None:
    def serve(talk: Talk) -> None:
        talk.request()
        talk.send(head)
        talk.wait_for_close()

    with client_of(serve) as (client, _), pytest.raises(TooLate):
        client.connection.hold(REQUEST, 0.05, Reader())
