"""The suites over artifacts: what a release engineer runs without a target, and what stands beside documents."""

from pathlib import Path

import pytest

from conformance.contracts.upgrade import versions
from tests.contracts.upgrade.building import ID, everything, write
from tests.plugin.runs import run

ROOT = Path(__file__).parents[3]
SUITES = [str(ROOT / f"suites/contracts/test_{name}.py") for name in ("upgrade", "telemetry")]
MILESTONES = ("state/quality/assessment_log.json", "tests/test_mcp_tools.py", "tests/test_state_persistence.py")


def red(workspace: Path, *evidence: str) -> set[str]:
    """The rules that turn red over a workspace, in a run without a target."""
    given = [f"--evidence={one}" for one in (f"workspace={workspace}", *evidence)]
    options = ("-q", "-p", "no:cacheprovider", "--reports=none", "--profile=upgrade", "--strict-profile")
    outcome = run(workspace, *options, *given, *SUITES)
    verdicts = outcome.verdicts
    assert {one.requirement for one in verdicts if one.status == "pass"}, outcome.shown
    return {one.requirement for one in verdicts if one.status in ("fail", "warn", "error")}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = write(tmp_path)
    for name in (*MILESTONES, "shared/observability/telemetry_summary.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    return root


def test_a_healthy_workspace_is_clean(workspace: Path) -> None:
    rollback, flags = workspace / "state/analytics/rollback_1.json", workspace / "flags.json"

    assert red(workspace, f"rollback={rollback.parent}", f"flags={flags}") == set()


def test_what_is_left_behind_and_what_is_missing(workspace: Path) -> None:
    (workspace / "state/upgrade.lock").write_text("2025-10-22")
    (workspace / "experiments/mcp/upgrade" / ID / "shadow.json").unlink()
    (workspace / MILESTONES[0]).unlink()

    assert red(workspace) == {"upgrade-lock-released", "upgrade-run-complete", "upgrade-milestones-present"}


def test_files_that_are_no_json_are_a_verdict(tmp_path: Path) -> None:
    write(tmp_path, everything())
    directory = tmp_path / "experiments/mcp/upgrade" / ID
    (directory / "preflight.json").write_bytes(b"\xff\xfe\x00")
    (directory / "report.json").write_text('{"status": ')
    found = red(tmp_path)

    assert {"upgrade-preflight-valid", "upgrade-run-documents-valid"} <= found
    assert found <= {"upgrade-preflight-valid", "upgrade-run-documents-valid", "upgrade-milestones-present"}


@pytest.mark.parametrize("text", ["7", '"text"', "[]", "null"])
def test_a_report_of_another_kind_is_told_once(text: str, tmp_path: Path) -> None:
    write(tmp_path, everything())
    (tmp_path / "experiments/mcp/upgrade" / ID / "report.json").write_text(text)

    assert red(tmp_path) == {"upgrade-run-documents-valid", "upgrade-milestones-present"}


@pytest.mark.parametrize(
    ("detected", "constraint", "right"),
    [
        ("24.10.0", "v24.10.0", True), ("24.10.1", "24.10.0", False), ("24.10.0", "24", True),
        ("9.9.9", ">=10.0.0", False), ("11.6.0", ">= 10", True), ("10.0.0", ">=10.0.0", True),
        ("24.10.0", "^24", None), ("24.0.0-rc1", ">=24", None),
        (None, ">=10", None), ("10", ">=9.9.9", True),
    ],
)  # fmt: skip
def test_versions(detected: str | None, constraint: str, right: bool | None) -> None:
    assert versions.satisfies(detected, constraint) is right
