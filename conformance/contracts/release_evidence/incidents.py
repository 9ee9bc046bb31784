"""Judges records of incidents, the reviews after them, and how soon alerts were answered."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

from conformance.contracts.reading import objects, quoted
from conformance.contracts.release_evidence.records import Record
from conformance.contracts.release_evidence.settings import Incidents
from conformance.contracts.times import hours, instant

_CLOCK: Final = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
_DAY: Final = 24 * 3600
_MINUTE: Final = 60


def record_problems(record: Record, settings: Incidents) -> list[str]:
    """The record has an id of the right form, a known class and status, and updates as often as its class asks for."""
    problems = [*_identified(record, settings)]
    status = record.field("status")
    if settings.statuses and status not in settings.statuses:
        problems.append(f"the status is {quoted(status)}, expected one of {', '.join(settings.statuses)}")
    return [*problems, *_update_gaps(record, settings)]


def review_problems(record: Record, settings: Incidents) -> list[str]:
    """The review has all its parts, its action items have an owner and a date, and it came in time."""
    problems = [*_identified(record, settings)]
    problems += [f"{name} is missing" for name in settings.review_fields if not record.field(name)]
    problems += [f"{name} is missing or empty" for name in settings.review_sections if not record.section(name)]
    items = [line for line in record.section("action items") if line.lstrip().startswith(("-", "*"))]
    problems += [f"no owner or no date: {quoted(line)}" for line in items if not _assigned(line)]
    return [*problems, *_too_late(record, settings)]


def unanswered(alerts: Any, settings: Incidents, now: float) -> list[str]:
    """Alerts that were answered later than their severity asks for, or that still wait after that time."""
    problems = []
    for alert in objects(alerts):
        told = alert.get("labels")
        labels = told if isinstance(told, dict) else alert
        limit = settings.respond_within_s.get(str(labels.get("severity")).lower())
        fired = _first_time(alert, settings.fired)
        if limit is None or fired is None:
            continue
        answered = _first_time(alert, settings.answered)
        if (took := (now if answered is None else answered) - fired) > limit:
            how = "not answered for" if answered is None else "answered after"
            problems.append(f"{quoted(labels.get('alertname'))} was {how} {hours(took)}, expected {hours(limit)}")
    return problems


def _identified(record: Record, settings: Incidents) -> Iterator[str]:
    id, severity = record.field("incident id") or record.field("id"), record.field("severity")
    if settings.id_pattern and not re.fullmatch(settings.id_pattern, id):
        yield f"the id is {quoted(id)}, expected the form {settings.id_pattern}"
    if settings.update_every_s and severity not in settings.update_every_s:
        yield f"the severity is {quoted(severity)}, expected one of {', '.join(settings.update_every_s)}"


def _update_gaps(record: Record, settings: Incidents) -> Iterator[str]:
    """Updates tell the time of day only, so a step back is taken for midnight."""
    every = settings.update_every_s.get(record.field("severity"), 0)
    times = [_clock(line) for line in [record.field("started"), *record.section("updates")]]
    told = [time for time in times if time is not None]
    for earlier, later in pairwise(told):
        gap = (later - earlier) % _DAY
        if every and gap > every + _MINUTE:
            yield f"{gap // _MINUTE} minutes without an update, expected one every {every / _MINUTE:g}"


def _clock(text: str) -> int | None:
    """Seconds of the day of the first time in a line."""
    found = _CLOCK.search(text)
    return (int(found[1]) * 60 + int(found[2])) * _MINUTE if found else None


def _assigned(item: str) -> bool:
    return bool(re.search(r"\bowner\b\W*\w", item, re.I) and re.search(r"\bdue\b\W*\w", item, re.I))


def _too_late(record: Record, settings: Incidents) -> Iterator[str]:
    """Days tell no time, so the incident may have begun at the end of its day, and the review at the start of its."""
    begun, dated = _day_in(record.field("incident id")), _day_in(record.field("date"))
    if begun is None or dated is None:
        return
    closed = begun + _DAY + _length(record.field("duration"))
    if dated > closed + settings.review_within_s:
        yield f"the review is dated {record.field('date')}, more than {hours(settings.review_within_s)} after the end"


def _day_in(text: str) -> float | None:
    found = re.search(r"(\d{4})-?(\d{2})-?(\d{2})", text)
    return instant(f"{found[1]}-{found[2]}-{found[3]}T00:00:00Z") if found else None


def _length(text: str) -> float:
    """Seconds of a duration in words, such as `2 hours 5 minutes`."""
    units = {"d": _DAY, "h": 3600, "m": _MINUTE}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"(\d{1,6})\s*([dhm])", text.lower()))


def _first_time(alert: dict[str, Any], names: Iterable[str]) -> float | None:
    times = [instant(alert.get(name)) for name in names]
    return next((time for time in times if time is not None), None)
