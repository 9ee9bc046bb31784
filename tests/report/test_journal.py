"""The verdict file is a whole JSON document after every step, and a file that is not what was written is refused."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.report import journal_errors
from conformance.report.journal import Journal, JournalBroken, read_verdicts
from conformance.report.verdict import Accepted, Verdict
from conformance.target.errors import ConfigError

HEAD = {"tool": {"name": "mcp-conformance", "version": "0"}, "not_spoken": {}}
VERDICT = Verdict("ping-respond-empty", "2025-06-18", "fail", level="MUST", red=True, received="a lone \ud83d and a ✓")


def check(number: int, **changes: Any) -> Verdict:
    return replace(VERDICT, nodeid=f"suites/test_ping.py::test_ping[{number}]", **changes)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A complete file with three verdicts."""
    path = tmp_path / "verdicts.json"
    journal = Journal(path, HEAD)
    for number in range(3):
        journal.add(check(number))
    journal.finish({"complete": True, "exit_code": 1, "counts": {"fail": 3}})
    return path


def test_it_is_whole_after_every_verdict(tmp_path: Path) -> None:
    path = tmp_path / "new" / "verdicts.json"
    journal = Journal(path, HEAD)

    for count in range(20):
        head, verdicts = read_verdicts(path)
        assert (head["count"], len(verdicts)) == (count, count)
        assert head["summary"] == {"complete": False}
        journal.add(VERDICT)
    journal.finish({"complete": True, "exit_code": 1})

    head, verdicts = read_verdicts(path)
    assert verdicts == [VERDICT] * 20
    assert head["summary"] == {"complete": True, "exit_code": 1}
    assert head["tool"] == HEAD["tool"]


def test_what_a_baseline_says_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    accepted = check(1, red=False, accepted=Accepted("known", "ann", "2026-12-31"))

    Journal(path, HEAD).add(accepted)

    assert read_verdicts(path)[1] == [accepted]
    assert json.loads(path.read_text())["verdicts"][0]["accepted"] == {
        "reason": "known", "owner": "ann", "expires": "2026-12-31",
    }  # fmt: skip


def test_an_older_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text("x" * 100_000)

    Journal(path, HEAD)

    assert read_verdicts(path)[1] == []
    assert [one.name for one in tmp_path.iterdir()] == ["verdicts.json"]


def test_a_second_verdict_on_a_check_gets_a_number(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    journal = Journal(path, HEAD)

    for verdict in (check(1), check(1), check(1), check(1, revision="2025-11-25")):
        journal.add(verdict)

    names = [one.nodeid.partition("::")[2] for one in read_verdicts(path)[1]]
    assert names == ["test_ping[1]", "test_ping[1]#2", "test_ping[1]#3", "test_ping[1]"]


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"verdicts": [], "count": 0}', "is not a verdict file"), ("[]", "is not a verdict file"), ("{", "Expecting")],
)
def test_another_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text(text)

    with pytest.raises(ValueError, match=said) as caught:
        read_verdicts(path)
    assert type(caught.value) is journal_errors.ForeignVerdictFile


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"null", b'{"$schema": 1}', b"<html>"])
def test_bytes_of_any_kind_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "verdicts.json"
    path.write_bytes(content)

    with pytest.raises(journal_errors.ForeignVerdictFile):
        read_verdicts(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    journal = Journal(path, HEAD)
    journal.add(VERDICT)
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "verdicts": []}))

    with pytest.raises(journal_errors.EditedVerdictFile, match="counts 1 verdicts and holds 0"):
        read_verdicts(path)


def test_no_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(journal_errors.UnreadableVerdictFile, match="No such file"):
        read_verdicts(tmp_path / "verdicts.json")


def test_every_place_to_cut_is_noticed(written: Path) -> None:
    whole = written.read_bytes()
    refused = {"TruncatedVerdictFile": 0, "ForeignVerdictFile": 0}

    for end in range(len(whole.rstrip()) - 1):
        written.write_bytes(whole[:end])
        with pytest.raises(journal_errors.VerdictFileError) as caught:
            read_verdicts(written)
        refused[type(caught.value).__name__] += 1

    assert refused["TruncatedVerdictFile"] > len(whole) - 200, refused


def edited(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["verdicts"][1].update(status="pass"),
        lambda document: document["verdicts"][0].update(received="something else"),
        lambda document: document["verdicts"].reverse(),
        lambda document: document["summary"].update(conforms=True),
        lambda document: document["tool"].update(version="9"),
        lambda document: document["clock"].update(seconds=1000),
        lambda document: document.update(checksum="sha256:" + "0" * 64),
        lambda document: document.pop("checksum"),
        lambda document: document.pop("summary"),
        lambda document: document.update(verdicts={}),
        lambda document: document["verdicts"].__setitem__(1, "pass"),
        lambda document: document["verdicts"][1].pop("status"),
        lambda document: (document["verdicts"].pop(), document.update(count=2)),
    ],
)  # fmt: skip
def test_every_edit_is_noticed(written: Path, change: Callable[[dict[str, Any]], object]) -> None:
    edited(written, change)

    with pytest.raises(journal_errors.EditedVerdictFile, match=re_escape(written)):
        read_verdicts(written)


def re_escape(path: Path) -> str:
    """Each message names the file."""
    return str(path).replace(".", r"\.")


def test_a_verdict_that_is_there_twice_is_named(written: Path) -> None:
    edited(written, lambda document: document["verdicts"].append(document["verdicts"][0]))

    with pytest.raises(journal_errors.DuplicateVerdict, match=r"2 verdicts on .*test_ping\[0\] \(2025-06-18\)"):
        read_verdicts(written)


def test_another_format_is_named(written: Path) -> None:
    edited(written, lambda document: document.update(format=1))

    with pytest.raises(journal_errors.OtherVerdictFormat, match="format 1, written by version 0"):
        read_verdicts(written)


def test_white_space_is_no_edit(written: Path) -> None:
    edited(written, lambda document: None)

    assert len(read_verdicts(written)[1]) == 3


def test_each_error_is_one_line_for_a_user(written: Path) -> None:
    edited(written, lambda document: document.update(format="\n\x1b[31m"))

    with pytest.raises(ConfigError) as caught:
        read_verdicts(written)
    assert str(caught.value).isprintable()


FILLS_UP = """
import resource, sys
from pathlib import Path
from conformance.report.journal import Journal, JournalBroken
from conformance.report.verdict import Verdict
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
journal = Journal(Path(sys.argv[1]), {"tool": {}})
try:
    for number in range(1000):
        journal.add(Verdict("a", "", "pass", nodeid=f"check {number}", rule="x" * (37 + number)))
except JournalBroken as error:
    print(journal.count, error)
"""


def test_a_file_that_may_not_grow_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"

    done = subprocess.run(
        [sys.executable, "-c", FILLS_UP, str(path)], capture_output=True, text=True, timeout=60, check=True
    )

    head, verdicts = read_verdicts(path)
    count, _, said = done.stdout.partition(" ")
    assert len(verdicts) == int(count) > 50
    assert head["summary"] == {"complete": False}
    assert "File too large" in said
    assert path.stat().st_size <= 20_000


def test_no_space_at_all_is_told_at_the_beginning(tmp_path: Path) -> None:
    """And what an earlier run left is not taken for this one's."""
    (tmp_path / "verdicts.json").write_text("of an earlier run")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(JournalBroken, match="File too large"):
            Journal(tmp_path / "verdicts.json", HEAD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list(tmp_path.iterdir()) == []
