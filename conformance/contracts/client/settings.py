"""The section `[client]` of a profile: the command that is judged, and how it is told what to do.

Durations are in seconds. Members of bodies are named by dotted paths.
"""

from typing import Any, Literal

from msgspec import Struct, field


class Client(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`command` is split like a shell would and run without one, in `cwd`, with `env` over the environment and without
    the variables of `unset`. In its words `{url}` stands for the gateway that the harness plays."""

    command: str = ""
    cwd: str = ""
    env: dict[str, str] = {}
    unset: tuple[str, ...] = ("ABZU_STAGE_B_SMOKE_STUB",)
    timeout_s: float = 60
    skip_option: str = "--skip-heartbeat"
    loop_command: str = ""
    """A command that goes on sending heartbeats; it is ended by the harness."""
    packet_command: str = ""
    """A command that makes a rehearsal packet, which has to leave the gateway alone."""

    url_variable: str = "MCP_GATEWAY_URL"
    flag_variable: str = "ABZU_USE_MCP"
    flag_on: str = "1"
    flags_off: tuple[str, ...] = ("", "0", "true", " 1")
    """Values with which nothing may be sent; the empty one stands for a variable that is not set."""
    token_variables: tuple[str, ...] = ("MCP_CONNECTOR_TOKEN",)
    rotation_variables: dict[str, tuple[str, ...]] = {}
    """The variables that override a member of the handshake, by its path."""
    rotation_values: dict[str, Any] = {}
    """What is put into those variables, and expected at the paths."""
    files: tuple[str, ...] = ()
    """Patterns, relative to `cwd`, of files in which no credential may stand after a run."""

    handshake_path: str = "/handshake"
    heartbeat_path: str = "/heartbeat"
    request_schema: str = "handshake-request"
    heartbeat_schema: str = "heartbeat"
    heartbeat_expected: dict[str, Any] = {}
    """Members that a heartbeat of the command has to have, by their paths."""
    acknowledgement: dict[str, Any] = {}
    """Further members of the acknowledgement that the harness gives."""

    attempts: int = 3
    pauses_s: tuple[float, ...] = (0.5, 1.0)
    max_answer_s: float = 5
    emitted_skew_s: float = 60
    expiry_alignment: Literal["session", "any"] = "any"
    """Whether a heartbeat carries the expiry of its session, or may override it with `override_s` from now."""
    override_s: float = 48 * 3600
    log_event: str = "mcp.handshake"
    interval_s: float = 30
    interval_tolerance_s: float = 5
    outage_body: dict[str, Any] = field(
        default_factory=lambda: {"operator": "conformance", "agent": "conformance", "command": "status"}
    )
    """What is sent to the routes `outage` and `legacy`: a service whose gateway is down, and one with MCP off."""
