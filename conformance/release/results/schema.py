"""The JSON Schema of release records, made from the model: `python -m conformance.release.results.schema`."""

import json
from typing import Any, Final

import msgspec

from conformance.release.results.model import FORMAT, SUITE, Manifest, Release

PUBLISHED: Final = "schemas/reports/release.json"


def schema() -> dict[str, Any]:
    """A record; the manifest of a bundle is `#/$defs/Manifest`."""
    (_, manifest), definitions = msgspec.json.schema_components([Release, Manifest], ref_template="#/$defs/{name}")
    assert manifest == {"$ref": "#/$defs/Manifest"}
    body = definitions.pop("Release")
    body["properties"]["suite"] = {"const": SUITE}
    body["properties"]["format"] = {"const": FORMAT}
    body["required"] = ["suite", "format", *body["required"]]
    definitions["Manifest"]["properties"]["format"] = {"const": FORMAT}
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    for name in ("Evidence", "Member", "Source"):
        definitions[name]["properties"]["sha256"] = digest
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://mcp-conformance.invalid/reports/release.json",
        **body,
        "title": "Record of a release",
        "$defs": definitions,
    }


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
