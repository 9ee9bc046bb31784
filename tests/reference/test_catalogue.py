"""Every fault and every oddity changes the wire where it applies, and nowhere else."""

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest

import httpx
import pytest

from conformance.protocol.revisions import REVISIONS
from conformance.reference.catalogue import Fault, Oddity, fault, faults, oddities
from conformance.reference.embedded import Embedded, start_embedded
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import results
from conformance.requirements.registry import load

from .battery import transcript


@pytest.fixture(scope="module")
def fresh() -> Iterator[Embedded]:
    """A server whose endpoints nobody else has used, so that equal exchanges have equal transcripts."""
    with start_embedded() as running:
        yield running


@pytest.fixture(scope="module")
def patient() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


_healthy = cache(lambda http, url, revision: tuple(transcript(http, url, revision)))


def _differs(http: httpx.Client, server: Embedded, url: str, revision: str) -> bool:
    healthy = _healthy(http, server.url(), revision)
    return any(ours != theirs for ours, theirs in zip_longest(healthy, transcript(http, url, revision)))


@pytest.mark.parametrize("known", faults().values(), ids=lambda known: known.id)
def test_fault_breaks_a_known_requirement_in_its_revisions(known: Fault) -> None:
    assert known.revisions <= set(load()[known.breaks].revisions)


@pytest.mark.parametrize("known", faults().values(), ids=lambda known: known.id)
def test_fault_changes_the_wire(known: Fault, patient: httpx.Client, fresh: Embedded) -> None:
    assert any(_differs(patient, fresh, fresh.fault(known.id), revision) for revision in known.revisions)


@pytest.mark.parametrize("known", oddities().values(), ids=lambda known: known.id)
def test_oddity_changes_the_wire(known: Oddity, patient: httpx.Client, fresh: Embedded) -> None:
    assert any(_differs(patient, fresh, fresh.oddity(known.id), revision) for revision in known.revisions)


@pytest.mark.parametrize("revision", REVISIONS)
def test_healthy_transcript_is_reproducible(patient: httpx.Client, fresh: Embedded, revision: str) -> None:
    assert not _differs(patient, fresh, fresh.url(), revision)


def test_fault_leaves_other_revisions_alone(patient: httpx.Client, fresh: Embedded) -> None:
    known = faults()["event-ids-repeat"]

    assert "2026-07-28" not in known.revisions
    assert not _differs(patient, fresh, fresh.fault(known.id), "2026-07-28")


def test_an_id_is_declared_once() -> None:
    taken = next(iter(faults()))

    def again(result: Message, request: Request) -> None:
        """Never registered."""

    with pytest.raises(ValueError, match=taken):
        fault(breaks="anything", id=taken)(results()(again))


def test_a_fault_needs_a_description() -> None:
    def silent(result: Message, request: Request) -> None:
        pass

    with pytest.raises(ValueError, match="description"):
        fault(breaks="anything")(results()(silent))
