"""Each fault of a system turns its contract rule red; each oddity, and the healthy systems, stay clean.

By default a fault is held against the check of its rule. With CONFORMANCE_EXACT=1 it is held against its whole
contract, so that red elsewhere is seen too; windows and cadences make that long.
"""

import pytest

from conformance.contracts.rules import load
from conformance.reference.contracts import catalogue
from conformance.reference.contracts.mounts import FAULT, HEALTHY, ODDITY
from conformance.reference.embedded import Embedded
from tests.detection.conftest import Judge, files_of, red, shown
from tests.detection.test_faults import EXACT

FAULTS = catalogue.contract_faults()
ODDITIES = catalogue.contract_oddities()
ENDPOINTS = {"emcp": "api/v1/mcp/fast", "upgrade": "active/mcp"}
"""Where the target of a system is below its mount."""

EVERYTHING = ("--allow-writes", "--allow-noisy", "--allow-destructive")


def url_of(embedded: Embedded, kind: str, name: str, system: str) -> str:
    return embedded.url(f"/{kind}/{name}/{ENDPOINTS.get(system, '')}")


@pytest.mark.parametrize("id", FAULTS)
def test_contract_fault_turns_exactly_its_rule_red(id: str, embedded: Embedded, judge: Judge) -> None:
    fault = FAULTS[id]
    chosen = f"--area={load()[fault.breaks].contract}" if EXACT else f"--requirement={fault.breaks}"
    suites = ("contracts",) if EXACT else files_of({fault.breaks})

    found = red(judge(url_of(embedded, FAULT, id, fault.system), *profile(fault.system), chosen, suites=suites))

    assert set(found) == {fault.breaks}, shown(found)


@pytest.mark.parametrize("id", ODDITIES)
def test_contract_oddity_stays_green(id: str, embedded: Embedded, judge: Judge) -> None:
    system = ODDITIES[id].system

    found = red(judge(url_of(embedded, ODDITY, id, system), *profile(system), suites=("contracts",)))

    assert not found, shown(found)


@pytest.mark.parametrize("system", catalogue.systems())
def test_healthy_system_is_clean(system: str, embedded: Embedded, judge: Judge) -> None:
    found = red(judge(url_of(embedded, HEALTHY, system, system), *profile(system), suites=("contracts",)))

    assert not found, shown(found)


def profile(system: str) -> tuple[str, ...]:
    return (f"--profile=reference-{system}", "--strict-profile", *EVERYTHING)
