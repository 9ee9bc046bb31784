"""The section `[handshake]` of a profile: what is sent to open a session, and what an acknowledgement holds.

Paths are dotted; an empty one is not promised. Durations are in seconds.
"""

from typing import Any

from msgspec import Struct


class Handshake(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`connectors` are the request bodies by the name of their sender. In their texts `{now}` stands for the present,
    as `YYYY-MM-DDTHH:MM:SSZ`, and `{NAME}` for a variable of the profile."""

    route: str = "handshake"
    switched_on: str = "1"
    """What the switch of the connectors says; anything but 1 leaves the gateway alone."""

    connectors: dict[str, dict[str, Any]] = {}
    connector: str = ""
    """The sender that most checks use; empty: the first."""
    overrides: dict[str, Any] = {}
    """Laid over every body. A text takes the type of the member that it replaces, as it may come from a variable."""

    identity: str = "identity"
    rotation: str = "rotation"
    rotation_required: tuple[str, ...] = ("last_rotated", "rotation_window", "supports_hot_swap", "token_hint")
    last_rotated: str = "rotation.last_rotated"
    rotation_window: str = "rotation.rotation_window"
    connector_id: str = "identity.connector_id"
    requested_contexts: str = "supported_contexts"
    credential_type: str = "rotation.credentials.type"

    context: str = "stage-b-rehearsal"
    """The context that a session needs; empty: none."""
    unknown_context: str = "stage-z"

    authenticated: str = "authenticated"
    session_id: str = "session.id"
    expiry: tuple[str, ...] = ("session.credential_expiry", "session.expires_at")
    """The places where the expiry of the credential may stand; the first that is there counts."""
    accepted_contexts: str = "accepted_contexts"
    context_name: str = "name"
    context_status: str = "status"
    not_accepted: tuple[str, ...] = ("rejected", "deny")
    """Statuses, in lower case, of contexts that are listed and not granted."""
    acknowledged_rotation: str = "rotation"
    echo: str = "echo"

    credential_needed: bool = True
    unauthorised: tuple[int, ...] = (400, 401, 403, 422)
    """Statuses by which a missing or wrong credential is refused; a 2xx that says it is not authenticated does too."""
    wrong_window_forms: tuple[str, ...] = ("two days", "P1M")
    stale_age_s: float = 72 * 3600
    """Age of the credential in the drill for stale ones."""
    max_answer_s: float = 5
    max_credential_s: float = 48 * 3600
    clock_skew_s: float = 300
    swap_personas: tuple[str, ...] = ("swap-old", "swap-new")
    swap_grace_s: float = 0
    """How long the old credential may still be taken after the new one was used."""
