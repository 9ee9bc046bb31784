"""Arguments for a tool, from the user or from the tool's own schema; what cannot be made is not guessed."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.protocol.json_schema import UnusableSchemaError, compile_validator
from conformance.protocol.messages import JsonObject
from conformance.target.samples import CannotMake, TooMuch, sample_object

REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Arguments:
    """`value` to call the tool with, or None and the `reason` why none could be made."""

    value: JsonObject | None
    reason: str = ""


def make_arguments(tool: Mapping[str, Any], bound: Mapping[str, Mapping[str, Any]]) -> Arguments:
    """The user's arguments from `bound` (tool name -> arguments), else required parameters made from the schema."""
    name = str(tool.get("name"))
    if name in bound:
        return Arguments(dict(bound[name]))
    schema = tool.get("inputSchema")
    if not isinstance(schema, dict):
        return Arguments(None, "the tool has no usable inputSchema")
    made = _made(json.dumps(schema, sort_keys=True))
    return Arguments(copy.deepcopy(made.value), made.reason)


@lru_cache(maxsize=REMEMBERED)
def _made(text: str) -> Arguments:
    """The same schema comes with each revision, and often with several tools."""
    schema = json.loads(text)
    try:
        value = sample_object(schema)
        problems = compile_validator(schema).problems(value)
    except (CannotMake, TooMuch) as error:
        return Arguments(None, str(error))
    except (UnusableSchemaError, RecursionError) as error:
        return Arguments(None, f"its inputSchema cannot be evaluated: {str(error)[:120]}")
    except Exception as error:  # a hostile schema may break a validator in any way; then nothing is made from it
        return Arguments(None, f"its inputSchema cannot be evaluated: {type(error).__name__}")
    if problems:
        found = problems[0]
        return Arguments(None, f"made arguments do not fit its inputSchema: {found.path} {found.message[:120]}")
    return Arguments(value)


def accepts(tool: Mapping[str, Any], arguments: JsonObject) -> bool:
    """Whether the tool's inputSchema allows these arguments; no when that cannot be told."""
    try:
        return not compile_validator(tool.get("inputSchema")).problems(arguments)
    except (UnusableSchemaError, RecursionError):
        return False
