"""The channel to one endpoint: its URL, the headers of every request, pace, and the record of what went over it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.wire.exchange import Exchange, Headers, HttpRequest, replace_headers
from conformance.wire.http import HttpWire, OnMessage, Pending, Until
from conformance.wire.pacing import RETRY_STATUSES, TOO_MANY_REQUESTS, Pace, RetryBudget, retry_after_seconds
from conformance.wire.redact import Redactor

FAILURES_UNTIL_LOST = 3
LIMITED_UNTIL_LOST = 5
MAX_RETRIES = 5


class TargetLost(Exception):
    """The target stopped answering in the middle of a run."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a recorded exchange was for.

    `message` is the JSON-RPC message that was sent, when it was one; `probe` marks what breaks the rules on
    purpose; `revision` is the one in force ("" before negotiation), `client_capabilities` is what the harness declared
    (None when it is not known). What discovery knows is added when the exchange
    is judged: `declared` are the capabilities of the target, `tool` is the definition of the tool that was called.
    So is what the other exchanges of the same test know: `tokens` are the progress tokens of requests that ran at the
    same time, `asked` the ids of requests that the target sent, `cancelled` those of requests that were cancelled.
    """

    revision: str = ""
    message: Any = None
    probe: bool = False
    client_capabilities: Mapping[str, Any] | None = None
    declared: Mapping[str, Any] | None = None
    tool: Mapping[str, Any] | None = None
    tokens: tuple[Any, ...] = ()
    asked: tuple[Any, ...] = ()
    cancelled: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    exchange: Exchange
    context: Context


def limited(record: Iterable[Recorded]) -> bool:
    """Whether a request was refused for its rate, however often it was sent."""
    last = {(one.exchange.request.method, one.exchange.request.body): one.exchange.status for one in record}
    return TOO_MANY_REQUESTS in last.values()


@dataclass(slots=True)
class Channel:
    """Sends to one endpoint. `record` holds every exchange since it was last taken, oldest first."""

    wire: HttpWire
    url: str
    headers: Headers = ()
    timeout: float = 10.0
    pace: Pace = field(default_factory=Pace)
    retries: RetryBudget = field(default_factory=lambda: RetryBudget(60.0))
    redactor: Redactor = field(default_factory=Redactor)
    record: list[Recorded] = field(default_factory=list)
    _failures: int = 0
    _limited: int = 0

    def with_headers(self, changes: Mapping[str, str | None]) -> "Channel":
        """A channel for another identity: same wire, pace and record, other headers."""
        return Channel(
            self.wire, self.url, replace_headers(self.headers, changes), self.timeout, self.pace, self.retries,
            self.redactor, self.record,
        )  # fmt: skip

    @contextmanager
    def on_new_connection(self) -> Iterator["Channel"]:
        """The same channel over connections that nothing was sent on yet."""
        with HttpWire(self.wire.settings) as wire:
            yield replace(self, wire=wire)

    def take(self) -> list[Recorded]:
        """The exchanges recorded since the last call."""
        taken = list(self.record)
        self.record.clear()
        return taken

    def send(
        self,
        method: str,
        headers: Mapping[str, Any],
        body: bytes = b"",
        *,
        url: str | None = None,
        context: Context = Context(),
        until: Until | None = None,
        timeout: float | None = None,
        linger: float = 0.3,
        on_message: OnMessage | None = None,
    ) -> Exchange:
        """Send and read the answer; waits out 429 and 503 as long as the retry budget lasts."""
        for retries_left in range(MAX_RETRIES, -1, -1):
            pending = self.open(
                method, headers, body, url=url, context=context, timeout=timeout, on_message=on_message
            )
            exchange = _read(pending, until, linger, (timeout or self.timeout) + 5)
            self._watch(exchange, timeout)
            if not retries_left or not self._asked_to_wait(exchange):
                break
        self._limited = self._limited + 1 if exchange.status == TOO_MANY_REQUESTS else 0
        return exchange

    def open(
        self,
        method: str,
        headers: Mapping[str, Any],
        body: bytes = b"",
        *,
        url: str | None = None,
        context: Context = Context(),
        timeout: float | None = None,
        on_message: OnMessage | None = None,
    ) -> Pending:
        """Start an exchange whose answer is read in the background. Close it in the end."""
        if self._failures >= FAILURES_UNTIL_LOST:
            raise TargetLost(f"the target did not answer {self._failures} requests in a row")
        if self._limited >= LIMITED_UNTIL_LOST:
            raise TargetLost("the target limits the rate and refuses every request (429); see --max-rps")
        self.pace.take()
        request = HttpRequest(method, url or self.url, replace_headers(self.headers, headers), body)
        pending = self.wire.open(request, timeout or self.timeout, on_message)
        self.record.append(Recorded(pending.exchange, context))
        return pending

    def _watch(self, exchange: Exchange, timeout: float | None) -> None:
        """Count failures in a row; one that was given less than the usual time proves nothing."""
        if exchange.answered:
            self._failures = 0
        elif exchange.ending == "unreachable" or timeout is None or timeout >= self.timeout:
            self._failures += 1

    def _asked_to_wait(self, exchange: Exchange) -> bool:
        if exchange.status not in RETRY_STATUSES:
            return False
        seconds = retry_after_seconds(exchange.header("retry-after"))
        return seconds is not None and self.retries.wait(max(seconds, 0.05))


def _read(pending: Pending, until: Callable[[Exchange], bool] | None, linger: float, bound: float) -> Exchange:
    if until is None:
        pending.wait_end(bound)
    elif pending.wait(until, bound):
        pending.wait_end(linger)
    return pending.close()
