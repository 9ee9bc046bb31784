"""Pure judges of what tools give back: structured content, its counts, its public fields, and secrets."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.emcp.settings import Emcp, Shape
from conformance.contracts.paths import at_path
from conformance.protocol.messages import JsonObject
from conformance.wire.exchange import NotJson, parse_json

CALL_RESULT = "emcp-tool-result"
SHOWN = 5


def items_of(structured: Any, shape: Shape) -> list[Any] | None:
    found = at_path(structured, shape.items)
    return found if isinstance(found, list) else None


def list_problems(result: JsonObject, most: int, shape: Shape) -> list[str]:
    """What keeps the result of a list tool from being one, of at most `most` items."""
    problems = problems_with(result, CALL_RESULT)
    items = items_of(result.get("structuredContent"), shape)
    if items is None:
        return [*problems, f"structuredContent.{shape.items} is no array"]
    return [*problems, f"{len(items)} items where at most {most} were asked for"] if len(items) > most else problems


def meta_problems(structured: Any, wanted: dict[str, Any], shape: Shape) -> list[str]:
    """Where the metadata of a list differs: `wanted` are values by path; the count is that of the items."""
    counted = {**wanted, shape.count: len(items_of(structured, shape) or ())}
    found = {path: at_path(structured, path) for path in counted}
    return [
        f"{path} is {found[path]!r}, not {value!r}" for path, value in counted.items() if not _same(found[path], value)
    ]


def _same(found: Any, wanted: Any) -> bool:
    return type(found) is type(wanted) and bool(found == wanted)


def mirror_problem(result: JsonObject) -> str | None:
    """Why the first text is not the JSON of the structured content."""
    content = result.get("content")
    first = content[0] if isinstance(content, list) and content else None
    text = first.get("text") if isinstance(first, dict) else None
    if not isinstance(text, str):
        return "content[0] has no text"
    try:
        same = parse_json(text) == result.get("structuredContent")
    except NotJson as problem:
        return f"content[0].text is not JSON: {problem}"
    return None if same else "content[0].text differs from structuredContent"


def field_problems(items: Iterable[Any], allowed: Iterable[str], needed: str | None = None) -> list[str]:
    """Members of items that are not public, and items without the member that is needed."""
    public = set(allowed)
    problems: list[str] = []
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            problems.append(f"item {number} is no object")
            continue
        problems += [f"item {number} shows {name}" for name in item if name not in public]
        problems += [f"item {number} has no {needed}"] if needed and needed not in item else []
    return problems[:SHOWN]


def secret_members(document: Any, secrets: Iterable[str]) -> list[str]:
    """The names of secret members that occur in a document, at any depth, also in JSON within a text."""
    names = {name.lower() for name in secrets}
    return sorted({name for name in _members(document, 2) if name.lower() in names})


def _members(value: Any, inner: int) -> Iterator[str]:
    left: list[Any] = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield from one
            left += one.values()
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and inner and one.lstrip()[:1] in ("{", "["):
            yield from _members(_parsed(one), inner - 1)


def _parsed(text: str) -> Any:
    try:
        return parse_json(text)
    except NotJson:
        return None


def leaks(text: str, settings: Emcp, token: str | None) -> list[str]:
    """What an error text shows that it should not; JSON may escape its slashes."""
    text = text.replace("\\/", "/")
    found = [match[0][:80] for pattern in settings.leaks if (match := re.search(pattern, text))]
    return [*found, "the token of the request"] if token and token in text else found


def ids_of(items: Iterable[Any], shape: Shape) -> list[Any]:
    return [item.get(shape.id) for item in items if isinstance(item, dict)]
