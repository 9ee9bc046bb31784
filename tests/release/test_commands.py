"""Steps of the kind command: how it ended, what it printed, what it wrote, and to what it added."""

import os
from pathlib import Path
from typing import Any

import pytest

from conformance.release.checklist.model import Command, Expected
from conformance.release.kinds import commands
from conformance.release.kinds.outcome import Context
from tests.release.runs import PYTHON, file


def commanded(context: Context, code: str, **keys: Any) -> tuple[str, str]:
    outcome = commands.judge(Command(title="x", run=(PYTHON, "-c", code), cwd=str(context.work), **keys), context)
    return outcome.status, outcome.reason


@pytest.mark.parametrize(
    ("code", "keys", "status", "told"),
    [
        ("print('fine')", {}, "pass", "exit status 0"),
        ("import sys; sys.exit(3)", {"exit": (0, 3)}, "pass", "exit status 3"),
        ("import sys; sys.exit(3)", {}, "fail", "exit status 3, expected 0"),
        ("print('12 passed')", {"output": (r"^\d+ passed$",)}, "pass", ""),
        ("print('12 failed')", {"output": (r"^\d+ passed$",)}, "fail", "no line of the output matches"),
        (
            "print('a\\nWARN b')",
            {"forbidden": ("WARN",)},
            "fail",
            "1 lines of the output match WARN, the first is line 2",
        ),
        ("import time; time.sleep(30)", {"time_limit_s": 0.3}, "fail", "did not end within 0.3 s and was ended"),
        ("open('a.json', 'w').write('{}')", {"artifacts": (Expected(source="a.json"),)}, "fail", "does not exist"),
    ],
)
def test_a_command_is_judged(context: Context, code: str, keys: Any, status: str, told: str) -> None:
    found, reason = commanded(context, code, **keys)

    assert found == status, reason
    assert told in reason


def test_an_artifact_has_to_be_written_by_the_command(tmp_path: Path, context: Context) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"ok": true}')
    os.utime(path, (context.now - 60, context.now - 60))
    expected = Expected(source=str(path), rules=("ok == true",))

    assert commanded(context, "pass", artifacts=(expected,))[1].endswith("it is the file of an earlier one")
    assert commanded(context, f"open({str(path)!r}, 'w').write('{{\"ok\": true}}')", artifacts=(expected,))[0] == "pass"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("open(path, 'a').write('3\\n')", ""),
        ("pass", "nothing was added"),
        ("open(path, 'a').write('3')", "not finished"),
        ("open(path, 'w').write('9\\n2\\n3\\n')", "may only grow"),
        ("open(path, 'w').write('1\\n')", "may only grow"),
        ("import os; os.unlink(path)", "does not exist"),
    ],
)
def test_a_ledger_may_only_grow(tmp_path: Path, context: Context, code: str, told: str) -> None:
    path = file(tmp_path, "ledger.jsonl", "1\n2\n")
    status, reason = commanded(context, f"path = {path!r}; {code}", appends=(path,))

    assert status == ("fail" if told else "pass")
    assert told in reason
    if not told:
        assert (context.work / "appended-ledger.jsonl").read_text() == "3\n"


def test_a_shell_only_where_it_is_asked_for(context: Context) -> None:
    inert = commands.judge(Command(title="x", run=("echo", "$HOME;", "exit 3")), context)
    shell = commands.judge(Command(title="x", run="exit 3", shell=True), context)

    assert inert.status == "pass"
    assert (context.work / "output.log").exists()
    assert shell.reason == "exit status 3, expected 0"


def test_a_command_that_is_not_there_is_not_judged(context: Context) -> None:
    assert commands.judge(Command(title="x", run=("no-such-command",)), context).status == "incomplete"
    assert commands.judge(Command(title="x", run=("true",), cwd="/no/such/place"), context).status == "incomplete"
