"""Steps of the kind manual: an answer needs a name, a time and evidence."""

import time
from pathlib import Path
from typing import Any

import pytest

from conformance.contracts.times import iso
from conformance.release.checklist.model import Checklist, Manual
from conformance.release.kinds import manual
from conformance.release.kinds.manual import Answer
from conformance.release.kinds.outcome import Context
from conformance.target.errors import ConfigError
from tests.release.runs import file

ANSWER = Answer(done=True, by="Ada", at=iso(time.time() // 1), evidence="ticket OPS-1")


def changed(**members: Any) -> Answer:
    return Answer(**{"done": True, "by": "Ada", "at": ANSWER.at, "evidence": "ticket OPS-1", **members})


@pytest.mark.parametrize(
    ("answer", "keys", "status", "told"),
    [
        (ANSWER, {}, "pass", "Ada at"),
        (None, {}, "incomplete", "not answered: Is it?"),
        (changed(done=False, note="the door is open"), {}, "fail", "no, says Ada"),
        (changed(by=" "), {}, "incomplete", "who gives it"),
        (changed(at=""), {}, "incomplete", "when"),
        (changed(at=iso(time.time() // 1)[:10]), {}, "pass", ""),
        (changed(at="2999-01-01T00:00:00Z"), {}, "incomplete", "in the future"),
        (changed(at="2020-01-01T00:00:00Z"), {"max_age_s": 3600.0}, "incomplete", "at most 1 h"),
        (changed(at="2020-01-01T00:00:00Z"), {}, "pass", ""),
        (changed(evidence=""), {}, "incomplete", "names no evidence"),
        (changed(evidence=""), {"evidence": False}, "pass", ""),
        (changed(evidence="./no-such-file.txt"), {}, "incomplete", "does not exist"),
        (changed(evidence="OPS/1"), {}, "pass", ""),
        (changed(evidence="https://tickets.example/OPS-1.html"), {}, "pass", ""),
    ],
)
def test_an_answer_is_judged(context: Context, answer: Any, keys: Any, status: str, told: str) -> None:
    outcome = manual.judge(Manual(title="x", question="Is it?", **keys), context, answer)

    assert outcome.status == status, outcome
    assert told in outcome.reason


def test_an_answer_without_evidence_is_enough_where_none_is_asked_for_to_say_no(context: Context) -> None:
    assert manual.judge(Manual(title="x", question="?"), context, changed(done=False, evidence="")).status == "fail"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("x = 1", "write each answer as a table"),
        ("[answers.other]\ndone = true", "no manual step 'other'; did you mean|there is sign"),
        ("[answers.sign]\ndone = 'yes'", "answers.sign"),
        ("[answers.sign]\nby = 'Ada'", "`done`"),
        ("[answers.sign]\ndone = true\nwhom = 'x'", "whom"),
        ("[answers", "not valid TOML"),
    ],
)
def test_a_wrong_answers_file_is_refused(tmp_path: Path, content: str, told: str) -> None:
    checklist = Checklist(name="x", title="x", steps={"sign": Manual(title="x", question="?")})
    path = Path(file(tmp_path, "answers.toml", content))

    with pytest.raises(ConfigError, match=told) as refused:
        manual.read_answers(path, checklist)
    assert "\n" not in str(refused.value)
