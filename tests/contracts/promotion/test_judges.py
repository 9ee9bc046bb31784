"""The judges of what a promotion leaves behind."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.promotion import judges
from conformance.contracts.promotion.changes import changes_of
from conformance.contracts.promotion.settings import Promotion
from conformance.contracts.reading import Unreadable

SETTINGS = Promotion(flag_order=("PROMPT_MODE", "SANDBOX_MODE", "SELECTIVE_TESTS"))
PROMOTION = {"previousWorkerPid": 41, "promotedWorkerPid": 42, "switchedAt": "2025-10-22T20:19:42Z"}
ROWS = [("PROMPT_MODE", 1761164400000), ("SANDBOX_MODE", 1761164460000), ("SELECTIVE_TESTS", 1761164520000)]


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({}, 0),
        ({"promotedWorkerPid": 41}, 1),
        ({"promotedWorkerPid": "42"}, 1),
        ({"promotedWorkerPid": True}, 1),
        ({"previousWorkerPid": None}, 1),
        ({"switchedAt": "now"}, 1),
    ],
)
def test_a_record_tells_both_workers_and_when(changed: dict[str, Any], problems: int) -> None:
    assert len(judges.record_problems({**PROMOTION, **changed}, SETTINGS)) == problems


def workers(**active: Any) -> dict[str, Any]:
    told = {"pid": 42, "role": "active", "last_health": {"dryRun": False}, **active}
    return {"recorded_at": "2025-10-22T20:20:00Z", "active": told}


@pytest.mark.parametrize(
    ("snapshot", "problems"),
    [
        (workers(), 0),
        (workers(pid=41), 1),
        (workers(role="canary"), 1),
        (workers(last_health={"dryRun": True}), 1),
        (workers(flags={"dryRun": True}), 1),
        ({"active": None}, 1),
    ],
)
def test_the_promoted_worker_is_the_active_one(snapshot: Any, problems: int) -> None:
    assert len(judges.serving_problems(snapshot, PROMOTION, SETTINGS)) == problems


def test_only_a_later_snapshot_tells_who_serves() -> None:
    assert judges.is_later(workers(), PROMOTION, SETTINGS)
    assert not judges.is_later(workers(), {**PROMOTION, "switchedAt": "2025-10-22T20:21:00Z"}, SETTINGS)
    assert not judges.is_later({}, PROMOTION, SETTINGS)


def database(path: Path, rows: list[tuple[str, Any]]) -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE settings (key TEXT PRIMARY KEY, val TEXT, updated_at INTEGER)")
        connection.executemany("INSERT INTO settings (key, updated_at) VALUES (?, ?)", rows)
    connection.close()
    return path


def dump(path: Path, rows: list[tuple[str, Any]]) -> Path:
    path.write_text(json.dumps([{"key": key, "updated_at": at} for key, at in rows]))
    return path


@pytest.mark.parametrize("stored", [database, dump])
def test_flags_are_switched_one_after_the_other(tmp_path: Path, stored: Any) -> None:
    changes = changes_of(stored(tmp_path / "flags", ROWS), SETTINGS)
    swapped = changes_of(stored(tmp_path / "swapped", [ROWS[1], (ROWS[0][0], ROWS[1][1]), ROWS[2]]), SETTINGS)

    assert judges.order_problems(changes, SETTINGS) == []
    assert len(judges.order_problems(swapped, SETTINGS)) == 1
    assert judges.unswitched(changes, None, SETTINGS) == []
    assert judges.unswitched(changes, 1761164450, SETTINGS) == ["PROMPT_MODE"]
    assert judges.unswitched({}, None, SETTINGS) == list(SETTINGS.flag_order)


@pytest.mark.parametrize("content", [b"SQLite format 3\0broken", b"\xff", b"", None])
def test_what_is_no_table_of_flags_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "flags"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Unreadable):
        changes_of(path, SETTINGS)


def test_a_rollback_counts_from_the_promotion_on() -> None:
    record = {"timestamp": "2025-10-22T20:22:00Z", "decision": "rollback"}

    assert judges.went_back([record], 1761164400)
    assert not judges.went_back([record], 1761171720)
    assert not judges.went_back([], 0)
    assert judges.went_back([{"rollback": {"reason": "by hand"}}], 1761171720)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.dictionaries(
    st.sampled_from(["active", "pid", "role", "recorded_at", "switchedAt", "last_health", "timestamp"]), inner
) | st.lists(inner, max_size=2), max_leaves=6))  # fmt: skip
def test_any_document_gets_an_answer(document: Any) -> None:
    judges.record_problems(document, SETTINGS)
    judges.serving_problems(document, document, SETTINGS)
    judges.is_later(document, document, SETTINGS)
    judges.went_back([document], 0)
