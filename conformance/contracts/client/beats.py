"""The heartbeat that a run has sent, and whose expiry it carries."""

from typing import Final

from conformance.checks.outcomes import not_testable
from conformance.contracts.client.driving import Driver, Seen
from conformance.contracts.client.fake import Arrival
from conformance.contracts.times import instant

EXPIRY: Final = "credential_expiry"
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
