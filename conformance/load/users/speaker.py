"""One client of the target: sends prepared requests over its own connection, and records what becomes of them."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from secrets import token_hex
from time import perf_counter_ns as now_ns
from typing import NamedTuple

import gevent
import msgspec

from conformance.load.desk import Turn
from conformance.load.engine.answer import Answer, NoAnswer, TooLate
from conformance.load.engine.checking import (
    Envelope,
    MessageId,
    Problem,
    envelope,
    is_response,
    problem_of_object,
    problem_of_response,
    problem_of_status,
)
from conformance.load.engine.connection import Connection, Held
from conformance.load.engine.endpoint import Endpoint, request_target
from conformance.load.engine.template import FIRST_ID, KEY_WIDTH, Template, message_id
from conformance.load.recording.recorder import OperationRecord, PhaseRecord
from conformance.load.recording.samples import Samples
from conformance.load.results.model import Kind
from conformance.load.workload import Prepared, Workload
from conformance.protocol.messages import POST_HEADERS, SESSION_HEADER

NO_SESSION_ENDING = (404, 405)
"""A server need not let clients end sessions (2025-11-25 basic/transports#session-management)."""

_numbers: Iterator[int] = count()


def fresh_key() -> str:
    """An idempotency key that nobody has used."""
    return token_hex(KEY_WIDTH // 2)


class Heard(NamedTuple):
    """What came back for a request: its answer, and the JSON-RPC message in it."""

    answer: Answer
    message: Envelope | None


class Speaker:
    """`headers` go with every request: what the era, the identity and the session demand."""

    def __init__(self, workload: Workload, endpoint: Endpoint, headers: Mapping[str, str], samples: Samples) -> None:
        self._workload = workload
        self._endpoint = endpoint
        self._headers = {"host": endpoint.authority, **workload.headers, **headers}
        self._samples = samples
        self._record: PhaseRecord | None = None
        self._connection = Connection(endpoint, workload.connect_timeout, self._connected)
        self._templates: dict[int, Template] = {}
        self._extra: dict[str, str] = {}
        self.lost_session = False

    @property
    def has_session(self) -> bool:
        """Whether the server gave a session id."""
        return SESSION_HEADER in self._extra

    def carry(self, extra: Mapping[str, str]) -> None:
        """Headers of the session from here on; without any, it is over."""
        self._extra = dict(extra)
        self.lost_session = False
        self._templates.clear()

    def ask(
        self, prepared: Prepared, turn: Turn, *, kind: Kind = "work", key: str = "", body: bytes | None = None
    ) -> Heard | None:
        """Send, wait, check and record; what was heard if it was what it had to be, else None.

        `body` stands in for that of the request.
        """
        record = self._record = turn.record
        begin = turn.take_begin() if kind != "setup" else now_ns()
        operation = record.operation(prepared.name, kind)
        number = message_id(next(_numbers)) if prepared.id is None else FIRST_ID
        id = number if prepared.id is None else prepared.id
        template = self._template(prepared) if body is None else self._made(prepared, body)
        data = template.fill(number, key)
        listener = _Listener(id, self.hear)
        sent = now_ns()
        try:
            answer = self._connection.exchange(data, self._workload.timeout, listener.hears)
        except TooLate as error:
            operation.went_wrong("timeout", str(error), (now_ns() - sent) // 1000)
            return None
        except NoAnswer as error:
            operation.went_wrong("transport", str(error), (now_ns() - sent) // 1000)
            return None
        return self._judged(prepared, operation, answer, listener, id, begin)

    def close(self) -> None:
        self._connection.close()

    def hold(self, prepared: Prepared, turn: Turn, stream: Held) -> None:
        """Read a stream until the client has had enough, or the server ends it. Raises `NoAnswer` or `TooLate`."""
        self._record = turn.record
        data = self._template(prepared).fill(message_id(next(_numbers)))
        connection = Connection(self._endpoint, self._workload.connect_timeout, self._connected)
        connection.hold(data, self._workload.timeout, stream)

    def _judged(
        self,
        prepared: Prepared,
        operation: OperationRecord,
        answer: Answer,
        listener: "_Listener",
        id: MessageId,
        begin: int,
    ) -> Heard | None:
        service = (answer.ended_ns - answer.sent_ns) // 1000
        operation.moved(answer.bytes_sent, answer.bytes_received)
        if answer.stream is not None:
            first = answer.stream.first_event_ns
            after = None if first is None else (first - answer.sent_ns) // 1000
            operation.streamed(after, answer.stream.largest_gap_ns // 1000)
        message = listener.response if answer.stream is not None else None
        if prepared.answer == "response" and answer.stream is None and answer.body:
            message = envelope(answer.body)
        problem = _problem(prepared, answer, message, id)
        if problem is not None:
            self.lost_session = self.lost_session or (answer.status == 404 and self.has_session)
            operation.went_wrong(*problem, service)
            return None
        operation.succeeded((answer.ended_ns - begin) // 1000, service)
        if message is not None and message.has_result:
            self._samples.offer(operation, prepared.method, message.result)
        return Heard(answer, message)

    def _template(self, prepared: Prepared) -> Template:
        found = self._templates.get(id(prepared))
        if found is None:
            found = self._templates[id(prepared)] = self._made(prepared, prepared.body.encode())
        return found

    def _made(self, prepared: Prepared, body: bytes) -> Template:
        target = request_target(prepared.url or self._workload.url)
        return Template(prepared.verb, target, {**self._headers, **self._extra, **prepared.headers}, body)

    def _connected(self, took_ns: int | None) -> None:
        if self._record is not None:
            self._record.connected(took_ns)

    def hear(self, data: str) -> Envelope | None:
        """A message of a stream. A server may ask in it whether its client is still there, and wait for the answer."""
        message = envelope(data)
        if message is not None and message.method == "ping" and message.id is not None:
            gevent.spawn(self._answer_ping, message.id)
        return message

    def _answer_ping(self, asked: object) -> None:
        body = msgspec.json.encode({"jsonrpc": "2.0", "result": {}, "id": asked})
        headers = {**self._headers, **self._extra, **POST_HEADERS}
        ponged = Template("POST", request_target(self._workload.url), headers, body)
        connection = Connection(self._endpoint, self._workload.connect_timeout, lambda took: None)
        try:
            connection.exchange(ponged.fill(0), self._workload.timeout)
        except (NoAnswer, TooLate):
            return
        finally:
            connection.close()


class _Listener:
    """Looks for the response to one request among the messages of a stream."""

    __slots__ = ("_hear", "id", "response")

    def __init__(self, id: MessageId, hear: Callable[[str], Envelope | None]) -> None:
        self.id = id
        self.response: Envelope | None = None
        self._hear = hear

    def hears(self, data: str) -> bool:
        message = self._hear(data)
        if is_response(message, self.id):
            self.response = message
        return self.response is not None


def _problem(prepared: Prepared, answer: Answer, message: Envelope | None, id: MessageId) -> Problem | None:
    if prepared.answer == "ended" and answer.status in NO_SESSION_ENDING:
        return None
    problem = problem_of_status(answer)
    if problem is not None or prepared.answer in ("accepted", "ended"):
        return problem
    if prepared.answer == "success":
        return problem_of_object(answer.body)
    if answer.stream is not None and message is None:
        return "content", "the stream ended without the response"
    return problem_of_response(message, id, prepared.method)
