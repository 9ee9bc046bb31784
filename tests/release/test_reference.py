"""The built-in checklists on the systems of the reference server: GO there, NO-GO with a fault, INCOMPLETE without
evidence.

The lists of eMCP, of the operator and of Level 3 wait for windows and cadences; all of them are run with
CONFORMANCE_EXACT=1, and else the parts that faults are held against.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from conformance import exit_codes
from conformance.reference.embedded import Embedded
from tests.release import repositories
from tests.release.runs import PYTHON, Outcome, release

EXACT = os.environ.get("CONFORMANCE_EXACT") == "1"
PLACES: Mapping[str, Callable[[Path], dict[str, str]]] = {
    "emcp": repositories.emcp, "operator": repositories.operator, "upgrade": repositories.upgrade,
    "level3": repositories.level3,
}  # fmt: skip
MANUAL = {
    "emcp": ("release-ready",),
    "operator": ("readiness", "timeline", "rollback-rehearsed", "closure"),
    "upgrade": ("determinism", "schema-contract", "promoted", "stable"),
    "level3": ("window", "changed", "engine-targets", "on-call", "daily", "closed"),
}
ENDPOINTS = {"emcp": "/api/v1/mcp/fast", "operator": "", "upgrade": "/active/mcp", "level3": ""}
ENVIRONMENT = {
    "emcp": {"EMCP_MANAGER_COOKIE": "evo_session=manager", "EMCP_MANAGER_PATH": "{mount}/emcp/fast"},
    "operator": {
        "MCP_CONNECTOR_TOKEN": "reference-connector-credential", "SMOKE_SCALE": "0.02",
        "MCP_SMOKE_COMMAND": f"{PYTHON} -m conformance.reference.contracts.operator.smoke --json",
    },
}  # fmt: skip


def released(
    embedded: Embedded, root: Path, system: str, *arguments: str, mount: str = "", answered: bool = True,
    without: tuple[str, ...] = (),
) -> Outcome:  # fmt: skip
    """The release of a system; `mount` is where a fault of it stands, `without` what is not there."""
    mount = mount or f"/contracts/{system}"
    target = embedded.url(mount + ENDPOINTS[system])
    values = {"target": target, **PLACES[system](root)}
    if system == "upgrade":
        values |= {"canary": embedded.url(f"{mount}/canary/mcp"), "drill_target": target}
    for path in without:
        (root / path).unlink()
    given = [f"--set={name}={value}" for name, value in values.items()]
    if answered:
        given.append(f"--answers={repositories.answers(root / 'answers.toml', *MANUAL[system])}")
    env = {name: value.format(mount=mount) for name, value in ENVIRONMENT.get(system, {}).items()}
    env["PATH"] = repositories.path_with(root)
    return release(root, f"--checklist=reference-{system}", "--jobs=2", *given, *arguments, env=env)


@pytest.mark.parametrize(
    "system",
    [
        "upgrade",
        *(
            pytest.param(system, marks=pytest.mark.skipif(not EXACT, reason="takes minutes; CONFORMANCE_EXACT=1"))
            for system in ("emcp", "operator", "level3")
        ),
    ],
)
def test_go_on_the_reference_system(system: str, embedded: Embedded, tmp_path: Path) -> None:
    outcome = released(embedded, tmp_path, system)

    assert outcome.code == exit_codes.OK, outcome.shown
    failed = {name: step["reason"] for name, step in outcome.steps.items() if step["status"] in ("fail", "blocked")}
    assert failed == {}
    verified = release(tmp_path, "verify", str(outcome.bundle))
    assert verified.code == 0, verified.shown


@pytest.mark.parametrize(
    ("system", "fault", "step", "rule"),
    [
        ("emcp", "writing-tool-not-denied", "secure-defaults", "emcp-tool-denied"),
        ("emcp", "session-header-dropped", "runtime", "emcp-session-header"),
        ("emcp", "conflict-as-success", "idempotency", "idempotency-conflict"),
        ("operator", "credential-optional", "handshake", "handshake-credential-needed"),
        ("operator", "authenticated-as-text", "handshake", "handshake-authenticated"),
        ("upgrade", "canary-drifts", "parity", "parity-results-equal"),
        ("level3", "level3-critical-alert-fires", "alerts-before", "alerts-none-critical"),
        ("level3", "level3-never-ready", "smoke", "health-ready-answers"),
    ],
)
def test_no_go_with_a_fault(system: str, fault: str, step: str, rule: str, embedded: Embedded, tmp_path: Path) -> None:
    outcome = released(embedded, tmp_path, system, f"--step={step}", mount=f"/contract-faults/{fault}")

    assert outcome.code == exit_codes.BROKEN, outcome.shown
    assert outcome.record["verdict"] == "NO-GO"
    assert outcome.statuses[step] == "fail"
    assert rule in outcome.steps[step]["reason"]
    assert "NO-GO" in outcome.out


@pytest.mark.parametrize(
    ("system", "step", "without"),
    [
        ("emcp", "clean-install", ("demo/clean-install.log",)),
        ("emcp", "migrations", ("build/migrations",)),
        ("emcp", "benchmark", ("build/benchmarks/leaderboard.md",)),
        ("operator", "rehearsal-receipts", ("logs/stage_b/20260131T120000Z/crown_handshake_smoke.json",)),
        ("operator", "packet", ("logs/stage_b_rehearsal_packet.json",)),
        ("upgrade", "drills", ("experiments/mcp/failover_test.json",)),
        ("level3", "backup", ("dumps/jobs.json",)),
    ],
)
def test_incomplete_on_missing_evidence(
    system: str, step: str, without: tuple[str, ...], embedded: Embedded, tmp_path: Path
) -> None:
    outcome = released(embedded, tmp_path, system, f"--step={step}", without=without)

    assert outcome.code == exit_codes.INCOMPLETE, outcome.shown
    assert outcome.record["verdict"] == "INCOMPLETE"
    assert outcome.statuses[step] == "incomplete", outcome.steps[step]


@pytest.mark.parametrize(
    ("path", "document", "step"),
    [
        ("logs/stage_b/20260131T120000Z/operator_api_smoke.json", '{"doctrine_failures": ["x"]}', "rehearsal-receipts"),
        ("bin/python", "#!/bin/sh\necho '{}'\n", "smoke"),
    ],
)
def test_no_go_with_wrong_evidence(
    path: str, document: str, step: str, embedded: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = repositories.operator

    def with_defect(root: Path) -> dict[str, str]:
        values = made(root)
        (root / path).write_text(document)
        return values

    monkeypatch.setitem(PLACES, "operator", with_defect)
    outcome = released(embedded, tmp_path, "operator", f"--step={step}")

    assert outcome.code == exit_codes.BROKEN, outcome.shown
    assert outcome.statuses[step] == "fail"


def test_nobody_has_signed(embedded: Embedded, tmp_path: Path) -> None:
    outcome = released(embedded, tmp_path, "level3", "--step=on-call", answered=False)

    assert outcome.code == exit_codes.INCOMPLETE, outcome.shown
    assert outcome.statuses["on-call"] == "incomplete"
