"""What the orchestrator does; the defaults keep every promise of the upgrade contract."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Answer = Callable[[str, int, Any], Any]
"""From the name of a tool, how often it was called before, and what it says, to what is sent."""
Listing = Callable[[list[Json]], list[Json]]


def as_it_is(name: str, count: int, said: Any) -> Any:
    return said


def as_listed(tools: list[Json]) -> list[Json]:
    return tools


@dataclass(frozen=True)
class UpgradeBehaviour:
    """Durations are in seconds before `scale` is applied. What begins with `canary` is about the canary only."""

    scale: float = 0.01
    active_dry_run: bool = False
    active_answer: Answer = as_it_is
    canary_dry_run: bool = True
    canary_ok: bool = True
    canary_role: str = "canary"
    canary_workspace: str = "/srv/staging"
    canary_capabilities: tuple[str, ...] = ("tools", "prompts", "resources")
    canary_answers: bool = True
    canary_tools: Listing = as_listed
    canary_resources: Listing = as_listed
    canary_prompts: Listing = as_listed
    canary_answer: Answer = as_it_is
    canary_delay_s: float = 0
    canary_slow_tool: str = ""
    """The tool that the delay is about; none: the list of tools."""
    canary_knows_all_methods: bool = False
    canary_crashes_on_bad_input: bool = False
    canary_mixes_ids: bool = False
    dry_refuses: tuple[str, ...] = ("fs_write", "plan_update", "context_write", "cmd_run")
    """Tools that a dry worker refuses."""
    dry_code: str = "dry_run_violation"
    dry_keeps_state: bool = True
    wraps_texts: bool = False
    """Whether results are texts in a member of structured content, which say by themselves that they are errors."""
    flags: tuple[tuple[str, str], ...] = (("ADMIN_TOOLS", "1"), ("ROUTING_TOOLS", "1"))
    """What was set when the worker started."""
    missing_flags: tuple[str, ...] = ()
    flag_delay_s: float = 0
    slow_flags: tuple[str, ...] = ()
    """Flags that the delay is about; none: all."""
    gates_settings: bool = True
    gates_routes: bool = True
    refuses_unknown_flags: bool = True
    """Whether an unknown flag is refused when it comes alone."""
    refuses_empty_updates: bool = True
    refuses_unknown_actions: bool = True
    all_or_nothing: bool = True
    normalises: bool = True
    resets: bool = True
    kill_switch_works: bool = True
    kill_switch_holds: bool = True
    kill_switch_releases: bool = True
    needs_a_canary: bool = True
    """Whether nothing is promoted while the snapshot shows no canary."""
    shows_canary: bool = False
    way_back: str = "not_supported"
    """The code that a rollback is refused with; empty: it works."""
