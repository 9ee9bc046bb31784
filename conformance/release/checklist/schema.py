"""The JSON Schema of checklists, made from the model: `python -m conformance.release.checklist.schema`."""

import json
from typing import Any, Final

import msgspec

from conformance.release.checklist.model import FORMAT, Checklist

PUBLISHED: Final = "schemas/reports/checklist.json"


def schema() -> dict[str, Any]:
    """What a file may hold. Nothing is required of it: a file may extend another and say only what is different."""
    made = msgspec.json.schema(Checklist, schema_hook=_of_anything)
    body = made["$defs"].pop("Checklist")
    body.pop("required", None)
    properties = body["properties"]
    properties["format"] = {"const": FORMAT}
    properties["extends"] = {"description": "Name or path of the checklist below this one.", "type": "string"}
    steps = properties["steps"]["additionalProperties"]
    steps["anyOf"] = [*steps["anyOf"], {"description": "Takes out a step of the checklist below.", "const": False}]
    steps["anyOf"].append({"description": "Changes of a step of the checklist below.", "$ref": "#/$defs/Changes"})
    steps.pop("discriminator", None)
    made["$defs"]["Changes"] = _changes(made["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://mcp-conformance.invalid/reports/checklist.json",
        **body,
        "title": "Checklist of a release",
        "$defs": dict(sorted(made["$defs"].items())),
    }


def _changes(definitions: dict[str, Any]) -> dict[str, Any]:
    """A step without its kind, which the one below it has."""
    kinds = ("Suite", "Command", "Artifact", "Observe", "Load", "Manual")
    keys = {key for kind in kinds for key in definitions[kind]["properties"]} - {"kind"}
    return {
        "type": "object",
        "properties": {key: {} for key in sorted(keys)},
        "additionalProperties": False,
    }


def _of_anything(kind: type) -> dict[str, Any]:
    """What msgspec has no schema for: a member that may be of any type."""
    return {"description": "Any value."}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
