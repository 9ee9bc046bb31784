"""The section `[operator_api]` of a profile: routes of the services, and what they are asked. Durations in seconds."""

from typing import Any

from msgspec import Struct


class OperatorApi(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Routes are named under `[routes]`; one that is not there is not looked at."""

    health_routes: tuple[str, ...] = ("operator_api_health", "operator_upload_health", "crown_handshake_health")
    health_headers: dict[str, str] = {}
    health_personas: dict[str, str] = {}
    """The persona for the health of a route, if it asks for a credential."""
    credential_headers: tuple[str, ...] = ("Authorization", "X-API-Key")
    """Headers that carry that credential; the first as a bearer token."""
    health_status_without_credential: tuple[int, ...] = (200, 401, 403)
    max_health_s: float = 5

    command_route: str = "operator_command"
    command_body: dict[str, Any] = {}
    """A command that may be carried out at any time."""
    required: tuple[str, ...] = ("operator", "agent", "command")
    unpermitted: dict[str, Any] = {}
    """Members of a command that make it one that is not permitted."""
    upload_route: str = "operator_upload"
    rotation_route: str = "connector_rotation"
    detail: str = "detail"
    summary_schema: str = "run-summary"
