"""Ways to answer a call with an event stream."""

from itertools import pairwise

from benchmarks.load.targets.answers import CHUNKED, Asked, way
from benchmarks.load.targets.http import EVENTS, Answer
from benchmarks.load.targets.mcp import failed
from benchmarks.load.targets.streams import chunk, event

END = chunk(b"")


def head(*headers: tuple[str, str]) -> bytes:
    return Answer(content_type=f"{EVENTS}; charset=utf-8", headers=(("cache-control", "no-store"),)).head(*headers)


def data(message: bytes) -> bytes:
    return b"event: message\ndata: " + message + b"\n\n"


def note() -> bytes:
    params = {"progressToken": 1, "progress": 1}
    return event({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})


@way("good")
def events(asked: Asked) -> None:
    asked.connection.send(head(CHUNKED) + chunk(data(asked.good)) + END)
    asked.connection.finish()


@way("good")
def events_with_notes(asked: Asked) -> None:
    parts = (b": welcome\n\n", b"id: 1\nretry: 500\ndata:\n\n", note(), note(), data(asked.good))
    asked.send(head(CHUNKED), *map(chunk, parts), END)


@way("good")
def events_split(asked: Asked) -> None:
    """In the middle of a name, of the end of a line, and of the end of an event; lines end with CRLF."""
    text = (note() + data(asked.good)).replace(b"\n", b"\r\n")
    first, last = text.index(b"\r\n"), len(text)
    cuts = sorted({0, 3, 8, first + 1, text.index(b"\r\n\r\n") + 2, last - 30, last - 1, last})
    asked.send(head(CHUNKED), *(chunk(text[left:right]) for left, right in pairwise(cuts)), END)


@way("good")
def events_of_many_lines(asked: Asked) -> None:
    lines = asked.good.replace(b",", b",\n").split(b"\n")
    asked.send(head(CHUNKED), chunk(b"".join(b"data:" + line + b"\n" for line in lines) + b"\n"), END)


@way("good")
def events_until_close(asked: Asked) -> None:
    asked.send(head(("connection", "close")) + data(asked.good), close=True)


@way("good")
def events_left_open(asked: Asked) -> None:
    """The response has come, and the stream does not end: a server only SHOULD end it."""
    asked.connection.send(head(CHUNKED) + chunk(data(asked.good)))


@way("jsonrpc")
def events_with_error(asked: Asked) -> None:
    asked.send(head(CHUNKED) + chunk(data(failed(asked.call, 200, -32603, "Internal error").body)) + END)


@way("content", "transport")
def events_without_response(asked: Asked) -> None:
    asked.send(head(CHUNKED) + chunk(note()) + END)


@way("content")
def events_broken(asked: Asked) -> None:
    asked.send(head(CHUNKED) + chunk(data(asked.good[:-9])) + END)


@way("content", "transport")
def events_with_wrong_id(asked: Asked) -> None:
    asked.send(head(CHUNKED) + chunk(data(asked.misnamed)) + END)


@way("transport", "content")
def events_cut_off(asked: Asked) -> None:
    asked.send(head(CHUNKED) + chunk(note()) + chunk(data(asked.good))[:30], close=True)


@way("timeout")
def events_never_ending(asked: Asked) -> None:
    asked.connection.send(head(CHUNKED) + chunk(note()))
