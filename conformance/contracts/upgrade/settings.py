"""What a profile says about upgrades: the section `[upgrade]`."""

from typing import Any, Literal

from msgspec import Struct, field


class Flag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A live flag; its values are texts. `values` are those allowed, or `minimum` and `maximum` bound a number."""

    default: str
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    alias: dict[str, str] = {}
    """What is accepted when it is set -> what is stored."""


class ToolCall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool of the target, and the arguments that it is called with."""

    tool: str
    arguments: dict[str, Any] = {}


class OperatorTools(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tools of an operator, by what they do; an empty name: there is none.

    `flags` answers `{action: get | set | reset, flag, flags}`, `settings` takes `{updates: [{key, value}]}`, `route`
    takes `{action: promote_canary | rollback}`, `workers` gives a snapshot of the workers.
    """

    health: str = ""
    workers: str = ""
    flags: str = ""
    settings: str = ""
    route: str = ""


class Observation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a live target is watched. Every `period_s` the calls are made in turn, for `window_s`."""

    window_s: float = 600
    period_s: float = 2
    failures_in_a_row: int = 3
    budget_percent: float = 5
    budget_window_s: float = 120
    budget_min_calls: int = 20
    self_check_percent: float = 1
    self_check_min_calls: int = 100
    calls: tuple[ToolCall, ...] = ()
    """Read-only calls that are expected to succeed; none: a ping."""


class Upgrade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Upgrades of one system. Paths are relative to the workspace, those of `run_files` to the directory of a run."""

    checks: tuple[str, ...] = ()
    """The names of the preflight checks, in their order."""
    gates: tuple[str, ...] = ()
    version_checks: dict[str, str] = {}
    """The tool of a version record -> the preflight check that judges it."""
    clean_check: str = ""
    """The preflight check of the work tree."""
    dirty_policy: Literal["fail", "clean-worktree"] = "clean-worktree"
    """Whether a work tree with changes fails, or may pass by way of a clean copy."""
    aborted: str = "upgrade_aborted"
    allow_legacy_artifacts: bool = True
    phases: tuple[str, ...] = ()
    """The steps whose order counts, in that order."""
    required_steps: tuple[str, ...] = ()
    """Steps without which a run is not promotable, if they were skipped."""
    shadow_checks: dict[str, tuple[str, ...]] = {}
    """What has to be covered -> the names under which it may stand."""
    divergence: Literal["abort", "warn"] = "warn"
    """What a difference in the shadow phase leads to: no report at all, or one with the status `warning`."""
    run_files: dict[str, str] = field(
        default_factory=lambda: {
            "preflight": "preflight.json",
            "shadow": "shadow.json",
            "plan": "promotion_plan.json",
            "steps": "steps.json",
            "report": "report.json",
            "promotion": "promotion.json",
        }
    )
    workspace_files: dict[str, str] = {}
    """The name of an evidence -> where it lies in the workspace, when only the workspace is given."""
    runs: str = ""
    lock: str = ""
    staging: str = ""
    """Where a run builds, with `{id}` for the id of the upgrade."""
    keep_staging: bool = False
    milestones: tuple[str, ...] = ()
    """Files that a finished milestone leaves behind."""
    primary: str = "primary"
    backup: str = "backup"
    """The names of the coordinators."""
    observation_window_s: float = 600
    ready_within_s: float = 20
    worker_snapshot_age_s: float = 60
    health_age_s: float = 300
    exit_memory_s: float = 600
    executors: int = 0
    live_snapshot: bool = False
    """Whether the snapshot of the workers was taken just now, so that its age counts."""
    flags: dict[str, Flag] = {}
    kill_switch: str = ""
    flag_latency_s: float = 0.5
    flag_tolerance_s: float = 0.5
    probe_flag: str = ""
    """The flag that is flipped and put back by checks that may."""
    unknown_flag: str = "CONFORMANCE_NO_SUCH_FLAG"
    tools: OperatorTools = OperatorTools()
    tool_gates: dict[str, str] = {}
    """The operator tool -> the flag that switches it on."""
    refusals: dict[str, tuple[str, ...]] = {}
    """Why a call is refused -> the error codes that say so."""
    watch: Observation = Observation()
