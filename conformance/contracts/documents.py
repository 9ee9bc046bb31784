"""Validates a document against a JSON Schema of `schemas/contracts/`, or of a file of the user's.

Formats are asserted: `date-time` needs an offset and a real day, `duration` is of days, hours, minutes and seconds.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from conformance.contracts.times import instant, length
from conformance.protocol.problems import problems_of
from conformance.protocol.schemas import schema_root
from conformance.target.errors import ConfigError
from conformance.wire.exchange import NotJson, parse_json

FORMATS: Final = FormatChecker(formats=())
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or instant(value) is not None)
FORMATS.checks("duration")(lambda value: not isinstance(value, str) or length(value) is not None)

SHOWN: Final = 10
"""Problems of one document that are told."""


def problems_with(document: Any, schema: str) -> list[str]:
    """What is wrong, as short sentences with a JSON Pointer; empty if the document is valid. `schema` is a name in
    `schemas/contracts/` without its suffix, or the path of a file."""
    try:
        found = problems_of(validator(schema).iter_errors(document))
    except RecursionError:
        return ["the document is nested too deeply to be judged"]
    told = [f"{one.path or '/'} {one.message}" for one in found[:SHOWN]]
    return told if len(found) <= SHOWN else [*told, f"and {len(found) - SHOWN} more"]


@cache
def validator(schema: str) -> Draft202012Validator:
    path = Path(schema) if schema.endswith(".json") else schema_root() / "contracts" / f"{schema}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read the schema {path}: {error}") from None
    return Draft202012Validator(content, format_checker=FORMATS)


def read_object(data: bytes) -> tuple[dict[str, Any], str]:
    """The JSON object in the bytes and no problem, or nothing and what is wrong."""
    try:
        document = parse_json(data)
    except NotJson as error:
        return {}, f"is not JSON: {error}"
    return (document, "") if isinstance(document, dict) else ({}, f"is no JSON object but {type(document).__name__}")
