"""Assertions on an answer. Each says what was expected and what came; nothing else ends a test in red."""

import json
from typing import Any

from conformance.checks.outcomes import Blocked, violation
from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import NoResult, Reply
from conformance.protocol.schemas import Problem, check_definition
from conformance.wire.exchange import Exchange

SHOWN = 600


def shorten(value: Any, limit: int = SHOWN) -> str:
    """A JSON value on one line, cut to `limit` characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def describe(reply: Reply) -> str:
    """What came back, as a person would say it."""
    exchange = reply.exchange
    if not exchange.answered:
        return exchange.failure or f"no HTTP response ({exchange.ending})"
    parts = [f"HTTP {exchange.status}", exchange.header("content-type") or "no Content-Type"]
    body = exchange.text.strip()
    parts.append(shorten(body) if body else "empty body")
    if exchange.failure:
        parts.append(exchange.failure)
    return ", ".join(parts)


class Expectation:
    """What a reply has to be. Methods return the expectation, so that they read as one sentence."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def _need(self, holds: bool, expected: str) -> "Expectation":
        if not holds:
            violation(expected, describe(self._reply), self._reply)
        return self

    def answered(self) -> "Expectation":
        """Some HTTP response came in time."""
        return self._need(self._reply.exchange.answered, "an HTTP response")

    def status(self, *codes: int) -> "Expectation":
        return self._need(self._reply.status in codes, "HTTP " + " or ".join(map(str, codes)))

    def status_class(self, *hundreds: int) -> "Expectation":
        """The status is in one of these classes: 4 is 400 to 499."""
        wanted = " or ".join(f"{hundred}xx" for hundred in hundreds)
        return self._need((self._reply.status or 0) // 100 in hundreds, f"HTTP {wanted}")

    def empty_body(self) -> "Expectation":
        return self._need(not self._reply.exchange.body, "an empty body")

    def media_type(self, *types: str) -> "Expectation":
        return self._need(self._reply.exchange.media_type in types, "Content-Type " + " or ".join(types))

    def header(self, name: str, value: str | None = None) -> "Expectation":
        found = self._reply.header(name)
        holds = found is not None if value is None else found == value
        return self._need(holds, f"a header {name}" + (f": {value}" if value else ""))

    def no_header(self, name: str) -> "Expectation":
        return self._need(self._reply.header(name) is None, f"no header {name}")

    def response(self) -> JsonObject:
        """A JSON-RPC response, result or error."""
        self._need(self._reply.response is not None, "a JSON-RPC response")
        return self._reply.response or {}

    def result(self) -> JsonObject:
        """A JSON-RPC result. What cannot be read as JSON is judged by rules of its own."""
        if self._reply.exchange.malformed and (self._reply.status or 0) < 400:
            raise Blocked(f"unreadable: {self._reply.exchange.malformed[0]}", by=_of_unreadable(self._reply))
        self._need(self._reply.has_result, "a JSON-RPC result")
        return self._reply.result

    def error(self, *codes: int) -> JsonObject:
        """A JSON-RPC error, with one of these codes when any are given."""
        wanted = "a JSON-RPC error" + (" with code " + " or ".join(map(str, codes)) if codes else "")
        self._need(self._reply.error is not None, wanted)
        if codes:
            self._need(code_of(self._reply) in codes, wanted)
        return self._reply.error or {}

    def refused(self, why: str) -> "Expectation":
        """An HTTP error status or a JSON-RPC error: the request was not carried out."""
        self._need(self._reply.exchange.answered, f"a refusal ({why})")
        return self._need(self._reply.refused, f"a refusal ({why})")

    def that(self, holds: object, expected: str, received: Any = None) -> "Expectation":
        """Any other condition, in words."""
        if not holds:
            found = describe(self._reply) if received is None else shorten(received)
            violation(expected, found, self._reply)
        return self


def _of_unreadable(reply: Reply) -> str:
    return "jsonrpc-messages-conform-2-0" if reply.exchange.is_stream else "http-json-single-object"


def expect(subject: Reply | Exchange) -> Expectation:
    """Start an expectation on a reply, or on a bare HTTP exchange."""
    return Expectation(subject if isinstance(subject, Reply) else Reply(subject))


def expect_valid(revision: str, definition: str, instance: Any, reply: Reply | None = None) -> None:
    """The instance conforms to a definition of the revision's schema; all problems are named at once."""
    expect_no_problems(check_definition(revision, definition, instance), definition, reply)


def expect_no_problems(problems: list[Problem], what: str, reply: Reply | None = None) -> None:
    if problems:
        listed = "; ".join(f"{one.path or '/'}: {one.message}" for one in problems[:10])
        violation(f"a valid {what}", listed, reply)


def need_result(reply: Reply) -> JsonObject:
    """The result that a test needs in order to go on; without it the test is blocked, not failed."""
    if reply.has_result:
        return reply.result
    raise NoResult(reply, reply.outcome)


def code_of(reply: Reply) -> int | None:
    """The code of the error that came, None without an error. Which code it is cannot be judged where the error has
    none, or none that is an integer: that is *blocked*."""
    if reply.error is None:
        return None
    code = reply.error_code
    if code is None:
        raise Blocked("the error has no code", by="jsonrpc-error-has-code-and-message")
    if not isinstance(code, int) or isinstance(code, bool):
        raise Blocked("the error code is not an integer", by="jsonrpc-error-code-integer")
    return code
