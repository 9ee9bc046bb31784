"""What went over the wire: one HTTP request and all that came back for it."""

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.wire.redact import Redactor
from conformance.wire.sse import Comment, Event

Headers = tuple[tuple[str, str], ...]
Ending = Literal["complete", "deadline", "closed", "reset", "too-large", "unreachable", "tls", "protocol"]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent, to the letter: no header is added but Host and the framing of the body."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<HttpRequest {self.method} {len(self.body)} bytes>"


@dataclass(frozen=True, slots=True)
class Message:
    """One JSON value that the target sent; `at` in seconds since the request was sent."""

    at: float
    value: Any
    event: Event | None = None


NOT_UTF8 = "not UTF-8"
"""How the complaint about bytes that are no UTF-8 begins."""


class NotJson(ValueError):
    """The bytes are not a JSON text (RFC 8259)."""


def parse_json(data: bytes | bytearray | str) -> Any:
    """Strict JSON: no NaN, no Infinity, and hostile input ends in `NotJson`, not in an interpreter error."""
    try:
        text = data.decode("utf-8") if not isinstance(data, str) else data
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise NotJson(f"{NOT_UTF8}: {error.reason} at byte {error.start}") from None
    except RecursionError:
        raise NotJson("nested too deeply to be read") from None
    except ValueError as error:
        raise NotJson(str(error)[:200]) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


@dataclass(slots=True)
class Exchange:
    """One request and its answer. `ending` is None while the answer is still coming in.

    Times are in seconds since the request was sent; `started` is the wall clock. `continued` are the exchanges
    that went on with the same event stream after its connection had closed.
    """

    request: HttpRequest
    started: float = field(default_factory=time.time)
    status: int | None = None
    headers: Headers = ()
    body: bytearray = field(default_factory=bytearray)
    events: list[Event] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)
    head_at: float | None = None
    ended_at: float | None = None
    ending: Ending | None = None
    failure: str | None = None
    continued: list["Exchange"] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Exchange {self.request.method} -> {self.status} {self.ending}>"

    def header(self, name: str) -> str | None:
        """The value of a response header, repeated ones joined by a comma (RFC 9110, 5.3)."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def media_type(self) -> str:
        """The media type of the answer, lower case and without parameters; empty without Content-Type."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def is_stream(self) -> bool:
        return self.media_type == "text/event-stream"

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def answered(self) -> bool:
        """Whether an HTTP status line came back at all."""
        return self.status is not None


def replace_headers(headers: Headers, changes: Mapping[str, str | Iterable[str] | None]) -> Headers:
    """Set, repeat (an iterable of values) or drop (None) headers by name."""
    lowered = {name.lower() for name in changes}
    kept = tuple((name, value) for name, value in headers if name.lower() not in lowered)
    return kept + tuple(_expand(changes))


def _expand(changes: Mapping[str, str | Iterable[str] | None]) -> Iterator[tuple[str, str]]:
    for name, value in changes.items():
        if value is None:
            continue
        for one in (value,) if isinstance(value, str) else value:
            yield name, one


def curl(request: HttpRequest, redactor: Redactor) -> str:
    """The exchange as a curl line for a POSIX shell; secrets are left out, so fill them in to replay."""
    import shlex

    parts = ["curl", "-sS", "-N", "-i", "-X", request.method, redactor.text(request.url)]
    for name, value in request.headers:
        parts += ["-H", f"{name}: {redactor.header(name, value)}"]
    if request.body:
        parts += ["--data-binary", redactor.text(request.body.decode("utf-8", "backslashreplace"))]
    return " ".join(shlex.quote(part) for part in parts)
