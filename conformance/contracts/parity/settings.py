"""What a profile says about parity: the section `[parity]`."""

from typing import Any

from msgspec import Struct

from conformance.contracts.parity.normalising import Normalising
from conformance.contracts.upgrade.settings import ToolCall


class HealthCall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tool that tells how a target is, and the dotted paths of what it says. An empty path is not told."""

    tool: str
    arguments: dict[str, Any] = {}
    ok: str = "ok"
    dry_run: str = "dryRun"
    role: str = "role"
    workspace: str = "workspaceRoot"


class PlanCall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tool that plans: where its list is, by which member its items are known, and the share that has to come in
    the same order."""

    tool: str
    arguments: dict[str, object] = {}
    path: str = "tasks"
    key: str = "id"
    overlap: float = 0.8


class Parity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an active target and its canary are compared. Without any name of a tool all that is listed is compared."""

    canary: str = ""
    """The URL of the canary, may be relative to that of the target; `--canary` comes first."""
    persona: str = "canary"
    """Whose credential the canary gets, when the profile has that persona; else that of the run."""
    normalising: Normalising = Normalising()
    same_order: bool = False
    descriptions: bool = False
    """Whether titles and descriptions have to be equal as well, also those within schemas."""
    ignored_tools: tuple[str, ...] = ()
    additions: bool = False
    """Whether the canary may list what the active target does not."""
    checks: dict[str, ToolCall] = {}
    """Calls that have to be answered equally."""
    plan: PlanCall | None = None
    telemetry: ToolCall | None = None
    """The call whose numbers are compared with the guardrails."""
    delta_percent: float = 10
    delta_absolute: float = 1
    latency_calls: int = 10
    latency_factor: float = 2
    latency_extra_s: float = 0.25
    """The median of the canary is at most the factor times that of the active target, plus this."""
    health: HealthCall | None = None
    shadow: bool = False
    """Whether this is the shadow phase, in which both run dry."""
    active_dry_run: bool | None = None
    canary_dry_run: bool = True
    """Whether the canary has to run dry, where it tells; false once it is made ready to be promoted."""
    canary_role: str = ""
    writes: dict[str, dict[str, Any]] = {}
    """Tools that change something, with harmless arguments: a dry canary refuses them."""
    refusal_codes: tuple[str, ...] = ()
    refusal_texts: tuple[str, ...] = ()
    safe_tools: dict[str, dict[str, Any]] = {}
    """Tools that a dry canary serves."""
    parallel_calls: int = 20
    mirror_s: float = 60
    mirror_period_s: float = 1
