"""As much of the Prometheus HTTP API as operators ask: alerts, alerting rules, and a range of values."""

import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from conformance.contracts.times import iso
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour

_RATIO = "sum(rate({0}[5m])) / sum(rate({1}[5m])) > {2}"
_P95 = "histogram_quantile(0.95, sum(rate({0}_bucket[5m])) by (le)) > {1}"
_ERRORS = ("validation_errors_total", "validation_total")
_FAILURES = ("promotion_failures_total", "promotion_total")

RULES: tuple[tuple[str, str, int, str], ...] = (
    ("ValidationErrorRateHigh", _RATIO.format(*_ERRORS, 0.05), 300, "warning"),
    ("ValidationErrorRateVeryHigh", _RATIO.format(*_ERRORS, 0.1), 300, "critical"),
    ("ValidationSlow", _P95.format("validation_duration_seconds", 0.1), 300, "warning"),
    ("ValidationCacheCold", "validation_cache_hit_rate < 0.7", 600, "info"),
    ("PromotionFailureRateHigh", _RATIO.format(*_FAILURES, 0.05), 300, "warning"),
    ("PromotionFailureRateVeryHigh", _RATIO.format(*_FAILURES, 0.1), 300, "critical"),
    ("PromotionSlow", _P95.format("promotion_duration_seconds", 300), 300, "warning"),
    ("PromotionRolledBack", "increase(promotion_rollbacks_total[5m]) > 0", 60, "warning"),
    ("RegistryStorageFull", "artifact_storage_used_bytes / artifact_storage_total_bytes > 0.9", 300, "critical"),
    ("ArtifactLookupSlow", _P95.format("artifact_lookup_duration_seconds", 0.2), 300, "warning"),
    ("MCPSemanticPodNotReady", 'kube_pod_status_ready{condition="true"} == 0', 300, "critical"),
    ("MCPSemanticPodCrashLooping", "rate(kube_pod_container_status_restarts_total[15m]) > 0", 300, "critical"),
)  # fmt: skip


def alert(name: str, severity: str, state: str = "firing") -> Json:
    """An alert as the API lists it."""
    return {
        "labels": {"alertname": name, "severity": severity, "component": "reference"},
        "annotations": {"summary": name}, "state": state, "activeAt": iso(time.time()), "value": "1e+00",
    }  # fmt: skip


@dataclass
class Prometheus:
    behaviour: Level3Behaviour

    async def answer(self, request: Request) -> Response:
        answers = {"alerts": self._alerts, "rules": self._rules, "query": self._query, "query_range": self._range}
        name = request.path_params["name"]
        if name not in answers:
            return JSONResponse({"status": "error", "errorType": "not_found", "error": "no such endpoint"}, 404)
        return JSONResponse(answers[name](request))

    def _alerts(self, request: Request) -> Any:
        return self.behaviour.alerts_answer(_success({"alerts": list(self.behaviour.alerts)}))

    def _rules(self, request: Request) -> Json:
        rules = [self.behaviour.rule(_rule(*one)) for one in RULES]
        return _success({"groups": [{"name": "mcp", "file": "mcp.yml", "rules": [one for one in rules if one]}]})

    def _query(self, request: Request) -> Json:
        value = [time.time(), self.behaviour.query_values(request.query_params["query"])[-1]]
        return _success({"resultType": "vector", "result": [{"metric": {}, "value": value}]})

    def _range(self, request: Request) -> Json:
        """The values repeat over the range that is asked for."""
        asked = request.query_params
        values = self.behaviour.query_values(asked["query"])
        start, step = float(asked["start"]), float(asked["step"])
        count = int((float(asked["end"]) - start) / step) + 1
        rows = [[start + place * step, values[place % len(values)]] for place in range(min(count, 11_000))]
        return _success({"resultType": "matrix", "result": [{"metric": {"job": "reference"}, "values": rows}]})


def _success(data: Json) -> Json:
    return {"status": "success", "data": data}


def _rule(name: str, query: str, duration: int, severity: str) -> Json:
    return {
        "type": "alerting", "name": name, "query": query, "duration": duration, "labels": {"severity": severity},
        "annotations": {}, "alerts": [], "state": "inactive", "health": "ok",
    }  # fmt: skip
