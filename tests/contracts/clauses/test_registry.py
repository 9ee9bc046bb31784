"""The registry of clauses: its data files and its loader."""

import re
from collections import Counter
from pathlib import Path

import pytest

from conformance.contracts.clauses import Clause, ClauseError, load
from conformance.contracts.clauses.registry import TAGS, read_directory

ENTRY = """\
- id: {id}
  level: must
  basis: D
  source: eMCP OPERATIONS.md §2.2
  plane: wire
  safety: safe
  given: A token.
  when: POST initialize.
  then: Status 200.
"""


def refusal(directory: Path, text: str, name: str = "emcp.yaml") -> str:
    (directory / name).write_text(text, encoding="utf-8")
    with pytest.raises(ClauseError) as caught:
        read_directory(directory)
    return str(caught.value)


COUNTS = {
    "emcp": {"must": 93, "should": 69, "safe": 112, "write": 18, "noisy": 17, "offline": 15},
    "operator": {"must": 54, "should": 54, "safe": 47, "write": 22, "noisy": 1, "destructive": 1, "offline": 37},
    "upgrade": {"must": 63, "should": 32, "safe": 33, "write": 11, "noisy": 3, "destructive": 15, "offline": 33},
    "level3": {"must": 39, "should": 69, "safe": 52, "write": 18, "noisy": 2, "destructive": 19, "offline": 17},
}


@pytest.mark.parametrize("system", COUNTS)
def test_a_system_has_all_its_clauses(system: str) -> None:
    own = [clause for clause in load().values() if clause.system == system]

    assert dict(Counter(word for clause in own for word in (clause.level, clause.safety))) == COUNTS[system]


@pytest.mark.parametrize("system", COUNTS)
def test_ids_have_no_gaps(system: str) -> None:
    own = [clause.id for clause in load().values() if clause.system == system]

    assert sorted(own) == [f"C-{TAGS[system]}-{number:03}" for number in range(1, len(own) + 1)]


def test_nothing_else_is_registered() -> None:
    assert len(load()) == 473


def sentences(clause: Clause) -> list[str]:
    return [text for text in (clause.given, clause.when, clause.then, clause.notes, clause.excused) if text]


def test_clauses_are_told_in_sentences() -> None:
    unfinished = {one.id: text for one in load().values() for text in sentences(one) if not text.endswith((".", "!"))}

    assert unfinished == {}


def test_a_clause_needs_no_other_document() -> None:
    """No references to other clauses, rules or chapters, and no names of copies of public documents."""
    jargon = re.compile(r"\b[CRA]-(EMCP|ABZU|WVO|L3)-\d|\bseed\d|[{}]\w|^(same|as) \d")
    said = {(one.id, text) for one in load().values() for text in (*sentences(one), one.source)}

    assert [one for one in said if jargon.search(one[1])] == []


def test_offline_clauses_are_about_artifacts() -> None:
    assert {one.plane for one in load().values() if one.safety == "offline"} == {"artifact"}


def test_a_clause_is_promised_if_a_document_says_it() -> None:
    assert load()["C-EMCP-001"].promised
    assert load()["C-EMCP-002"].promised
    assert not load()["C-EMCP-006"].promised
    assert not load()["C-ABZU-076"].promised


@pytest.mark.parametrize(
    ("changed", "to", "problem"),
    [
        ("level: must", "level: may", "unknown level may"),
        ("basis: D", "basis: X", "unknown basis X"),
        ("plane: wire", "plane: air", "unknown plane air"),
        ("safety: safe", "safety: [safe]", "unknown safety ['safe']"),
        ("given: A token.", "given: 3", "given has to be a text"),
        ("given: A token.", "given: ''", "given has to be a text"),
        ("given: A token.", "gives: A token.", "unknown field gives"),
        ("given: A token.", "gives: A token.", "missing field given"),
        ("C-EMCP-001", "C-WVO-001", "the id does not fit the file"),
        ("C-EMCP-001", "1", "id has to be a text"),
    ],
)
def test_an_invalid_entry_is_named_with_its_problem(tmp_path: Path, changed: str, to: str, problem: str) -> None:
    told = refusal(tmp_path, ENTRY.format(id="C-EMCP-001").replace(changed, to))

    assert problem in told
    assert told.startswith("emcp.yaml: ")


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = refusal(tmp_path, ENTRY.format(id="C-EMCP-001").replace("D", "X").replace("wire", "air"))

    assert "unknown basis X" in told
    assert "unknown plane air" in told


def test_a_clause_is_registered_once(tmp_path: Path) -> None:
    assert "C-EMCP-001: duplicate id" in refusal(tmp_path, ENTRY.format(id="C-EMCP-001") * 2)


@pytest.mark.parametrize(("text", "problem"), [("a: [", "not YAML"), ("a: b", "a list of clauses"), ("- 3", "not a")])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in refusal(tmp_path, text)


def test_an_empty_directory_is_no_registry(tmp_path: Path) -> None:
    with pytest.raises(ClauseError, match="no clause found"):
        read_directory(tmp_path)
