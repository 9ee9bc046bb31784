"""Our smoke command keeps every rule, and each of its faults breaks the one rule that it is made for."""

from pathlib import Path

import pytest

from conformance.contracts.client.judges import JUDGES
from conformance.reference.contracts.operator.smoke import FAULTS
from tests.contracts.client.driving import broken, driver

SLOW = ("client-times-out", "client-heartbeat-cadence")
"""Judged where they matter: they wait for time-outs and intervals."""


def test_the_command_keeps_every_rule(tmp_path: Path) -> None:
    driven = driver(directory=tmp_path)

    assert broken(driven) == {}
    assert (tmp_path / "ledger.jsonl").exists()


def test_every_rule_can_be_judged(tmp_path: Path) -> None:
    driven = driver(directory=tmp_path)

    assert [list(judge(driven)) for id, judge in JUDGES.items() if id not in SLOW] == [[]] * (len(JUDGES) - len(SLOW))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_breaks_its_rule_alone(fault: str, tmp_path: Path) -> None:
    rule, _ = FAULTS[fault]
    without = tuple(id for id in SLOW if id != rule)

    assert list(broken(driver(f"--fault {fault}", directory=tmp_path), without=without)) == [rule]


def test_every_rule_has_a_fault() -> None:
    assert {rule for rule, _ in FAULTS.values()} == set(JUDGES)
