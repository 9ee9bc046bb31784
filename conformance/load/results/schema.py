"""The JSON Schema of result files, made from the model: `python -m conformance.load.results.schema`."""

import json
from typing import Any

import msgspec

from conformance.load.results.model import FORMAT, SUITE, Result

PUBLISHED = "schemas/reports/load.json"


def schema() -> dict[str, Any]:
    made = msgspec.json.schema(Result)
    body = made["$defs"].pop("Result")
    body["properties"]["suite"] = {"const": SUITE}
    body["properties"]["format"] = {"const": FORMAT}
    body["required"] = ["suite", "format", *body["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://mcp-conformance.invalid/reports/load.json",
        **body,
        "title": "Result of a load run",
        "$defs": made["$defs"],
    }


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
