"""The heartbeat that a run has sent, and whose expiry it carries."""

from typing import Any, Final

from conformance.checks.outcomes import not_applicable, not_testable
from conformance.contracts.client.driving import Driver, Seen
from conformance.contracts.client.fake import Arrival
from conformance.contracts.paths import at_path
from conformance.contracts.times import instant

ROUNDING_S: Final = 1.5
"""Writers cut times to the second."""


def with_beat(driver: Driver) -> tuple[Seen, Arrival]:
    seen = driver.healthy()
    if not seen.heartbeats:
        not_testable("no heartbeat arrived, which client-heartbeat-sent tells")
    return seen, seen.heartbeats[-1]


def is_session_expiry(seen: Seen, sent: object) -> bool:
    expires = instant(sent)
    return expires is not None and abs(expires - seen.stage.expires) < ROUNDING_S


def expiry_in(driver: Driver, beat: Arrival) -> Any:
    """The expiry that a heartbeat carries."""
    path = driver.beating.expiry or not_applicable("beats of this profile carry no expiry (heartbeat.expiry)")
    return at_path(beat.document, path)
