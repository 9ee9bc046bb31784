"""Each fault turns exactly its requirement red; each legal oddity, and the healthy server, leave everything green."""

import pytest

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference import catalogue
from conformance.reference.embedded import Embedded
from conformance.requirements import load
from tests.detection.conftest import Judge, red, shown

FAULTS = catalogue.faults()
ODDITIES = catalogue.oddities()


def newest_of_each_era(revisions: frozenset[str] | tuple[str, ...]) -> list[str]:
    """Where a fault is looked at: the newest legacy and the newest modern revision that it exists in."""
    eras = ([revision for revision in era if revision in revisions] for era in (LEGACY, MODERN))
    return [f"--revision={era[-1]}" for era in eras if era]


@pytest.mark.parametrize("id", FAULTS)
def test_fault_turns_exactly_its_requirement_red(id: str, embedded: Embedded, judge: Judge) -> None:
    fault = FAULTS[id]
    rule = load()[fault.breaks]
    concerned = [revision for revision in rule.revisions if not fault.revisions or revision in fault.revisions]

    found = red(judge(embedded.fault(id), *newest_of_each_era(tuple(concerned))))

    assert set(found) == {fault.breaks}, shown(found)


@pytest.mark.parametrize("id", ODDITIES)
def test_oddity_stays_green(id: str, embedded: Embedded, judge: Judge) -> None:
    found = red(judge(embedded.oddity(id)))

    assert not found, shown(found)


def test_healthy_server_is_clean(embedded: Embedded, judge: Judge) -> None:
    found = red(judge(embedded.url()))

    assert not found, shown(found)
