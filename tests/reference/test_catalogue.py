"""The catalogue: what a declaration has to say, and that a fault acts in its revisions only.

That each fault shows on the wire is proven in tests/detection, where it turns its requirement red.
"""

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest

import httpx
import pytest

from conformance.protocol.revisions import REVISIONS
from conformance.reference.catalogue import Fault, fault, faults
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
def test_fault_acts_where_its_requirement_exists(known: Fault) -> None:
    assert known.revisions & set(load()[known.breaks].revisions)


@pytest.mark.parametrize("revision", REVISIONS)
def test_healthy_transcript_is_reproducible(patient: httpx.Client, fresh: Embedded, revision: str) -> None:
    assert not _differs(patient, fresh, fresh.url(), revision)


def test_fault_leaves_other_revisions_alone(patient: httpx.Client, fresh: Embedded) -> None:
    known = next(one for one in faults().values() if one.breaks == "http-event-id-unique")

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
