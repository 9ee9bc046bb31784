"""The section `[heartbeat]` of a profile: what a beat holds, and what a gateway answers. Durations are in seconds."""

from typing import Any, Literal

from msgspec import Struct, field


class Heartbeat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In the texts of `body`, `{now}` is the present, `{expiry}` that of the session's credential, `{cycle}` the number
    of the beat from 0 on, and `{NAME}` a variable of the profile. Members are named by dotted paths."""

    route: str = "heartbeat"
    body: dict[str, Any] = {}
    extra: dict[str, Any] = field(
        default_factory=lambda: {"status": "ok", "latency_ms": 12, "conformance": {"nested": [1, 2]}}
    )
    """Members that nobody promised, which a gateway has to tolerate."""
    required: tuple[str, ...] = ("chakra", "cycle_count", "context", "credential_expiry", "emitted_at")
    label: str = "chakra"
    count: str = "cycle_count"
    wrong_counts: tuple[Any, ...] = (-1, 1.5, "3", True)
    context: str = "context"
    wrong_context: str = "stage-c-prep"
    expiry: str = "credential_expiry"
    emitted_at: str = "emitted_at"
    wrong_times: tuple[str, ...] = ("tomorrow", "2099-01-01T00:00:00")

    answered: tuple[str, ...] = ("accepted", "ok")
    """What `answer_status` says in an answer that has it."""
    answer_status: str = "status"
    max_answer_s: float = 5
    interval_s: float = 30
    misses: int = 3
    """Beats that may be missed before somebody has to notice."""
    status_route: str = ""
    """A route of the profile whose answer shows missed beats; empty: there is none."""
    status_alert: str = "alerts"
    """Where in that answer there is more (a longer list, a higher number) once beats are missed."""
    status_notices: str = ""
    """Where there is more once a beat was wrong; empty: nowhere, it has to be refused."""
    expiry_alignment: Literal["session", "any"] = "any"
    """Whether a beat has to carry the expiry of a session, or may override it."""
