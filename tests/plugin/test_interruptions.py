"""Runs that do not come to their end: nothing that was judged is lost, and nothing that was not is called a success."""

import signal
import time
from pathlib import Path

import pytest

from conformance.reference.embedded import Embedded
from tests.plugin.runs import PYTEST, run, run_and_signal
from tests.plugin.targets import Target, small_target

PAGES = ("ping", "lifecycle", "tools", "pagination", "completion")
FAULTLESS = tuple(f"suites/protocol/test_{page}.py" for page in PAGES)
"""Pages that the small target keeps to, ping first."""
SLOWLY = ("--max-rps=30", "--revision=2025-06-18", "-q")


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_ctrl_c_keeps_what_was_judged(tmp_path: Path, embedded: Embedded, workers: tuple[str, ...]) -> None:
    outcome = run_and_signal(tmp_path, signal.SIGINT, f"--target={embedded.url()}", *SLOWLY, *workers)

    assert outcome.code == 2, outcome.shown
    assert outcome.report["summary"]["complete"] is False
    assert outcome.report["summary"]["conforms"] is False
    assert len(outcome.verdicts) >= 3


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_sigterm_is_taken_like_ctrl_c(tmp_path: Path, embedded: Embedded, workers: tuple[str, ...]) -> None:
    outcome = run_and_signal(tmp_path, signal.SIGTERM, f"--target={embedded.url()}", *SLOWLY, *workers)

    assert outcome.code == 2, outcome.shown
    assert outcome.report["summary"]["complete"] is False
    assert outcome.report["summary"]["exit_code"] == 2
    assert sum(outcome.report["summary"]["counts"].values()) == len(outcome.verdicts) >= 3
    assert (tmp_path / "reports/report.html").is_file()


def test_checks_that_no_worker_is_left_for_are_marked(tmp_path: Path, small: Target) -> None:
    crash = "import os\n\ndef pytest_runtest_call(item):\n    if 'ping' in item.name: os._exit(9)\n"
    (tmp_path / "crasher.py").write_text(crash)

    outcome = run(
        tmp_path, f"--target={small.url}", "--revision=2025-06-18", "--area=ping", "--area=tools", "-q",
        "-n", "2", "--max-worker-restart=0", "-p", "crasher", env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip

    assert outcome.code == 3, outcome.shown
    assert outcome.report["summary"]["complete"] is False
    checks = [one for one in outcome.verdicts if not one.nodeid.startswith("traffic::")]
    died = [one for one in checks if one.status == "error"]
    stranded = [one for one in checks if one.blocked_by == "WorkerLost"]
    assert [one.requirement for one in died] == ["ping-respond-empty"]
    assert stranded, outcome.shown
    assert all(one.revision == "2025-06-18" and one.reason for one in stranded)
    assert len({one.nodeid for one in checks}) == len(checks)
    collected = run(tmp_path, f"--target={small.url}", "--revision=2025-06-18", "--area=ping", "--area=tools",
                    "-q", "--collect-only")  # fmt: skip
    assert len(checks) == sum("::" in line for line in collected.out.splitlines())


LIMITED = ("sh", "-c", 'ulimit -f "$0"; exec "$@"')
"""`LIMITED BLOCKS COMMAND…`: no file of the command may grow beyond so many blocks of 512 bytes."""


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
@pytest.mark.parametrize("kinds", ["none", "html,junit"])
def test_a_full_disk_ends_the_record_and_not_the_run(tmp_path: Path, kinds: str, workers: tuple[str, ...]) -> None:
    with small_target(wrong_ping=True) as target:
        outcome = run(
            tmp_path, f"--target={target.url}", "--revision=2025-06-18", f"--reports={kinds}", *workers,
            command=(*LIMITED, "60", *PYTEST),
        )  # fmt: skip

    assert outcome.code == 3, outcome.shown
    (warning,) = [line for line in outcome.out.splitlines() if "verdicts.json cannot be written" in line]
    assert "File too large" in warning
    assert f"it keeps {len(outcome.verdicts)} verdicts, marked incomplete" in warning
    assert len(outcome.verdicts) > 20
    assert outcome.report["summary"] == {"complete": False}
    assert "FAIL ping-respond-empty" in outcome.out, "what came after that is on the terminal"
    assert "INTERNALERROR" not in outcome.shown
    assert not list((tmp_path / "reports").glob(".*")), "nothing half written is left behind"


def test_no_space_from_the_beginning_is_said_and_the_run_goes_on(tmp_path: Path, small: Target) -> None:
    (tmp_path / "reports").write_text("a file where the directory should be")

    outcome = run(tmp_path, f"--target={small.url}", "--revision=2025-06-18", "--area=ping", "--reports=none")

    assert outcome.code == 3, outcome.shown
    assert "verdicts.json cannot be written" in outcome.out
    assert "nothing of this run is kept" in outcome.out
    assert "conforms, as far as it was judged" in outcome.out


def test_a_killed_run_leaves_a_whole_file(tmp_path: Path, embedded: Embedded) -> None:
    outcome = run_and_signal(tmp_path, signal.SIGKILL, f"--target={embedded.url()}", *SLOWLY)

    assert len(outcome.verdicts) >= 3
    assert outcome.report["summary"] == {"complete": False}


def test_a_target_that_goes_away_blocks_the_rest(tmp_path: Path) -> None:
    began = time.monotonic()
    with small_target(lives=40) as target:
        outcome = run(tmp_path, f"--target={target.url}", "--revision=2025-06-18", *FAULTLESS, "-q")

    assert outcome.code == 6, outcome.shown
    assert "the target was lost on the way" in outcome.out
    lost = [one for one in outcome.verdicts if one.blocked_by == "TargetLost"]
    assert lost
    assert not [one for one in outcome.verdicts if one.red], outcome.out
    assert time.monotonic() - began < 60


def test_what_failed_before_the_target_went_away_still_counts(tmp_path: Path) -> None:
    with small_target(lives=40, wrong_ping=True) as target:
        outcome = run(tmp_path, f"--target={target.url}", "--revision=2025-06-18", *FAULTLESS, "-q")

    assert outcome.code == 1, outcome.shown
    assert "FAIL ping-respond-empty" in outcome.out


def test_a_used_up_budget_blocks_the_rest(tmp_path: Path, small: Target) -> None:
    outcome = run(
        tmp_path, f"--target={small.url}", "--revision=2025-06-18", "--area=lifecycle", "--request-budget=15", "-q"
    )

    assert "--request-budget" in outcome.out
    assert [one for one in outcome.verdicts if one.blocked_by == "BudgetExhausted"]
    assert outcome.report["summary"]["requests"] <= 15


def test_stopping_at_the_first_failure_is_not_a_complete_run(tmp_path: Path) -> None:
    with small_target(wrong_ping=True) as target:
        outcome = run(tmp_path, f"--target={target.url}", "--revision=2025-06-18", "--area=ping", "--area=tools", "-x")

    assert outcome.code == 1, outcome.shown
    assert outcome.report["summary"]["complete"] is False


def test_the_rate_is_kept(tmp_path: Path) -> None:
    with small_target() as target:
        began = time.monotonic()
        outcome = run(tmp_path, f"--target={target.url}", "--revision=2025-06-18", "--area=ping", "--max-rps=10", "-q")
        elapsed = time.monotonic() - began

        assert outcome.code == 0, outcome.shown
        assert len(target.seen) <= 10 * elapsed + 2
