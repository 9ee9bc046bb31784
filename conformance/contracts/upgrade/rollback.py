"""Judges of rollback and escalation records, and of the flags after a rollback."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.times import instant
from conformance.contracts.upgrade.settings import Upgrade
from conformance.contracts.upgrade.words import is_number

TOLERANCE: Final = 0.01
"""How far a rate may be rounded."""
LAST: Final = 5
"""How many checks a pattern is taken from."""

NAMES: Final = ("rollback_*.json", "escalation_*.json")

_REPORT_MEMBERS: Final = {
    "a reason": ("reason",),
    "a rate": ("errorRate", "error_rate", "rates", "rss_mb", "memoryUsageMb", "failureCount"),
    "a time": ("timestamp", "rolled_back_at", "recorded_at", "at"),
}
"""What a rollback in a report has to tell, and the members that tell it."""


def recorded(document: Any) -> list[str]:
    """A record of its own, or a report with the member `rollback`."""
    told = member(document, "rollback")
    if not isinstance(told, dict):
        return problems_with(document, "rollback-record")
    return [
        f"rollback has not {what} (none of {', '.join(names)})"
        for what, names in _REPORT_MEMBERS.items()
        if not any(told.get(name) not in (None, "") for name in names)
    ]


def is_rollback(document: Any) -> bool:
    """Whether a record tells of a rollback, not only of an escalation."""
    return _decision(document).get("decision") == "rollback" or isinstance(member(document, "rollback"), dict)


def consistent(document: Any) -> list[str]:
    """The numbers of the decision are those of the checks that it was made from."""
    decision = _decision(document)
    checks = _checks(document, decision)
    if not checks:
        return []
    found = []
    failed = sum(check.get("ok") is False for check in checks)
    if decision.get("failureCount") != failed:
        found.append(f"failureCount is {quoted(decision.get('failureCount'))}, expected {failed} as in the checks")
    rates = [check["errorRate"] for check in checks if is_number(check.get("errorRate"))]
    mean = sum(rates) / len(rates) if rates else 0.0
    if rates and is_number(decision.get("errorRate")) and abs(decision["errorRate"] - mean) > TOLERANCE:
        found.append(f"errorRate is {decision['errorRate']}, expected {mean:.4g}, the mean of the checks")
    pattern = member(decision.get("evidence"), "failurePattern")
    if pattern is not None and pattern != _pattern(checks):
        found.append(f"failurePattern is {quoted(pattern)}, expected {_pattern(checks)}")
    return found + _timed(document, checks)


def _timed(document: Any, checks: list[dict[str, Any]]) -> list[str]:
    times = [time for check in checks if (time := instant(check.get("timestamp"))) is not None]
    found = []
    if times != sorted(times):
        found.append("the times of the checks go back")
    at = instant(member(document, "timestamp"))
    if at is not None and times and at < max(times) - 1:
        found.append("the record is older than the last check in it")
    return found


def _pattern(checks: list[dict[str, Any]]) -> str:
    marks = "".join("x" if check.get("ok") is False else "." for check in checks[-LAST:])
    if "xxx" in marks:
        return "consecutive_failures"
    if marks.endswith("xx"):
        return "recent_failures"
    return "intermittent_failures" if "x" in marks else "healthy"


def _decision(document: Any) -> dict[str, Any]:
    decision = member(document, "decision")
    if isinstance(decision, dict):
        return decision
    return document if isinstance(document, dict) else {}


def _checks(document: Any, decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    own = objects(member(decision.get("evidence"), "recentChecks"))
    return own or objects(member(document, "recent_checks"))


def flags_reset(flags: Mapping[str, Any], settings: Upgrade) -> list[str]:
    """The kill switch is on, and every other flag has its default."""
    found = []
    if str(flags.get(settings.kill_switch)) != "1":
        found.append(f"{settings.kill_switch} is {quoted(flags.get(settings.kill_switch))}, expected 1")
    for name, flag in settings.flags.items():
        if name in flags and name != settings.kill_switch and str(flags[name]) != flag.default:
            found.append(f"{name} is {quoted(flags[name])}, expected its default {quoted(flag.default)}")
    return found


def flags_complete(flags: Mapping[str, Any], settings: Upgrade) -> list[str]:
    """Every flag is there, as a text that is allowed."""
    return [
        problem
        for name, flag in settings.flags.items()
        if (problem := _misfit(name, flags[name], flag) if name in flags else f"{name} is missing")
    ]


def _misfit(name: str, value: Any, flag: Any) -> str:
    if not isinstance(value, str):
        return f"{name} is {quoted(value)}, expected a text"
    if flag.values and value not in flag.values:
        return f"{name} is {quoted(value)}, expected {' or '.join(flag.values)}"
    if flag.minimum is None and flag.maximum is None:
        return ""
    try:
        number = float(value)
    except ValueError:
        return f"{name} is {quoted(value)}, expected a number"
    low = flag.minimum if flag.minimum is not None else number
    high = flag.maximum if flag.maximum is not None else number
    return "" if low <= number <= high else f"{name} is {quoted(value)}, expected {low:g} to {high:g}"


def records(path: Path) -> list[Path]:
    """The records in a directory, by their usual names, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(one for pattern in NAMES for one in path.glob(pattern))
