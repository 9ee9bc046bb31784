"""The JSON Schema of leaderboards, made from the model: `python -m conformance.load.leaderboard.schema`."""

import json
from typing import Any

import msgspec

from conformance.load.leaderboard.model import FORMAT, SUITE, Leaderboard

PUBLISHED = "schemas/reports/leaderboard.json"


def schema() -> dict[str, Any]:
    made = msgspec.json.schema(Leaderboard)
    body = made["$defs"].pop("Leaderboard")
    body["properties"]["suite"] = {"const": SUITE}
    body["properties"]["format"] = {"const": FORMAT}
    body["properties"]["generated_at_utc"] |= {"format": "date-time", "pattern": "Z$"}
    body["required"] = ["suite", "format", *body["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://mcp-conformance.invalid/reports/leaderboard.json",
        **body,
        "title": "Leaderboard of load runs",
        "$defs": made["$defs"],
    }


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
