"""Each fault turns exactly its requirement red; each legal oddity, and the healthy server, leave everything green.

By default a fault is first held against the checks of its area, and only if none of them turns red against all of them,
because some rules are judged on the traffic of every check. With CONFORMANCE_EXACT=1 every fault is held against
everything, under the newest revision of each era, so that red elsewhere is seen too (half an hour).
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.protocol.revisions import era_of
from conformance.reference import catalogue
from conformance.reference.embedded import Embedded
from conformance.requirements import load
from tests.detection.conftest import Judge, files_of, red, shown

FAULTS = catalogue.faults()
ODDITIES = catalogue.oddities()
SEEN_IN = json.loads((Path(__file__).parent / "seen_in.json").read_text())
"""Files of the suites in whose traffic a fault shows that the checks of its area do not see; it only saves time."""

EXACT = os.environ.get("CONFORMANCE_EXACT") == "1"


def newest_of_each_era(fault: catalogue.Fault) -> list[str]:
    """Where a fault is looked at: the newest legacy and the newest modern revision that it exists in.

    A fault beyond the revisions of its rule takes those away, which only a run over all revisions shows.
    """
    ruled = set(load()[fault.breaks].revisions)
    if fault.revisions > ruled:
        return []
    newest = {era_of(revision): revision for revision in sorted(fault.revisions & ruled)}
    return [f"--revision={revision}" for revision in newest.values()]


@pytest.mark.parametrize("id", FAULTS)
def test_fault_turns_exactly_its_requirement_red(id: str, embedded: Embedded, judge: Judge) -> None:
    fault = FAULTS[id]

    found: dict[str, list[str]] = {}
    for arguments, suites in stages(fault):
        found = found or red(judge(embedded.fault(id), *arguments, suites=suites))

    assert set(found) == {fault.breaks}, shown(found)


def stages(fault: catalogue.Fault) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Arguments and suites that a fault is held against, one after another until something turns red."""
    revisions, rule = newest_of_each_era(fault), load()[fault.breaks]
    if not EXACT:
        if suites := files_of(area_of(rule.id)):
            yield [*revisions[-1:], f"--requirement={rule.id}", f"--area={rule.area}"], suites
        if suites := tuple(SEEN_IN.get(fault.id, ())):
            yield revisions[-1:], suites
        yield revisions[-1:], ("",)
    yield revisions, ("",)


def area_of(requirement: str) -> set[str]:
    return {rule.id for rule in load().values() if rule.area == load()[requirement].area}


@pytest.mark.parametrize("id", ODDITIES)
def test_oddity_stays_green(id: str, embedded: Embedded, judge: Judge) -> None:
    newest = {era_of(revision): revision for revision in sorted(ODDITIES[id].revisions)}

    found = red(judge(embedded.oddity(id), *(f"--revision={revision}" for revision in newest.values())))

    assert not found, shown(found)


def test_healthy_server_is_clean(embedded: Embedded, judge: Judge) -> None:
    found = red(judge(embedded.url()))

    assert not found, shown(found)
