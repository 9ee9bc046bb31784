"""The JSON Schema of profile files, made from the model: `python -m conformance.contracts.profiles.schema`."""

import json
from typing import Any

import msgspec

from conformance.contracts.profiles.model import Profile

PUBLISHED = "schemas/contracts/profile.json"


def schema() -> dict[str, Any]:
    """What a file may hold. Nothing is required of it: a file may extend another and say only what is different."""
    made = msgspec.json.schema(Profile, schema_hook=_of_anything)
    body = made["$defs"].pop("Profile")
    body.pop("required", None)
    body["properties"]["extends"] = {"description": "Name or path of the profile below this one.", "type": "string"}
    for section in _referred(body):
        made["$defs"][section].pop("required", None)
    for definition in (body, *made["$defs"].values()):
        _allow_false(definition)
        _put_sets_in_order(definition)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://mcp-conformance.invalid/contracts/profile.json",
        **body,
        "title": "Profile of a system",
        "$defs": made["$defs"],
    }


def _of_anything(kind: type) -> dict[str, Any]:
    """What msgspec has no schema for: a member that may be of any type."""
    return {"description": "Any value."}


def _referred(definition: dict[str, Any]) -> list[str]:
    """The definitions that are properties of this one."""
    choices = [choice for one in definition["properties"].values() for choice in (one, *one.get("anyOf", ()))]
    return [choice["$ref"].rpartition("/")[2] for choice in choices if "$ref" in choice]


def _allow_false(definition: dict[str, Any]) -> None:
    """TOML has no null; `false` takes out a promise."""
    for one in definition.get("properties", {}).values():
        for choice in one.get("anyOf", ()):
            if choice == {"type": "null"}:
                choice.clear()
                choice["const"] = False


def _put_sets_in_order(definition: dict[str, Any]) -> None:
    """The order of a set differs from one process to the next."""
    for one in definition.get("properties", {}).values():
        if one.get("uniqueItems") and "default" in one:
            one["default"] = sorted(one["default"])


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
