"""Whole releases by the command: the verdict, the exit code, what is said, and what is taken up again."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conformance import exit_codes
from tests.plugin.runs import COMMAND, environment
from tests.release.repositories import answers
from tests.release.runs import Outcome, checklist, command, release

SIGN = '[steps.sign]\nkind = "manual"\ntitle = "Signed"\nquestion = "Is it good?"\n'
FAILS = "import sys; sys.exit(1)"


def released(directory: Path, content: str, *arguments: str, **more: str) -> Outcome:
    checklist(directory, content)
    return release(directory, "--checklist=mine.toml", *arguments, env=more)


def complaint(outcome: Outcome) -> str:
    assert outcome.code == exit_codes.USAGE, outcome.shown
    (line,) = outcome.err.splitlines()
    return line


def test_go(tmp_path: Path) -> None:
    outcome = released(tmp_path, command("one", "print('fine')"))

    assert outcome.code == exit_codes.OK, outcome.shown
    assert outcome.record["verdict"] == "GO"
    assert "GO: Mine: 1 of 1 blockers passed" in outcome.out
    assert str(outcome.bundle) in outcome.out


def test_no_go_says_what_is_broken_and_what_to_do(tmp_path: Path) -> None:
    steps = command("one", FAILS, 'rules = ["R-1"]\nadvice = "Call Ada."\nowner = "Ada"') + command("two", "pass")
    outcome = released(tmp_path, steps)

    assert outcome.code == exit_codes.BROKEN, outcome.shown
    assert outcome.statuses == {"one": "fail", "two": "pass"}
    assert "NO-GO: Mine: 1 of 2 blockers passed; 1 failed (one)" in outcome.out
    assert "broken   one (R-1): exit status 1, expected 0" in outcome.out
    assert "next     one: Call Ada. (owner: Ada)" in outcome.out


def test_incomplete_without_an_answer(tmp_path: Path) -> None:
    outcome = released(tmp_path, command("one", "pass") + SIGN)

    assert outcome.code == exit_codes.INCOMPLETE, outcome.shown
    assert outcome.statuses == {"one": "pass", "sign": "incomplete"}
    assert "missing  sign: not answered: Is it good?" in outcome.out


def test_an_answers_file_completes_it(tmp_path: Path) -> None:
    answers(tmp_path / "answers.toml", "sign")
    outcome = released(tmp_path, command("one", "pass") + SIGN, "--answers=answers.toml")

    assert outcome.code == exit_codes.OK, outcome.shown
    assert json.loads(outcome.members()["steps/sign/answer.json"])["by"] == "Ada"


def test_an_advisory_failure_is_told_and_does_not_hold_back(tmp_path: Path) -> None:
    outcome = released(tmp_path, command("one", FAILS, 'severity = "advisory"') + command("two", "pass"))

    assert outcome.code == exit_codes.OK, outcome.shown
    assert "1 failed, advisory (one)" in outcome.out


def test_what_stands_on_a_failure_is_blocked(tmp_path: Path) -> None:
    steps = command("one", FAILS) + command("two", "open('ran', 'w')", 'needs = ["one"]') + command("three", "pass")
    outcome = released(tmp_path, steps)

    assert outcome.statuses == {"one": "fail", "two": "blocked", "three": "pass"}
    assert outcome.steps["two"]["reason"] == "needs one (fail)"
    assert not (tmp_path / "ran").exists()


def test_a_variable_without_a_value_makes_its_step_incomplete(tmp_path: Path) -> None:
    steps = "[variables.place]\nabout = 'where it is'\n" + command("one", "open('ran', 'w')", "cwd = '{place}'")
    outcome = released(tmp_path, steps)

    assert outcome.code == exit_codes.INCOMPLETE
    assert "needs place: where it is; give it with --set place=…" in outcome.out
    assert not (tmp_path / "ran").exists()
    assert released(tmp_path, steps, "--set=place=.").code == exit_codes.OK


def test_values_come_from_the_command_line_the_environment_or_the_checklist(tmp_path: Path) -> None:
    steps = (
        "[variables.a]\ndefault = 'default'\nenv = ['PLACE_A']\n[variables.b]\ndefault = 'below {a}'\n"
        + command("one", "import sys; print(sys.argv[1:])").replace('"]', '", "{a}", "{b}", "{{a}}", "${a}"]')
    )  # fmt: skip

    def printed(*arguments: str, **env: str) -> str:
        return released(tmp_path, steps, *arguments, **env).members()["steps/one/output.log"].decode()

    assert printed() == "['default', 'below default', '{a}', '${a}']\n"
    assert printed(PLACE_A="env") == "['env', 'below env', '{a}', '${a}']\n"
    assert printed("--set=a=given", PLACE_A="env") == "['given', 'below given', '{a}', '${a}']\n"


COUNTED = "open('count', 'a').write('x')"


def count(directory: Path) -> int:
    return len((directory / "count").read_text())


def test_what_passed_is_not_run_again(tmp_path: Path) -> None:
    steps = command("one", COUNTED) + command("two", "import os, sys; sys.exit(not os.path.exists('mended'))")
    assert released(tmp_path, steps).code == exit_codes.BROKEN
    (tmp_path / "mended").touch()
    outcome = released(tmp_path, steps)

    assert outcome.code == exit_codes.OK, outcome.shown
    assert count(tmp_path) == 1
    assert outcome.steps["one"]["kept"]
    assert "kept" in outcome.out
    assert not outcome.steps["two"]["kept"]


@pytest.mark.parametrize("what", ["step", "variable", "environment", "file", "fresh", "evidence", "age"])
def test_what_passed_is_run_again_when_its_inputs_have_changed(tmp_path: Path, what: str) -> None:
    (tmp_path / "tool.py").write_text(COUNTED)
    steps = "environment = ['MODE']\nkeep_passes_s = 3600\n[variables.a]\ndefault = '1'\n" + command(
        "one", COUNTED, "set = { A = '{a}' }"
    ).replace('"]\n', '", "./tool.py"]\n')
    released(tmp_path, steps)
    arguments, env = [], {}
    if what == "step":
        steps = steps.replace("write('x')", "write('y')")
    elif what == "variable":
        arguments = ["--set=a=2"]
    elif what == "environment":
        env = {"MODE": "other-mode"}
    elif what == "file":
        (tmp_path / "tool.py").write_text(COUNTED + "\n")
    elif what == "fresh":
        arguments = ["--fresh"]
    elif what == "evidence":
        next(tmp_path.glob("reports/release/mine/steps/one/output.log")).write_text("edited")
    elif what == "age":
        steps = steps.replace("keep_passes_s = 3600", "keep_passes_s = 0")
        time.sleep(1.1)
    outcome = released(tmp_path, steps, *arguments, **env)

    assert outcome.code == exit_codes.OK, outcome.shown
    assert count(tmp_path) == 2
    assert released(tmp_path, steps.replace('title = "one"', 'title = "Other words"'), *arguments, **env).code == 0


def test_words_of_a_step_may_change_without_a_new_run(tmp_path: Path) -> None:
    released(tmp_path, command("one", COUNTED))
    outcome = released(tmp_path, command("one", COUNTED).replace('title = "one"', 'title = "Better words"'))

    assert count(tmp_path) == 1
    assert outcome.steps["one"]["title"] == "Better words"


def test_what_needs_a_step_that_was_run_again_is_run_again(tmp_path: Path) -> None:
    steps = command("one", "pass") + command("two", COUNTED, 'needs = ["one"]')
    released(tmp_path, steps)
    released(tmp_path, steps.replace('"pass"', '"1"'))

    assert count(tmp_path) == 2


def test_a_commit_is_an_input_of_a_command_in_a_repository(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *author, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / ".gitignore").write_text("count\nreports\nmine.toml\n")
    counts = []
    for name in ("first", "second"):
        (tmp_path / name).touch()
        git("add", ".")
        git("commit", "-q", "-m", name)
        for _ in range(2):
            released(tmp_path, command("one", COUNTED))
            counts.append(count(tmp_path))

    assert counts == [1, 1, 2, 2]


def waiver(until: str) -> str:
    return f'[waivers.one]\nreason = "the printer is on fire"\nby = "Ada"\nuntil = {until}\n'


def test_a_waiver_lets_a_failure_through_by_name(tmp_path: Path) -> None:
    steps = command("one", FAILS) + command("two", "pass", 'needs = ["one"]') + waiver("2999-01-01")
    outcome = released(tmp_path, steps)

    assert outcome.code == exit_codes.OK, outcome.shown
    assert outcome.statuses == {"one": "waived", "two": "pass"}
    assert "1 waived (one)" in outcome.out
    assert "the printer is on fire" in outcome.members()["release.md"].decode()
    assert outcome.steps["one"]["waiver"]["needed"] is True


@pytest.mark.parametrize("code", [FAILS, "pass"])
def test_an_expired_waiver_is_a_failure_of_its_own(tmp_path: Path, code: str) -> None:
    outcome = released(tmp_path, command("one", code) + command("two", "pass") + waiver("2020-01-01"))

    assert outcome.code == exit_codes.BROKEN, outcome.shown
    assert "its waiver expired (2020-01-01, by Ada): renew it with a reason, or take it out" in outcome.out


def test_when_all_is_waived_nothing_has_passed(tmp_path: Path) -> None:
    outcome = released(tmp_path, command("one", FAILS) + waiver("2999-01-01"))

    assert outcome.code == exit_codes.INCOMPLETE, outcome.shown


def test_a_waiver_that_is_not_needed_changes_nothing(tmp_path: Path) -> None:
    outcome = released(tmp_path, command("one", "pass") + waiver("2999-01-01"))

    assert outcome.statuses == {"one": "pass"}
    assert outcome.steps["one"]["waiver"]["needed"] is False


def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    outcome = released(tmp_path, command("one", "open(ran)") + SIGN + "owner = 'Ada'", "--dry-run")

    assert outcome.code == exit_codes.OK, outcome.shown
    assert "-c 'open(ran)'" in outcome.out
    assert "Is it good?" in outcome.out
    assert {path.name for path in tmp_path.iterdir()} == {"mine.toml"}


MEETS = """
import os, sys, time
open(sys.argv[1], "w").close()
deadline = time.monotonic() + 20
while not os.path.exists(sys.argv[2]) and time.monotonic() < deadline: time.sleep(0.01)
sys.exit(not os.path.exists(sys.argv[2]))
"""


def pair(more: str = "") -> str:
    one, two = (command(name, MEETS, more) for name in ("one", "two"))
    return one.replace('"]\n', '", "a", "b"]\n') + two.replace('"]\n', '", "b", "a"]\n')


def test_independent_steps_run_side_by_side(tmp_path: Path) -> None:
    outcome = released(tmp_path, pair(), "--jobs=2")

    assert outcome.statuses == {"one": "pass", "two": "pass"}, outcome.shown


def test_steps_with_the_same_lock_do_not(tmp_path: Path) -> None:
    steps = pair('lock = "door"').replace("+ 20", "+ 1")

    assert released(tmp_path, steps, "--jobs=2").statuses["one"] == "fail"


def test_one_step_with_what_it_needs(tmp_path: Path) -> None:
    steps = command("one", "pass") + command("two", "pass", 'needs = ["one"]') + command("three", COUNTED)
    outcome = released(tmp_path, steps, "--step=two")

    assert outcome.code == exit_codes.INCOMPLETE
    assert outcome.statuses == {"one": "pass", "two": "pass", "three": "not run"}
    assert released(tmp_path, steps).code == exit_codes.OK
    assert released(tmp_path, steps, "--step=two").code == exit_codes.OK, "three has passed before"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_there_is(tmp_path: Path, number: signal.Signals) -> None:
    waits = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
    checklist(tmp_path, command("one", "print('fine')") + command("two", waits) + command("three", "pass"))
    process = subprocess.Popen(
        [*COMMAND, "release", "--checklist=mine.toml"], cwd=tmp_path, env=environment({}), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not ((tmp_path / "child").exists() and (tmp_path / "child").read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    outcome = Outcome(process.returncode, out, err, tmp_path)

    assert outcome.code == exit_codes.INTERRUPTED, outcome.shown
    assert outcome.statuses == {"one": "pass", "two": "not run", "three": "not run"}
    assert outcome.record["interrupted"] is True
    assert outcome.record["verdict"] == "INCOMPLETE"
    assert release(tmp_path, "verify", str(outcome.bundle)).code == 0
    assert not Path(f"/proc/{(tmp_path / 'child').read_text()}").exists()
    assert "start the same command again" in outcome.out


def test_a_second_run_in_the_same_place_waits_for_nobody(tmp_path: Path) -> None:
    import fcntl

    place = tmp_path / "reports/release/mine"
    place.mkdir(parents=True)
    with (place / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        outcome = released(tmp_path, command("one", "pass"))

    assert "another release run uses" in complaint(outcome)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--checklist=no-such",), "no checklist 'no-such'; use emcp"),
        ((), "--checklist: name one: emcp"),
        (("--checklist=mine.toml", "--set=x=1"), "--set: the checklist has no variable 'x'"),
        (("--checklist=mine.toml", "--set=x"), "write NAME=VALUE"),
        (("--checklist=mine.toml", "--target=http://127.0.0.1:1/"), "no variable 'target'"),
        (("--checklist=mine.toml", "--jobs=0"), "--jobs: '0'"),
        (("--checklist=mine.toml", "--step=tow"), "--step: no step 'tow'"),
        (("--checklist=mine.toml", "--answers=no.toml"), "--answers: no.toml cannot be read"),
        (("verify", "no.zip"), "no.zip: cannot be read"),
    ],
)
def test_wrong_options_are_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    checklist(tmp_path, command("one", "pass"))

    assert told in complaint(release(tmp_path, *arguments))


def test_a_place_that_cannot_be_written_to_is_told_first(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "--output: " in complaint(released(tmp_path, command("one", COUNTED), "--output=file"))
    assert not (tmp_path / "count").exists()


def test_a_damaged_state_means_a_new_run(tmp_path: Path) -> None:
    released(tmp_path, command("one", COUNTED))
    (tmp_path / "reports/release/mine/state.json").write_text("{")

    assert released(tmp_path, command("one", COUNTED)).code == exit_codes.OK
    assert count(tmp_path) == 2


def test_the_summary_of_a_ci_job_gets_the_page(tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    released(tmp_path, command("one", "pass"), GITHUB_STEP_SUMMARY=str(page))

    assert "# GO: Mine" in page.read_text()


PLANTED = "hunter2-hunter2-hunter2"


def test_planted_secrets_are_in_nothing_that_is_kept(tmp_path: Path) -> None:
    """Raw, as Base64 and URL-encoded, in the output, in artifacts, in names of files, and in answers."""
    code = (
        "import base64, json, os; t = os.environ['API_TOKEN']; print(t, base64.b64encode(t.encode()).decode()); "
        "open('report.json', 'w').write(json.dumps({'token': t, 'nested': [t + '!']})); "
        "open('dump.bin', 'wb').write(b'\\xff' + t.encode())"
    )
    named = 'environment = ["API_TOKEN"]\nset = { MY_PASSWORD = "written-down-1" }\n'
    expected = 'artifacts = [{ source = "report.json" }, { source = "dump.bin" }]'
    steps = (
        "[variables.url]\ndefault = 'https://me:pass-word-12345@example.com/'\n"
        + command("one", code, named + expected)
        + command("two", "import os, sys; sys.exit('failed with ' + os.environ['API_TOKEN'])", named)
    )
    outcome = released(tmp_path, steps, API_TOKEN=PLANTED)
    kept = {**outcome.members(), "stdout": outcome.shown.encode()}
    kept |= {str(path): path.read_bytes() for path in tmp_path.glob("reports/**/*") if path.is_file()}

    for secret in (PLANTED, "aHVudGVyMi1odW50ZXIyLWh1bnRlcjI", "pass-word-12345", "written-down-1"):
        assert [name for name, data in kept.items() if secret.encode() in data] == []
    assert b"<redacted>" in kept["steps/one/output.log"]
    assert json.loads(kept["steps/one/seen/report.json"]) == {"token": "<redacted>", "nested": ["<redacted>!"]}
    assert "steps/one/seen/dump.bin" not in kept
    (binary,) = [one for one in outcome.steps["one"]["evidence"] if one["name"] == "dump.bin"]
    assert binary["note"] == "no text, so only its checksum is kept"


HOSTILE = r"</script><script>alert(1)</script> \x1b[31mred\x1b]0;owned\x07 | `code` [link](javascript:a()) @all ]]>"


def test_hostile_output_is_inert_everywhere(tmp_path: Path) -> None:
    code = f"import sys; print('{HOSTILE}' * 200); sys.exit(1)"
    outcome = released(tmp_path, command("one", code))
    members = outcome.members()

    assert b"<script" not in members["release.html"]
    assert members["release.md"].count(b"<script") == members["release.md"].count(rb"\<script") > 0
    for name in ("release.html", "release.md", "release.json", "steps/one/output.log"):
        assert b"\x1b" not in members[name], name
        assert b"\x07" not in members[name], name
    assert "\x1b" not in outcome.out
    assert len(members["release.html"]) < 50_000


def test_a_flood_of_output_is_bounded(tmp_path: Path) -> None:
    code = "import sys\nfor _ in range(300): sys.stdout.write('x' * 99_999 + chr(10))"
    outcome = released(tmp_path, command("one", code))

    assert outcome.code == 0
    assert len(outcome.members()["steps/one/output.log"]) < 6_000_000
