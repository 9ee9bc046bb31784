"""Any clean ledger has no findings, and any one change that a clause names is found where it was made."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.contracts.ledger.entry import entry as entry_of
from conformance.contracts.ledger.history import CLAUSE as HISTORY
from conformance.contracts.ledger.line import read
from conformance.contracts.ledger.ordinary import is_ordinary
from conformance.contracts.ledger.rules import LATEST_RULES, LINE_RULES
from conformance.contracts.ledger.source import Line
from conformance.wire.exchange import parse_json
from tests.contracts.ledger.building import (
    CONNECTORS,
    START,
    STRICT,
    Body,
    changed,
    entry,
    found,
    lint,
    minimal,
    stamp,
    text,
    traced,
)

FORMS: tuple[Callable[[str, datetime], Body], ...] = (minimal, entry, traced)
Lines = list[bytes]


@st.composite
def ledgers(draw: st.DrawFn) -> list[Body]:
    """Some rotations of all connectors, each in a form of its own; the last one in the form of today."""
    steps = draw(st.lists(st.integers(61, 200_000), min_size=1, max_size=6))
    forms = [draw(st.sampled_from(FORMS)) for _ in steps[1:]] + [entry]
    rotated, bodies = START - timedelta(seconds=sum(steps[1:])), []
    for step, form in zip([*steps[1:], 0], forms, strict=True):
        bodies += [form(connector, rotated) for connector in CONNECTORS]
        rotated += timedelta(seconds=step)
    return bodies


def body_change(path: str, value: object) -> Callable[[Lines, list[Body], int], None]:
    def change(lines: Lines, bodies: list[Body], index: int) -> None:
        lines[index] = text([changed(entry(bodies[index]["connector_id"], moment(bodies[index])), path, value)])

    return change


def moment(body: Body) -> datetime:
    return datetime.strptime(body["rotated_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def cut(lines: Lines, bodies: list[Body], index: int) -> None:
    lines[index] = lines[index][: len(lines[index]) // 2] + b"\n"


def garble(lines: Lines, bodies: list[Body], index: int) -> None:
    lines[index] = lines[index].replace(b"o", b"\xff", 1)


def merge(lines: Lines, bodies: list[Body], index: int) -> None:
    lines[index] = lines[index].rstrip(b"\n") + lines[index]


def shift(days: int) -> Callable[[Lines, list[Body], int], None]:
    def change(lines: Lines, bodies: list[Body], index: int) -> None:
        lines[index] = text([entry(bodies[index]["connector_id"], moment(bodies[index]) + timedelta(days=days))])

    return change


MUTATIONS = {
    "cut off": ("C-ABZU-071", cut),
    "garbled": ("C-ABZU-071", garble),
    "merged": ("C-ABZU-071", merge),
    "no connector": ("C-ABZU-072", body_change("connector_id", ...)),
    "no time": ("C-ABZU-072", body_change("rotated_at", ...)),
    "window as text": ("C-ABZU-072", body_change("window_hours", "48")),
    "local time": ("C-ABZU-073", body_change("rotated_at", "2025-09-21T14:24:09+02:00")),
    "window of a day": ("C-ABZU-074", body_change("window_hours", 24)),
    "window ends early": ("C-ABZU-079", body_change("rotation_window.expires_at", "2025-01-01T00:00:00Z")),
    "window starts elsewhere": ("C-ABZU-079", body_change("rotation_window.started_at", "2025-01-01T00:00:00Z")),
    "window of another id": ("C-ABZU-079", body_change("rotation_window.window_id", "20250101T000000Z-PT48H")),
    "credential of an hour": ("C-ABZU-081", body_change("credential_window.duration", "PT1H")),
    "token": ("C-ABZU-058", body_change("token", "0a1b2c3d4e5f")),
    "unknown member": ("C-ABZU-089", body_change("shift", "night")),
    "unknown context": ("C-ABZU-086", body_change("context_status", {"stage-z": {"status": "accepted"}})),
    "bad checksum": ("C-ABZU-083", body_change("traces", {"rest": {"normalized": {}, "checksum": "0" * 64}})),
    "in the future": ("C-ABZU-077", shift(90)),
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_a_clean_ledger_has_no_findings(ledger: list[Body]) -> None:
    assert lint(ledger) == []


@pytest.mark.parametrize("name", MUTATIONS)
@settings(max_examples=10, deadline=None)
@given(ledger=ledgers(), place=st.randoms(use_true_random=False))
def test_one_change_is_found_at_its_line(name: str, ledger: list[Body], place: random.Random) -> None:
    clause, change = MUTATIONS[name]
    lines = [text([body]) for body in ledger]
    index = place.randrange(len(lines))
    change(lines, ledger, index)

    assert [line for found_, _, line in found(b"".join(lines)) if found_ == clause] == [index + 1]


@settings(max_examples=20, deadline=None)
@given(ledger=ledgers(), place=st.randoms(use_true_random=False))
def test_what_comes_twice_is_found_at_the_second_place(ledger: list[Body], place: random.Random) -> None:
    index = place.randrange(len(ledger))
    copied = [*ledger[: index + 1], *ledger[index:]]

    assert ("C-ABZU-088", "should", index + 2) in found(copied)


@settings(max_examples=20, deadline=None)
@given(ledger=ledgers(), place=st.randoms(use_true_random=False))
def test_a_rewritten_line_is_found_by_an_earlier_copy(ledger: list[Body], place: random.Random) -> None:
    index = place.randrange(len(ledger))
    after = [*ledger]
    after[index] = changed(after[index], "window_hours", 49)

    assert [line for clause, _, line in found(after, before=text(ledger)) if clause == HISTORY] == [index + 1]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_line_that_is_ordinary_breaks_no_rule(data: st.DataObject) -> None:
    """The shortcut for ordinary lines never hides a finding."""
    body = data.draw(st.sampled_from([minimal(), entry(), changed(entry(), "credential_window", ...)]))
    for _ in range(data.draw(st.integers(0, 2))):
        inside = [name for name, value in body.items() if isinstance(value, dict)]
        parent = data.draw(st.sampled_from([None, *inside]))
        names = sorted(body[parent]) if parent else sorted(body)
        if not names:
            continue
        name = data.draw(st.sampled_from(names))
        body = changed(body, f"{parent}.{name}" if parent else name, data.draw(VALUES))
    line = entry_of(1, body)

    broken = [clause for clause, rule in {**LINE_RULES, **LATEST_RULES}.items() if any(rule(line, STRICT))]
    if is_ordinary(line, STRICT):
        assert set(broken) <= {"C-ABZU-080"}, body


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        ..., None, True, 48, 48.0, 24, -48, "", "x", "PT48H", "P2D", "P1DT24H", "PT24H", stamp(START),
        "2025-09-21T12:24:09+00:00", "2025-09-21t12:24:09Z", "2025-09-21T12:24:60Z", "9999-12-31T23:59:59Z",
        "2025-09-23T12:24:09Z", "20250921T122409Z-PT48H", "20250921T122409Z-P2D", "20250921t122409Z-PT48H", [], {},
        "Bearer abcdefgh12345678", "op@host", "neo", {"token": "0a1b2c3d"},
    ]
)  # fmt: skip


def test_every_clause_is_judged_somewhere() -> None:
    from conformance.contracts.ledger.across import TRACKERS

    assert {*LINE_RULES, *LATEST_RULES, *TRACKERS, HISTORY, "C-ABZU-071"} == set(ledger_clauses())


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_DOCUMENTS = st.dictionaries(
    st.text(max_size=5), st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
    max_size=4,
)  # fmt: skip


@given(_DOCUMENTS, st.booleans(), st.data())
def test_the_fast_decoder_takes_nothing_for_something_else(
    document: Body, ascii_only: bool, data: st.DataObject
) -> None:
    """Neither what is written well nor what a slip of one byte made of it."""
    raw = bytearray(json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "replace") + b"\n")
    if data.draw(st.booleans()):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        fast = msgspec.json.decode(bytes(raw))
    except (msgspec.MsgspecError, ValueError):
        return
    assert fast == parse_json(bytes(raw))
    assert not isinstance(fast, dict) or read(Line(2, bytes(raw))) == ((fast,), ())
