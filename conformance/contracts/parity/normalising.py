"""What has to be equal in two answers, and what may differ: times, process ids, counters of uptime."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from conformance.protocol.problems import kind_of, shown
from conformance.report.text import printable
from conformance.wire.redact import Redactor

TIME: Final = "<time>"
MOST: Final = 20
"""Differences of one answer that are told."""

_ISO_UTC: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)")
_REDACTOR: Final = Redactor()


class Normalising(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ignored_keys` are members that may differ wherever they stand, `ignored_paths` places such as
    `content.0.text` or `items.*.id`."""

    ignored_keys: tuple[str, ...] = (
        "correlation_id", "generated_at", "pid", "startedAt", "started_at", "completed_at", "timestamp", "tookMs",
        "duration", "notes", "uptimeMs", "uptimeSeconds",
    )  # fmt: skip
    ignored_paths: tuple[str, ...] = ()
    ignore_times: bool = True
    """Whether a text that is a whole UTC timestamp may differ from another one."""
    tolerance: float = 0
    """How far numbers may differ, as a share of the larger one."""


def normalised(value: Any, settings: Normalising, path: str = "") -> Any:
    """The value without what may differ, texts that are JSON being read wherever they stand."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if key not in settings.ignored_keys}
        return {
            key: normalised(inner, settings, _inner(path, key))
            for key, inner in kept.items()
            if not _ignored(_inner(path, key), settings)
        }
    if isinstance(value, list):
        return [normalised(inner, settings, _inner(path, str(index))) for index, inner in enumerate(value)]
    read = read_text(value)
    if read is not value:
        return normalised(read, settings, path)
    if settings.ignore_times and isinstance(value, str) and _ISO_UTC.fullmatch(value):
        return TIME
    return value


def _inner(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _ignored(path: str, settings: Normalising) -> bool:
    steps = path.split(".")
    return any(
        len(wanted) == len(steps) and all(one in ("*", step) for one, step in zip(wanted, steps, strict=True))
        for wanted in (pattern.split(".") for pattern in settings.ignored_paths)
    )


def answer_of(result: Any) -> Any:
    """What a tool result says: its structured content, or else its content, texts that are JSON being read."""
    if not isinstance(result, dict):
        return result
    if "structuredContent" in result:
        return {"isError": result.get("isError", False), "structuredContent": result["structuredContent"]}
    content = result.get("content")
    blocks = [_block(block) for block in content] if isinstance(content, list) else content
    return {"isError": result.get("isError", False), "content": blocks}


def _block(block: Any) -> Any:
    if not isinstance(block, dict) or block.get("type") != "text":
        return block
    return {**block, "text": read_text(block.get("text"))}


def read_text(text: Any) -> Any:
    """The JSON value of a text that holds an object or array, else the text."""
    if not isinstance(text, str) or text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def differences(active: Any, canary: Any, settings: Normalising) -> list[str]:
    """Where two values differ once normalised: the path, and both sides."""
    found = _differ(normalised(active, settings), normalised(canary, settings), "", settings)
    told: list[str] = []
    for problem in found:
        if len(told) == MOST:
            return [*told, "and more"]
        told.append(problem)
    return told


def _differ(active: Any, canary: Any, path: str, settings: Normalising) -> Iterator[str]:
    place = path or "the whole"
    if isinstance(active, dict) and isinstance(canary, dict):
        for key in active.keys() | canary.keys():
            if key not in canary:
                yield f"{_inner(path, key)} is missing on the canary"
            elif key not in active:
                yield f"{_inner(path, key)} is on the canary only"
            else:
                yield from _differ(active[key], canary[key], _inner(path, key), settings)
    elif isinstance(active, list) and isinstance(canary, list):
        if len(active) != len(canary):
            yield f"{place} has {len(active)} items, on the canary {len(canary)}"
        for index, (one, other) in enumerate(zip(active, canary, strict=False)):
            yield from _differ(one, other, _inner(path, str(index)), settings)
    elif not _same(active, canary, settings.tolerance):
        yield f"{place} is {_told(active)}, on the canary {_told(canary)}"


def _same(active: Any, canary: Any, tolerance: float) -> bool:
    if kind_of(active) in ("integer", "number") and kind_of(canary) in ("integer", "number"):
        return bool(abs(active - canary) <= tolerance * max(abs(active), abs(canary)))
    return type(active) is type(canary) and bool(active == canary)


def _told(value: Any) -> str:
    return printable(shown(_REDACTOR.text(value[:512]) if isinstance(value, str) else value))
