"""The tools of a worker: what is listed, and what each says."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from conformance.reference.contracts.upgrade.behaviour import Json, UpgradeBehaviour
from conformance.reference.contracts.upgrade.flags import KILL_SWITCH, Flags, Refusal, known_flags, texts

ACTIVE, CANARY = "active", "canary"
READ_ONLY = {"readOnlyHint": True}
_LIMIT = {"limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 3}}
_TASKS = tuple({"id": f"T{number}", "title": f"Task {number}", "priority": 10 - number} for number in range(1, 8))


class Worker:
    """One of the two workers. Both share the flags."""

    def __init__(self, role: str, behaviour: UpgradeBehaviour, flags: Flags, pid: int) -> None:
        self.role = role
        self.behaviour = behaviour
        self.pid = pid
        self.notes: list[str] = []
        self._flags = flags
        self._began = time.time()
        self._calls: dict[str, int] = {}

    @property
    def is_canary(self) -> bool:
        return self.role == CANARY

    @property
    def dry(self) -> bool:
        return self.behaviour.canary_dry_run if self.is_canary else self.behaviour.active_dry_run

    def call(self, name: str, arguments: Json) -> Any:
        """What a tool says. Raises Refusal, and KeyError for one that is not known."""
        count = self._calls[name] = self._calls.get(name, -1) + 1
        if self.dry and name in self.behaviour.dry_refuses:
            self.notes += [] if self.behaviour.dry_keeps_state else [name]
            raise Refusal(self.behaviour.dry_code, "Dry-run mode forbids this tool")
        said = TOOLS[name](self, arguments)
        answer = self.behaviour.canary_answer if self.is_canary else self.behaviour.active_answer
        return answer(name, count, said)

    def health(self, arguments: Json) -> Json:
        uptime = time.time() - self._began
        return {
            "ok": self.behaviour.canary_ok if self.is_canary else True,
            "role": self.behaviour.canary_role if self.is_canary else ACTIVE,
            "pid": self.pid,
            "startedAt": _iso(self._began),
            "version": "0.2.0",
            "dryRun": self.dry,
            "workspaceRoot": self.behaviour.canary_workspace if self.is_canary else "/srv/workspace",
            "uptimeMs": round(uptime * 1000),
            "uptimeSeconds": round(uptime, 3),
            "flags": {"dryRun": self.dry},
        }

    def workers(self, arguments: Json) -> Json:
        now = time.time()
        active = {"role": ACTIVE, "label": "active", "status": "ready", "pid": self.pid, "last_health": {"ok": True}}
        snapshot = {
            "recorded_at": _iso(now), "recorded_at_ms": round(now * 1000), "status": "healthy", "notes": [],
            "active": {**active, "last_health_at": _iso(now)}, "executors": [], "events": [], "event_limit": 50,
            "canary": {**active, "role": CANARY} if self.behaviour.shows_canary else None, "persisted_path": None,
        }  # fmt: skip
        return {"ok": True, "snapshot": snapshot}

    def plan(self, arguments: Json) -> Json:
        tasks = [*_TASKS, *({"id": note, "title": note, "priority": 0} for note in self.notes)]
        return {"tasks": tasks[: _limit(arguments)], "total": len(tasks), "generated_at": _iso(time.time())}

    def dispatch(self, arguments: Json) -> Json:
        return {"assigned": [{"task": task["id"], "agent": "codex"} for task in _TASKS[: _limit(arguments)]]}

    def verify(self, arguments: Json) -> Json:
        return {"suites": {"unit": "passed", "integration": "passed"}, "failed": 0, "duration": time.time() % 1}

    def report(self, arguments: Json) -> Json:
        return {"generated_at": _iso(time.time()), "operations": self.operations({}), "tasks": len(_TASKS)}

    def operations(self, arguments: Json) -> Json:
        return {"mode": "balance", "queueLength": 12, "totalTasks": 40, "failureRate": 0.01, "avgQuality": 0.95}

    def status(self, arguments: Json) -> Json:
        return {"ok": True, "mode": "balance", "notes": f"as of {_iso(time.time())}"}

    def autopilot(self, arguments: Json) -> Json:
        return {"ok": True, "running": False, "written": len(self.notes)}

    def auth(self, arguments: Json) -> Json:
        return {"ok": True, "providers": {"codex": "authenticated", "claude_code": "authenticated"}}

    def queue(self, arguments: Json) -> Json:
        return {"ok": True, "items": []}

    def commands(self, arguments: Json) -> Json:
        return {"ok": True, "commands": ["plan", "verify"]}

    def read_file(self, arguments: Json) -> Json:
        return {"ok": True, "path": arguments.get("path"), "content": "An orchestrator."}

    def sample(self, arguments: Json) -> Json:
        """Says something else each time."""
        return {"ok": True, "sample": time.perf_counter_ns()}

    def write(self, arguments: Json) -> Json:
        self.notes.append("written")
        return {"ok": True}

    def admin_flags(self, arguments: Json) -> Json:
        action = arguments.get("action")
        if action == "set":
            return {"updated_flags": self._flags.set({k: str(v) for k, v in (arguments.get("flags") or {}).items()})}
        if action == "reset":
            name = str(arguments.get("flag"))
            return {"flag": name, "default_value": self._flags.reset(name)}
        if action != "get" and self.behaviour.refuses_unknown_actions:
            raise Refusal("invalid_input", f"no action {action}")
        return self._told(arguments.get("flag"))

    def _told(self, name: Any) -> Json:
        flags: Json = dict(self._flags.all())
        if name is None:
            return flags
        if name not in known_flags() and self.behaviour.refuses_unknown_actions:
            raise Refusal("unknown_flag", f"no flag {name}")
        return {str(name): flags.get(str(name))}

    def settings(self, arguments: Json) -> Json:
        if self.behaviour.gates_settings and self._flags.all().get("ADMIN_TOOLS") != "1":
            raise Refusal("flag_disabled", "ADMIN_TOOLS is off")
        changes = texts(arguments.get("updates"))
        if not changes and self.behaviour.refuses_empty_updates:
            raise Refusal("empty_update", "nothing to update")
        return {"ok": True, "updated_flags": self._flags.set(changes), "note": "stored"}

    def route(self, arguments: Json) -> Json:
        if self.behaviour.gates_routes and self._flags.all().get("ROUTING_TOOLS") != "1":
            raise Refusal("flag_disabled", "ROUTING_TOOLS is off")
        if arguments.get("action") == "rollback":
            if self.behaviour.way_back:
                raise Refusal(self.behaviour.way_back, "no way back")
            return {"ok": True}
        if self.behaviour.needs_a_canary and not self.behaviour.shows_canary:
            raise Refusal("no_canary", "there is no canary")
        previous, self.pid = self.pid, self.pid + 1
        pids = {"previousWorkerPid": previous, "promotedWorkerPid": self.pid}
        return {"ok": True, **pids, "switchedAt": _iso(time.time())}


def _limit(arguments: Json) -> int:
    limit = arguments.get("limit", 3)
    return limit if isinstance(limit, int) else 3


def _iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{round(seconds % 1 * 999):03}Z"


TOOLS: dict[str, Callable[[Worker, Json], Any]] = {
    "health": Worker.health, "worker_health": Worker.workers, "plan": Worker.plan, "plan_next": Worker.plan,
    "schedule": Worker.plan, "dispatch": Worker.dispatch, "verify": Worker.verify, "report_mo": Worker.report,
    "operations": Worker.operations, "orchestrator_status": Worker.status, "autopilot_status": Worker.autopilot,
    "auth_status": Worker.auth, "heavy_queue_list": Worker.queue, "codex_commands": Worker.commands,
    "fs_read": Worker.read_file, "sample": Worker.sample, "fs_write": Worker.write, "plan_update": Worker.write,
    "context_write": Worker.write, "cmd_run": Worker.write, "mcp_admin_flags": Worker.admin_flags,
    "settings_update": Worker.settings, "route_switch": Worker.route,
}  # fmt: skip

_WRITES = frozenset(
    {"fs_write", "plan_update", "context_write", "cmd_run", "mcp_admin_flags", "settings_update", "route_switch"}
)
_UNSAID = frozenset({"codex_commands"})
"""Tools that do not say whether they write."""
_PARAMETERS: dict[str, Json] = {
    "plan": {**_LIMIT}, "plan_next": {**_LIMIT, "minimal": {"type": "boolean"}}, "schedule": {**_LIMIT},
    "dispatch": {**_LIMIT}, "report_mo": {**_LIMIT, "include_operations": {"type": "boolean"}},
    "fs_read": {"path": {"type": "string", "default": "README.md"}},
    "fs_write": {"path": {"type": "string"}, "content": {"type": "string"}},
}  # fmt: skip
_REQUIRED = {"fs_read": ["path"], "fs_write": ["path", "content"]}


def listed() -> list[Json]:
    """The definitions of all tools."""
    return [_definition(name) for name in TOOLS]


def _definition(name: str) -> Json:
    schema: Json = {"type": "object", "properties": _PARAMETERS.get(name, {})}
    if name in _REQUIRED:
        schema["required"] = _REQUIRED[name]
    hints = {} if name in _UNSAID else {"readOnlyHint": False} if name in _WRITES else READ_ONLY
    words = name.replace("_", " ")
    return {"name": name, "description": f"Serves {words}.", "inputSchema": schema} | (
        {"annotations": hints} if hints else {}
    )


__all__ = ["ACTIVE", "CANARY", "KILL_SWITCH", "TOOLS", "Worker", "listed"]
