"""Files that are no results are refused in one line, and the published schema is that of the model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.load.recording.histogram import encoded, new_histogram
from conformance.load.results.files import read_result, write_result
from conformance.load.results.schema import PUBLISHED, schema
from conformance.target.errors import ConfigError
from tests.load.results import lognormal, phase, result

ROOT = Path(__file__).parents[2]


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    write_result(tmp_path / "good.json", result(phase("round 1", lognormal(2000))))
    document: dict[str, Any] = json.loads((tmp_path / "good.json").read_text())
    return document


def first(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["phases"][0]["operations"][0]["response"]
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.update(suite="other"), "other format 1"),
        (lambda one: one.update(format=2), "format 2"),
        (lambda one: one.pop("phases"), "phases"),
        (lambda one: one["plan"].update(scenario="guess"), "scenario"),
        (lambda one: first(one).update(count="many"), "count"),
        (lambda one: first(one).update(encoded="nothing"), "'round 1': not an HdrHistogram"),
        (lambda one: first(one).update(encoded=encoded(new_histogram())), "0 values says that it has 2000"),
        (lambda one: one["phases"][0]["generator"]["lag"].update(encoded=""), "not an HdrHistogram"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(
    tmp_path: Path, document: dict[str, Any], change: Callable[[dict[str, Any]], Any], told: str
) -> None:
    path = tmp_path / "bad.json"
    change(document)
    path.write_text(json.dumps(document))

    with pytest.raises(ConfigError, match=r"bad\.json: .*" + told) as refused:
        read_result(path)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "cut", "list", "null", "bytes", "deep"],
)
def test_what_is_no_json_object_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"bad\.json: not the result"):
        read_result(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.json: cannot be read: No such file"):
        read_result(tmp_path / "absent.json")


def test_members_of_later_versions_are_ignored(tmp_path: Path, document: dict[str, Any]) -> None:
    (tmp_path / "later.json").write_text(json.dumps({**document, "invented": {"later": True}}))

    assert read_result(tmp_path / "later.json") == read_result(tmp_path / "good.json")


def test_writing_leaves_no_draft_behind(tmp_path: Path) -> None:
    write_result(tmp_path / "deep" / "one.json", result(phase("round 1", [1000])))

    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["one.json"]


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads((ROOT / PUBLISHED).read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))
