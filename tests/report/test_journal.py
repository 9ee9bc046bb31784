"""The verdict file is a whole JSON document after every step."""

import json
from pathlib import Path

import pytest

from conformance.report.journal import Journal, read_verdicts
from conformance.report.verdict import Verdict

HEAD = {"tool": {"name": "mcp-conformance", "version": "0"}, "not_spoken": {}}
VERDICT = Verdict("ping-respond-empty", "2025-06-18", "fail", level="MUST", red=True, received="a lone \ud83d and a ✓")


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


def test_an_older_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text("x" * 100_000)

    Journal(path, HEAD)

    assert read_verdicts(path)[1] == []
    assert [one.name for one in tmp_path.iterdir()] == ["verdicts.json"]


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"verdicts": [], "count": 0}', "is not a verdict file"), ("[]", "is not a verdict file"), ("{", "Expecting")],
)
def test_another_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "verdicts.json"
    path.write_text(text)

    with pytest.raises(ValueError, match=said):
        read_verdicts(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    journal = Journal(path, HEAD)
    journal.add(VERDICT)
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "verdicts": []}))

    with pytest.raises(ValueError, match="counts 1 verdicts and holds 0"):
        read_verdicts(path)
