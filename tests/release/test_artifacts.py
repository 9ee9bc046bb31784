"""Steps of the kind artifact: files and answers that are right, wrong, too old, and missing."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.contracts.times import iso
from conformance.reference.embedded import Embedded
from conformance.release.checklist.model import Artifact, Expected
from conformance.release.kinds import artifacts
from conformance.release.kinds.outcome import Context
from tests.release.runs import file


@pytest.mark.parametrize(
    ("name", "content", "keys", "status"),
    [
        ("a.json", {"ok": True}, {"rules": ("ok == true",)}, "pass"),
        ("a.json", {"ok": False}, {"rules": ("ok == true",)}, "fail"),
        ("a.json", "{", {}, "fail"),
        ("a.json", "", {}, "fail"),
        ("a.jsonl", '{"n": 1}\n\n{"n": 2}\n', {"rules": ("*.n > 0", "-1.n == 2", "length(.) == 2")}, "pass"),
        ("a.jsonl", '{"n": 1}\n{"n": ', {}, "fail"),
        ("a.toml", "ok = true\n", {"rules": ("ok == true",)}, "pass"),
        ("a.toml", "ok = ", {}, "fail"),
        ("a.yaml", "ok: true\nat: 2026-01-31\n", {"rules": ("ok == true", "at == '2026-01-31'")}, "fail"),
        ("a.yaml", "at: 2026-01-31\n", {"rules": ("at == 2026-01-31",)}, "pass"),
        ("a.yaml", "a: &x [1, 1]\nb: [*x, *x]\n", {"rules": ("b exists",)}, "fail"),
        ("a.out", "one\nall is well\n", {"contains": ("well$",)}, "pass"),
        ("a.out", "one\n", {"contains": ("well$",)}, "fail"),
        ("a.out", "one\nERROR two\n", {"lacks": ("ERROR",)}, "fail"),
        ("a.out", "{}", {"rules": ("ok == true",)}, "fail"),
        ("a.out", '{"ok": true}', {"rules": ("ok == true",), "format": "json"}, "pass"),
        ("a.json", {"diff_count": 0}, {"schema": "contracts/upgrade-shadow"}, "fail"),
        ("a.json", {"ok": True}, {"schema": "contracts/no-such"}, "fail"),
        ("a.json", {"ok": True}, {"max_age_s": 60}, "pass"),
        ("a.json", {"at": iso(time.time() // 1)}, {"max_age_s": 3600, "age_of": "at"}, "pass"),
        ("a.json", {"at": "2020-01-01T00:00:00Z"}, {"max_age_s": 3600, "age_of": "at"}, "fail"),
        ("a.json", {}, {"newer_than": "2020-01-01T00:00:00Z"}, "pass"),
        ("a.json", {}, {"newer_than": "2999-01-01T00:00:00Z"}, "fail"),
        ("a.json", {}, {"newer_than": "neither time nor file"}, "fail"),
    ],
)
def test_a_file_is_judged(tmp_path: Path, context: Context, name: str, content: Any, keys: Any, status: str) -> None:
    expected = Expected(source=file(tmp_path, name, content), **keys)
    outcome = artifacts.judge(Artifact(title="x", artifacts=(expected,)), context)

    assert outcome.status == status, outcome


def test_an_old_file_is_too_old(tmp_path: Path, context: Context) -> None:
    path = file(tmp_path, "a.json", {})
    os.utime(path, (context.now - 7200, context.now - 7200))
    outcome = artifacts.judge(Artifact(title="x", artifacts=(Expected(source=path, max_age_s=3600),)), context)

    assert outcome.status == "fail"
    assert "2.0 h ago; at most 1 h are right" in outcome.reason


def test_a_missing_file_is_not_judged_and_an_optional_one_is_fine(tmp_path: Path, context: Context) -> None:
    missing = Expected(source=str(tmp_path / "no.json"))
    optional = Expected(source=str(tmp_path / "no.json"), optional=True)

    assert artifacts.judge(Artifact(title="x", artifacts=(missing,)), context).status == "incomplete"
    assert artifacts.judge(Artifact(title="x", artifacts=(optional,)), context).status == "pass"


def test_what_a_url_answers_is_judged(context: Context, embedded: Embedded) -> None:
    base = embedded.url("/contracts/level3")
    good = Expected(source=f"{base}/prom/api/v1/alerts", rules=("status == success",))
    step = Artifact(title="x", artifacts=(good,))

    assert artifacts.judge(step, context).status == "pass"
    assert (context.work / "answer.json").is_file()
    for source, told in (
        (f"{base}/no-such-page", "HTTP 4"),
        ("http://127.0.0.1:1/x", "no answer"),
        ("http://", "no URL"),
    ):
        outcome = artifacts.judge(Artifact(title="x", artifacts=(Expected(source=source),)), context)
        assert outcome.status == "incomplete"
        assert told in outcome.reason
