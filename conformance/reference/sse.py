"""Server-sent events as they pass by: split from the byte stream, edited, written again."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_LINE_END = re.compile("\r\n|\n|\r")
_END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@dataclass
class ServerSentEvent:
    """One event. `fields` are all lines but the data, in order; a comment has the empty field name."""

    data: str | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, message: Any, event_id: str | None = None) -> "ServerSentEvent":
        fields = [("event", "message")] + ([("id", event_id)] if event_id is not None else [])
        return cls(json.dumps(message), fields)

    @property
    def message(self) -> Any:
        """The JSON value in the data, None when there is none."""
        try:
            return json.loads(self.data) if self.data else None
        except ValueError:
            return None

    def get(self, name: str) -> str | None:
        return next((value for known, value in self.fields if known == name), None)

    def put(self, name: str, value: str | None) -> None:
        """Sets a field (`id`, `event`, `retry`); None removes it."""
        self.fields = [field for field in self.fields if field[0] != name]
        if value is not None:
            self.fields.append((name, value))

    def encode(self) -> bytes:
        lines = [f"{name}: {value}" for name, value in self.fields]
        if self.data is not None:
            lines += [f"data: {line}" for line in self.data.split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


class EventSplitter:
    """Cuts a byte stream into events as soon as each is complete."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        self.rest += chunk
        while end := _END_OF_EVENT.search(self.rest):
            raw, self.rest = self.rest[: end.start()], self.rest[end.end() :]
            yield _decode(raw)


def _decode(raw: bytes) -> ServerSentEvent:
    event = ServerSentEvent()
    data: list[str] = []
    for line in _LINE_END.split(raw.decode("utf-8", "replace")):
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        else:
            event.fields.append((name, value.removeprefix(" ")))
    event.data = "\n".join(data) if data else None
    return event
