"""The GitHub action: its shape, its documentation, and its steps, which are really run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from conformance import exit_codes
from conformance.reference.embedded import Embedded, start_embedded
from tests.ci.steps import ACTION, ROOT, SHELL_STEPS, STEPS, Ended, programs, run_step
from tests.docs.pages import rows, text_of

PAGE = "ci/github.md"
PING = "--requirement=ping-respond-empty"


@pytest.fixture(scope="module")
def embedded() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


def judge(directory: Path, env: Mapping[str, str] | None = None, **inputs: str) -> Ended:
    values = {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    return run_step("judge", directory, {"steps.install.outputs.programs": programs(), **values}, env)


def test_inputs_reach_the_shell_as_variables_only() -> None:
    assert len(SHELL_STEPS) == 3
    for one in SHELL_STEPS:
        assert "${{" not in one["run"]
        assert "eval" not in one["run"]
        assert one["shell"] == "bash"


def test_actions_that_it_uses_are_pinned_to_a_commit() -> None:
    used = [one["uses"] for one in STEPS if "uses" in one]
    assert len(used) == 2
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name) for name in used), used


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_the_page_has_each_input_and_output(kind: str) -> None:
    section = text_of(PAGE).partition(f"\n## {kind.capitalize()}\n")[2].partition("\n## ")[0]
    listed = {cells[0].strip("`"): cells for cells in rows(section)}
    assert listed.keys() == ACTION[kind].keys()
    for name, about in ACTION[kind].items():
        if about.get("default"):
            assert listed[name][2] == f"`{about['default']}`"


def test_a_healthy_target_is_judged(embedded: Embedded, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    ended = judge(tmp_path, {"GITHUB_STEP_SUMMARY": str(summary)}, target=embedded.url(), options=PING)
    directory = "mcp-conformance-reports"
    assert ended.code == 0, ended.shown
    assert ended.outputs == {
        "exit-code": "0", "conforms": "true",
        "report": f"{directory}/report.html", "verdicts": f"{directory}/verdicts.json",
    }  # fmt: skip
    assert {"junit.xml", "results.sarif", "summary.md"} <= {path.name for path in (tmp_path / directory).iterdir()}
    assert embedded.url() in summary.read_text(encoding="utf-8")


def test_a_broken_target_is_told_and_fails_at_the_end(embedded: Embedded, tmp_path: Path) -> None:
    target = embedded.fault("notification-answered-200")
    ended = judge(tmp_path, target=target, options="--requirement=http-notification-202-empty")
    assert ended.code == 0, "the reports are to be uploaded first"
    assert (ended.outputs["exit-code"], ended.outputs["conforms"]) == ("1", "false")
    code = {"steps.judge.outputs.exit-code": ended.outputs["exit-code"]}
    assert run_step("result", tmp_path, code).code == exit_codes.BROKEN
    assert run_step("result", tmp_path, {**code, "inputs.fail": "false"}).code == 0


def test_a_baseline_accepts_what_is_broken_and_conforms_stays_false(embedded: Embedded, tmp_path: Path) -> None:
    target, options = embedded.fault("notification-answered-200"), "--requirement=http-notification-202-empty"
    (tmp_path / "baseline.toml").write_text(
        f"""[[baseline]]
        requirement = "http-notification-202-empty"
        target = "{target}"
        reason = "known"
        owner = "platform"
        expires = {date.today() + timedelta(days=7)}
        """,
        encoding="utf-8",
    )
    ended = judge(tmp_path, target=target, options=options, baseline="baseline.toml")
    assert (ended.outputs["exit-code"], ended.outputs["conforms"]) == ("0", "false"), ended.shown


def test_every_input_arrives_as_one_word(embedded: Embedded, tmp_path: Path) -> None:
    """Options are lines: spaces, quotes, patterns and what looks like a command are text."""
    options = f"\n  {PING}  \r\n\n--target-header=X-Text: a 'b' \"c\" $(touch ran) `touch ran` * ; touch ran\n"
    ended = judge(
        tmp_path, target=embedded.url(), revision="2025-11-25", options=options, reports="none", report_dir="a b",
    )  # fmt: skip
    assert ended.outputs["exit-code"] == "0", ended.shown
    assert ended.outputs.keys() == {"exit-code", "conforms", "verdicts"}
    found = json.loads((tmp_path / "a b/verdicts.json").read_text(encoding="utf-8"))
    assert {one["revision"] for one in found["verdicts"]} == {"2025-11-25"}
    assert {one["nodeid"].partition("::")[0] for one in found["verdicts"] if one["nodeid"].startswith("suites")} == {
        "suites/protocol/test_ping.py"
    }
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["target", "revision", "profile", "baseline", "token-env", "reports"])
def test_an_input_that_is_a_command_is_not_run(name: str, tmp_path: Path) -> None:
    given = {"target": "http://127.0.0.1:9/mcp", name.replace("-", "_"): "$(touch ran);touch ran\n"}
    ended = judge(tmp_path, None, **given)
    assert ended.outputs["exit-code"] in ("4", "6"), ended.shown
    assert not (tmp_path / "ran").exists()


def test_a_report_directory_cannot_add_outputs(tmp_path: Path) -> None:
    ended = judge(tmp_path, target="http://127.0.0.1:9/mcp", report_dir="reports\nconforms=true")
    assert ended.code == exit_codes.USAGE
    assert ended.outputs == {}


def test_results_of_an_earlier_run_are_not_taken_for_those_of_this_one(embedded: Embedded, tmp_path: Path) -> None:
    assert judge(tmp_path, target=embedded.url(), options=PING).outputs["conforms"] == "true"
    ended = judge(tmp_path, target="http://127.0.0.1:9/mcp")
    assert ended.outputs == {"exit-code": "6"}


@pytest.mark.parametrize("how", ["token", "variable"])
def test_a_token_is_used_and_shown_nowhere(how: str, embedded: Embedded, tmp_path: Path) -> None:
    secret = "s3cr3t-token-of-this-test"
    given = {"token": secret} if how == "token" else {"token_env": "STAGING"}
    target = embedded.fault("notification-answered-200")
    options = "--requirement=http-notification-202-empty"
    ended = judge(tmp_path, {"STAGING": secret}, target=target, options=options, **given)
    assert ended.outputs["exit-code"] == "1", ended.shown
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "mcp-conformance-reports").iterdir())
    assert secret not in ended.shown + written
    assert "authorization: <redacted>" in written


@pytest.mark.parametrize("version", ["0.1.0 --index-url=http://127.0.0.1:9", "git+https://example.com/x", "$(id)"])
def test_a_version_is_a_release_and_nothing_else(version: str, tmp_path: Path) -> None:
    values = {"steps.python.outputs.python-path": sys.executable, "inputs.version": version}
    ended = run_step("install", tmp_path, values)
    assert ended.code == exit_codes.USAGE
    assert "release such as" in ended.shown


NEEDED = ("conformance/", "schemas/", "suites/", "pyproject.toml", "README.md", "LICENSE")


def copied(to: Path) -> Path:
    """What the image and the action need of the repository, as git has it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name.startswith(NEEDED):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes((ROOT / name).read_bytes())
    return to


def test_the_code_of_the_action_is_installed(tmp_path: Path) -> None:
    values = {
        "steps.python.outputs.python-path": sys.executable, "github.action_path": os.fspath(copied(tmp_path / "code")),
    }  # fmt: skip
    ended = run_step("install", tmp_path, values)
    if ended.code and "No matching distribution" in ended.shown:
        pytest.skip("no package index can be reached")
    assert ended.code == 0, ended.shown
    command = [os.fspath(Path(ended.outputs["programs"], "mcp-conformance")), "explain", "ping-respond-empty"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "tested by suites/protocol/test_ping.py" in told, "the suites are part of what is installed"
