"""Exchanges as the page shows them: as long as there is room, and the deciding one first when there is little."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from conformance.report.html.cues import Cues
from conformance.report.html.inert import inert, marked_lines
from conformance.report.html.json_lines import lines_of

ROOM = 620_000
"""Characters of all exchanges together, before they are escaped and indented."""
HEADERS = 40
REPLAY = 9_000

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """How much is shown: characters of a body of the deciding exchange and of the others, of a header, of all."""

    deciding: int
    other: int
    header: int

    def cost(self, entry: Entry, *, deciding: bool) -> int:
        body = self.deciding if deciding else self.other
        if not body:
            return 250
        messages = (entry["request"], entry["response"])
        bodies = sum(min(len(one["body"]), body) for one in messages)
        headers = [pair for one in messages for pair in one["headers"][:HEADERS]]
        return 500 + bodies + sum(len(name) + min(len(value), self.header) + 2 for name, value in headers)


MEASURES = (
    Measure(8_000, 8_000, 1_000), Measure(8_000, 2_000, 300), Measure(4_000, 800, 200), Measure(2_000, 300, 120),
    Measure(1_000, 0, 120), Measure(300, 0, 80), Measure(0, 0, 0),
)  # fmt: skip
"""From all that was recorded to a line an exchange."""


@dataclass(frozen=True, slots=True)
class ExchangeView:
    title: str
    outcome: str
    timing: str
    at: str
    deciding: bool
    request: Markup | None
    response: Markup | None


def measure_for(transcripts: Iterable[Sequence[Entry]]) -> Measure:
    """The most generous measure by which all exchanges have room."""
    rated = [(entry, entry is transcript[-1]) for transcript in transcripts for entry in transcript]
    for measure in MEASURES:
        if sum(measure.cost(entry, deciding=deciding) for entry, deciding in rated) <= ROOM:
            return measure
    return MEASURES[-1]


def deciding_index(transcript: Sequence[Entry], replay: str | None) -> int:
    """The exchange that the verdict is about: the last one that its replay line sends again, else the last one."""
    same = [place for place, entry in enumerate(transcript) if replay and entry.get("replay") == replay]
    return same[-1] if same else len(transcript) - 1


def view(entry: Entry, cues: Cues, measure: Measure, *, deciding: bool) -> ExchangeView:
    request, response = entry["request"], entry["response"]
    limit = measure.deciding if deciding else measure.other
    marks = cues if deciding else None
    return ExchangeView(
        title=inert(f"{request['method']} {request['url']}", 300),
        outcome=inert(_outcome(entry), 300),
        timing=_timing(entry),
        at=_clock(entry.get("at")),
        deciding=deciding,
        request=_message([(_request_line(request), False)], request, None, limit, measure) if limit else None,
        response=_message([_status_line(entry, marks)], response, marks, limit, measure) if limit else None,
    )


def _message(first: list[tuple[str, bool]], message: Entry, cues: Cues | None, limit: int, measure: Measure) -> Markup:
    head = [(line[:500], marked) for line, marked in first]
    for name, value in message["headers"][:HEADERS]:
        marked = cues is not None and cues.marks_header(name)
        head.append((f"{name[:100]}: {_cut(value, measure.header)}", marked))
    left = len(message["headers"]) - HEADERS
    head += [(f"… {left} more headers", False)] if left > 0 else []
    shown = Markup('<span class="head">{}</span>').format(marked_lines(head))
    body = marked_lines(_body(message, cues, limit))
    return shown + Markup("\n\n") + body if body else shown


def _body(message: Entry, cues: Cues | None, limit: int) -> list[tuple[str, bool]]:
    body = message["body"]
    if not body:
        return [("(no body)", True)] if cues is not None and cues.body_wanted else []
    lines = [(line.text, cues is not None and cues.marks(line)) for line in lines_of(body[:limit])]
    return lines + ([(_left_out(message, limit), False)] if len(body) > limit else [])


def _left_out(message: Entry, limit: int) -> str:
    size = message.get("size")
    whole = f" of {size:,} bytes" if isinstance(size, int) and size else ""
    return f"… cut after {limit:,} characters{whole}"


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[:limit] + "…"


def _request_line(request: Entry) -> str:
    return f"{request['method']} {request['url']}"


def _status_line(entry: Entry, cues: Cues | None) -> tuple[str, bool]:
    status = entry["response"]["status"]
    text = f"HTTP {status}" if status else _outcome(entry)
    return text, cues is not None and (cues.status or not status)


def _outcome(entry: Entry) -> str:
    status, failure = entry["response"]["status"], entry.get("failure")
    said = [f"HTTP {status}"] if status else []
    return ", ".join([*said, *([str(failure)] if failure else [])]) or "no answer"


def _timing(entry: Entry) -> str:
    head, whole, response = entry.get("head_seconds"), entry.get("seconds"), entry["response"]
    if not isinstance(whole, int | float):
        parts = [inert(entry.get("ending") or "open", 40)]
    else:
        parts = [f"{1000 * whole:,.1f} ms"]
        if isinstance(head, int | float) and whole - head > 0.001:
            parts.append(f"head after {1000 * head:,.1f} ms")
    parts += [f"{response['size']:,} bytes"] if response.get("size") else []
    events = response.get("events")
    parts += [f"{events} event{'s' if events > 1 else ''}"] if events else []
    return " · ".join(parts)


def _clock(at: object) -> str:
    if not isinstance(at, int | float) or not 0 < at < 4e9:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3] + " UTC"
