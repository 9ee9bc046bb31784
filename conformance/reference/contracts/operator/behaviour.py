"""What the gateway does; the defaults keep every promise of the operator contract."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Acknowledge = Callable[[Json, Json], Any]
"""Turns an acknowledgement and the request behind it into what is sent."""

TOKEN = "reference-connector-credential"
OLD_TOKEN = "reference-credential-before-the-swap"
NEW_TOKEN = "reference-credential-after-the-swap"
STAGE_B = "stage-b-rehearsal"
STAGE_C = "stage-c-prep"


def as_it_is(acknowledgement: Json, request: Json) -> Any:
    return acknowledgement


@dataclass(frozen=True)
class OperatorBehaviour:
    """Durations are in seconds before `scale` is applied. What only stands in documents, such as a rotation window of
    48 hours, is not scaled."""

    scale: float = 0.01
    tokens: tuple[str, ...] = (TOKEN,)
    swap: tuple[str, str] = (OLD_TOKEN, NEW_TOKEN)
    """An old and a new credential: the first use of the new one puts the old one out of force."""
    swap_retires: bool = True
    refuse_without_credential: bool = True
    refuse_wrong_credential: bool = True
    refuse_other_types: bool = True
    refusal_status: int = 401
    contexts: tuple[str, ...] = (STAGE_B, STAGE_C)
    grant_unasked: tuple[str, ...] = ()
    """Contexts that are granted although nobody asked for them."""
    credential_hours: float = 48
    stale: Literal["reject", "reject-context", "accept"] = "reject"
    unchecked: tuple[str, ...] = ()
    """Dotted paths of members of a handshake that have to be there, and are not looked at."""
    optional: tuple[str, ...] = ()
    """Dotted paths of members of a handshake that need not be there."""
    closed: bool = False
    """Refuse members that the schema does not know."""
    unreadable_status: int = 400
    """For a body that is no JSON object of the right type."""
    methods: tuple[str, ...] = ("POST",)
    acknowledge: Acknowledge = as_it_is
    handshake_status: int = 200
    handshake_delay_s: float = 0
    refused_connectors: tuple[str, ...] = ()
    beat_status: int = 202
    beat_body: bytes = b'{"status":"accepted"}'
    beat_delay_s: float = 0
    beat_unchecked: tuple[str, ...] = ()
    """Members of a heartbeat that have to be there, and are not looked at."""
    beat_optional: tuple[str, ...] = ()
    """Members of a heartbeat that need not be there."""
    beat_closed: bool = False
    beats_allowed: int | None = None
    """Heartbeats of one session that are taken."""
    refuse_expired: bool = True
    refuse_other_expiry: bool = True
    interval_s: float = 30
    misses: int = 3
    """Beats that may be missed before the status page shows an alert."""
    show_misses: bool = True
    health_status: int = 200
    health_refusal: int = 401
    commands_checked: bool = True
    permissions_checked: bool = True
    command_id: str = ""
    """Of every command; empty: a new one each time."""
    metadata_checked: bool = True
    summary_lacks: tuple[str, ...] = ()
