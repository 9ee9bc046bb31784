"""Ways to answer a call with a body of JSON, or with none."""

import asyncio
from itertools import pairwise

from benchmarks.load.targets.answers import CHUNKED, PAUSE, Asked, way
from benchmarks.load.targets.http import Answer
from benchmarks.load.targets.mcp import called, failed
from benchmarks.load.targets.streams import chunk


@way("good")
def good(asked: Asked) -> None:
    asked.connection.answer_encoded(called(asked.request, asked.call))


@way("good")
def large(asked: Asked) -> None:
    asked.result({"content": [{"type": "text", "text": "x" * 1_000_000}]})


@way("good")
def chunked(asked: Asked) -> None:
    body = asked.good
    asked.send(Answer().head(CHUNKED) + chunk(body[:20]), chunk(body[20:])[:-1], b"\n0\r\n", b"\r\n")


@way("good")
def in_pieces(asked: Asked) -> None:
    whole = called(asked.request, asked.call)
    cuts = sorted({0, 1, 9, 13, whole.index(b"\r\n\r\n") + 2, len(whole) - 1, len(whole)})
    asked.send(*(whole[left:right] for left, right in pairwise(cuts)))


@way("good")
def until_close(asked: Asked) -> None:
    asked.send(Answer(headers=(("connection", "close"),)).head() + asked.good, close=True)


@way("good")
def close_after(asked: Asked) -> None:
    asked.connection.send(Answer(body=asked.good, headers=(("connection", "close"),)).encoded())
    asked.connection.finish(close=True)


@way("good")
def close_unannounced(asked: Asked) -> None:
    asked.connection.send(called(asked.request, asked.call))
    asked.connection.finish(close=True)


@way("good")
def http_1_0(asked: Asked) -> None:
    asked.connection.send(called(asked.request, asked.call).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    asked.connection.finish(close=True)


@way("good")
def interim(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", called(asked.request, asked.call))


@way("jsonrpc")
def jsonrpc_error(asked: Asked) -> None:
    asked.connection.answer(failed(asked.call, 200, -32603, "Internal error"))


@way("jsonrpc", "http")
def error_with_status(asked: Asked) -> None:
    asked.connection.answer(failed(asked.call, 400, -32602, "Invalid params"))


@way("tool")
def is_error(asked: Asked) -> None:
    asked.result({"content": [{"type": "text", "text": "the tool failed"}], "isError": True})


@way("content")
def wrong_id(asked: Asked) -> None:
    asked.answer(200, asked.misnamed)


@way("content")
def no_id(asked: Asked) -> None:
    asked.answer(200, asked.good.replace(b'"id":', b'"was":', 1))


@way("content")
def broken_json(asked: Asked) -> None:
    asked.answer(200, asked.good[:-9])


@way("content")
def not_json(asked: Asked) -> None:
    asked.answer(200, b"<html>welcome</html>", kind="text/html")


@way("content")
def empty(asked: Asked) -> None:
    asked.answer(200, b"")


@way("content")
def wrong_form(asked: Asked) -> None:
    asked.result({"content": "not a list"})


@way("content")
def no_content(asked: Asked) -> None:
    asked.result({})


@way("content")
def list_as_result(asked: Asked) -> None:
    asked.answer(200, b'{"jsonrpc":"2.0","id":%b,"result":[]}' % bytes(asked.call.id))


@way("http")
def http_500(asked: Asked) -> None:
    asked.answer(500, b"Internal Server Error", kind="text/plain")


@way("http")
def http_503(asked: Asked) -> None:
    asked.answer(503, b"<html><h1>Service Unavailable</h1></html>", kind="text/html")


@way("http")
def http_302(asked: Asked) -> None:
    asked.answer(302, b"", ("location", "/elsewhere"), kind="")


@way("http")
def http_401(asked: Asked) -> None:
    asked.answer(401, b"", ("www-authenticate", "Bearer"), kind="")


@way("content", "http")
def http_202(asked: Asked) -> None:
    asked.answer(202, b"", kind="")


@way("content", "http")
def http_204(asked: Asked) -> None:
    asked.connection.answer_encoded(b"HTTP/1.1 204 No Content\r\n\r\n")


@way("rate-limited")
def http_429(asked: Asked) -> None:
    asked.answer(429, b"slow down", ("retry-after", "1"), kind="text/plain")


@way("rate-limited")
def http_429_with_error(asked: Asked) -> None:
    error = failed(asked.call, 429, -32000, "Too many requests")
    asked.answer(429, error.body, ("retry-after", "1"))


@way("transport")
def closed(asked: Asked) -> None:
    asked.connection.finish(close=True)


@way("transport")
def reset(asked: Asked) -> None:
    asked.reset()


@way("transport")
def reset_in_body(asked: Asked) -> None:
    asked.connection.send(Answer().head(("content-length", str(len(asked.good)))) + asked.good[:10])
    asyncio.get_running_loop().call_later(PAUSE, asked.reset)


@way("transport")
def closed_in_body(asked: Asked) -> None:
    asked.send(Answer().head(("content-length", str(len(asked.good)))) + asked.good[:10], close=True)


@way("transport")
def closed_in_chunks(asked: Asked) -> None:
    asked.send(Answer().head(CHUNKED) + chunk(asked.good[:10]), close=True)


@way("transport")
def no_http(asked: Asked) -> None:
    asked.send(b"this is no HTTP\r\n\r\n", close=True)


@way("timeout")
def never(asked: Asked) -> None:
    """The connection stays open, and nothing comes."""


@way("timeout")
def never_ends(asked: Asked) -> None:
    asked.connection.send(Answer().head(("content-length", str(len(asked.good)))) + asked.good[:10])
