"""Judges of one snapshot by itself. Each returns one sentence for each problem."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.paths import at_path
from conformance.contracts.reading import objects, quoted
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.times import instant
from conformance.contracts.upgrade.words import is_number, word

Body = dict[str, Any]
Kind = type | tuple[type, ...] | Callable[[Any], bool]
"""A type, several, or what tells whether a value is plain."""

SHARES: Final = ("avgQuality", "failureRate", "validation.recentFailureRate", "validation.failureRate")
COUNTS: Final = (
    "queueLength", "blockedTasks", "totalTasks", "rateLimitCodex", "rateLimitClaude", "codexUsagePercent",
    "claudeUsagePercent", "validation.totalFailures", "validation.failuresLastHour",
)  # fmt: skip
WORSE: Final = ("ok", "warning", "critical")
PERIODS: Final = {"hourly": ("lastHourUSD", "hourlyLimitUSD"), "daily": ("last24hUSD", "dailyLimitUSD")}
CENT: Final = 0.005

_NUMBERS: Final = ("avgQuality", "failureRate")
_INTEGERS: Final = ("queueLength", "blockedTasks", "totalTasks")
_VALIDATION: Final[Mapping[str, type | tuple[type, ...]]] = {
    "totalFailures": int, "failuresLastHour": int, "recentFailureRate": (int, float), "failureRate": (int, float),
}  # fmt: skip
_AMOUNTS: Final = frozenset(
    {"lastHourUSD", "last24hUSD", "hourlyLimitUSD", "dailyLimitUSD", "hourlyUtilizationPercent",
     "dailyUtilizationPercent", "alertThresholdPercent"}
)  # fmt: skip
_ALERTED: Final = ("utilizationPercent", "limitUSD", "actualUSD")


def valid(body: Body) -> list[str]:
    """The shape; most lines are so plain that the schema need not be asked."""
    return [] if _is_plain(body) else problems_with(body, "operations-snapshot")


def _is_plain(body: Body) -> bool:
    if body.get("type") != "operations_snapshot" or instant(body.get("timestamp")) is None:
        return False
    if not all(name in body for name in (*_NUMBERS, *_INTEGERS, "mode")) or not str(body["mode"]).strip():
        return False
    return all(name in _USUAL and _fits(value, _USUAL[name]) for name, value in body.items())


def _fits(value: Any, kind: Kind) -> bool:
    return _is(value, kind) if isinstance(kind, type | tuple) else kind(value)


def _is(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _plain_validation(value: Any) -> bool:
    return type(value) is dict and all(
        name not in value or _is(value[name], kind) for name, kind in _VALIDATION.items()
    )


def _plain_costs(value: Any) -> bool:
    if type(value) is not dict:
        return False
    providers, alerts = value.get("providers", {}), value.get("alerts", [])
    return (
        type(providers) is dict and all(map(_plain_provider, providers.values()))
        and type(alerts) is list and all(map(_plain_alert, alerts))
    )  # fmt: skip


def _plain_provider(value: Any) -> bool:
    return type(value) is dict and all(
        name not in _AMOUNTS or _is(inner, (int, float)) for name, inner in value.items()
    ) and value.get("status", "ok") in WORSE


def _plain_alert(value: Any) -> bool:
    return (
        type(value) is dict and value.get("severity") in WORSE[1:] and value.get("period") in ("hourly", "daily")
        and type(value.get("provider")) is str
        and all(_is(value.get(name, 0), (int, float)) for name in _ALERTED)
    )  # fmt: skip


def _plain_numbers(value: Any) -> bool:
    return type(value) is dict and all(_is(inner, int) for inner in value.values())


def _plain_memory(value: Any) -> bool:
    return type(value) is dict and _is(value.get("memoryUsageMb", 0), (int, float))


_USUAL: Final[Mapping[str, Kind]] = {
    "type": str, "timestamp": str, "mode": str, "avgQuality": (int, float), "failureRate": (int, float),
    "queueLength": int, "blockedTasks": int, "totalTasks": int, "codexUsagePercent": (int, float),
    "claudeUsagePercent": (int, float), "rateLimitCodex": int, "rateLimitClaude": int, "webInspiration": dict,
    "coordinatorType": str, "coordinatorAvailable": bool, "coordinatorReason": str, "queueBatches": list,
    "tokenMetrics": dict, "presetMix": list, "validation": _plain_validation, "costMetrics": _plain_costs,
    "queueResource": _plain_numbers, "resources": _plain_memory,
    "budgetPressure": lambda value: value in ("normal", "warning", "critical"),
}  # fmt: skip
"""Members that are plain to judge; a line that has others is judged by the schema."""


def in_range(body: Body) -> list[str]:
    """Shares are between 0 and 1, counts not below 0."""
    found = []
    for path in SHARES:
        value = _number(at_path(body, path))
        if value is not None and not 0 <= value <= 1:
            found.append(f"{path} is {value:g}, expected 0 to 1")
    for path in COUNTS:
        value = _number(at_path(body, path))
        if value is not None and value < 0:
            found.append(f"{path} is {value:g}, expected 0 or more")
    return found


def alerts_agree(body: Body) -> list[str]:
    """Status and alerts follow from what was spent: a warning from threshold x limit, critical from the limit."""
    costs = body.get("costMetrics")
    if not isinstance(costs, dict):
        return []
    told = {(word(one, "provider"), word(one, "period")): one.get("severity") for one in objects(costs.get("alerts"))}
    has_alerts = isinstance(costs.get("alerts"), list)
    found = []
    for name, provider in _providers(body):
        levels = {period: _level(provider, period) for period in PERIODS}
        if None in levels.values():
            continue
        status = max((level for level in levels.values() if level), key=WORSE.index)
        if "status" in provider and provider["status"] != status:
            found.append(f"{name}: status is {quoted(provider['status'])}, expected {status}")
        for period, level in levels.items() if has_alerts else ():
            alert = told.get((name, period), "ok")
            if alert != level:
                found.append(f"{name}: the {period} alert is {quoted(alert)}, expected {level}")
    return found


def pressure_agrees(body: Body) -> list[str]:
    """The pressure of the budget is the worst status of a provider."""
    pressure = body.get("budgetPressure")
    statuses = [provider["status"] for _, provider in _providers(body) if provider.get("status") in WORSE]
    if pressure is None or not statuses:
        return []
    worst = max(statuses, key=WORSE.index)
    expected = "normal" if worst == "ok" else worst
    return [] if pressure == expected else [f"budgetPressure is {quoted(pressure)}, expected {expected}"]


def utilisation_agrees(body: Body, settings: Telemetry) -> list[str]:
    """Utilisation is the share of the limit that was spent, in percent; it may be over 100."""
    found = []
    for name, provider in _providers(body):
        for period, (spent, limit) in PERIODS.items():
            told = _number(provider.get(f"{period}UtilizationPercent"))
            actual, most = _number(provider.get(spent)), _number(provider.get(limit))
            if told is None or actual is None or not most or most < 0:
                continue
            if abs(told - 100 * actual / most) > settings.utilisation_tolerance:
                found.append(f"{name}: {period} utilisation is {told:g} %, expected {100 * actual / most:.4g} %")
    return found


def _level(provider: Mapping[str, Any], period: str) -> str | None:
    """ok, warning or critical; None where it is too close to call, or a number is missing."""
    spent, limit = (_number(provider.get(name)) for name in PERIODS[period])
    threshold = _number(provider.get("alertThresholdPercent"))
    if spent is None or threshold is None:
        return None
    if not limit or limit < 0:
        return "ok"
    if min(abs(spent - limit), abs(spent - limit * threshold)) < CENT:
        exact = spent in (limit, limit * threshold)
        if not exact:
            return None
    return "critical" if spent >= limit else "warning" if spent >= limit * threshold else "ok"


def _providers(body: Body) -> Iterator[tuple[str, dict[str, Any]]]:
    providers = at_path(body, "costMetrics.providers")
    for name, provider in providers.items() if isinstance(providers, dict) else ():
        if isinstance(provider, dict):
            yield name, provider


def error_rate(body: Body, settings: Telemetry) -> float | None:
    """The share of failed calls, from the first place that has it."""
    found = (_number(at_path(body, path)) for path in settings.error_rates)
    return next((value for value in found if value is not None and 0 <= value <= 1), None)


def coordinator(body: Body) -> tuple[str, bool] | None:
    """Who coordinates, and whether that one is available; from the nested form first."""
    kind = at_path(body, "coordinator.type") or body.get("coordinatorType")
    available = at_path(body, "coordinator.available")
    if not isinstance(available, bool):
        available = body.get("coordinatorAvailable")
    if not isinstance(kind, str) or not kind:
        return None
    return kind, available if isinstance(available, bool) else True


def memory(body: Body, settings: Telemetry) -> float | None:
    return _number(at_path(body, settings.memory))


def _number(value: Any) -> float | None:
    return value if is_number(value) else None
