"""The validation engine: one schema, of which everything that is wrong is told."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour
from conformance.reference.contracts.level3.gate import Refused, answer, body_of
from conformance.reference.contracts.level3.metrics import Counts

SCHEMA: Final = "reference-record"
_TYPES: Final[dict[str, tuple[type, ...]]] = {"name": (str,), "amount": (int, float)}


@dataclass
class Validation:
    """Members are `name`, a text, `amount`, a number, and `items`, a list of numbers that may be left out."""

    behaviour: Level3Behaviour
    counts: Counts

    async def validate(self, request: Request) -> Response:
        body = await body_of(request, self.behaviour, "schema_id", "data")
        if body["schema_id"] != SCHEMA:
            return self._unknown_schema()
        errors = _errors(body["data"], self.behaviour.always_strict or body.get("strict", True))
        self.counts.add("validation_total")
        self.counts.add("validation_errors_total", bool(errors))
        result = {"valid": not errors, "errors": errors[: self.behaviour.max_errors], "warnings": []}
        return answer(self.behaviour.validation(result))

    def _unknown_schema(self) -> Response:
        if self.behaviour.unknown_schema_status == 200:
            unknown = {"field": "schema_id", "message": "unknown schema", "code": "UNKNOWN_SCHEMA"}
            return answer({"valid": False, "errors": [unknown], "warnings": []})
        raise Refused(self.behaviour.unknown_schema_status, "no such schema")


def _errors(data: Any, strict: bool) -> list[Json]:
    if not isinstance(data, dict):
        return [_error("", "has to be an object")]
    found = [_error(name, "is missing") for name in _TYPES if name not in data]
    for name, types in _TYPES.items():
        if name in data and (not isinstance(data[name], types) or isinstance(data[name], bool)):
            found.append(_error(name, "has the wrong type"))
    items = data.get("items", [])
    for place, item in enumerate(items if isinstance(items, list) else [None]):
        if not isinstance(item, int | float):
            found.append(_error(f"items[{place}]", "has to be a number"))
    if strict:
        found += [_error(name, "is unknown") for name in data if name not in (*_TYPES, "items")]
    return found


def _error(field: str, message: str) -> Json:
    return {"field": field, "message": message, "code": "INVALID_VALUE"}
