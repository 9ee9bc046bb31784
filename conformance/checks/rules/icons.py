"""Icons of servers, tools, prompts, resources and templates (basic/index#icons)."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from conformance.checks.invariants import Judge, invariant
from conformance.protocol.formats import is_base64
from conformance.protocol.messages import META_SERVER_INFO, JsonObject
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

_LISTS = ("tools", "prompts", "resources", "resourceTemplates")
_SIZE = re.compile(r"\d+x\d+|any", re.IGNORECASE)


def _each_icon(problem: Callable[[JsonObject], str | None]) -> Judge:
    def judge(reply: Reply, context: Context) -> list[str] | None:
        icons = list(_icons(reply.result)) if reply.has_result else []
        problems = (problem(icon) for icon in icons)
        return [one for one in dict.fromkeys(problems) if one] if icons else None

    return judge


def _icons(result: JsonObject) -> Iterator[JsonObject]:
    meta = result.get("_meta")
    holders = [result.get("serverInfo"), meta.get(META_SERVER_INFO) if isinstance(meta, dict) else None]
    for holder in (*holders, *(one for key in _LISTS for one in _list(result.get(key)))):
        yield from (icon for icon in _list(_member(holder, "icons")) if isinstance(icon, dict))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _source_problem(icon: JsonObject) -> str | None:
    """Data in another encoding than Base64 is let through."""
    source = icon.get("src")
    if not isinstance(source, str) or re.match(r"https?://[^/]", source, re.IGNORECASE):
        return None
    data = re.fullmatch(r"data:([^,]*),(.*)", source, re.IGNORECASE | re.DOTALL)
    if data and not data[1].lower().endswith(";base64"):
        return None
    return None if data and is_base64(unquote(data[2])) else f"the src of an icon is {source[:60]!r}"


def _size_problem(icon: JsonObject) -> str | None:
    sizes = [one for one in _list(icon.get("sizes")) if isinstance(one, str) and not _SIZE.fullmatch(one)]
    return f"a size of an icon is {sizes[0][:40]!r}" if sizes else None


invariant("icons-src-http-or-data")(_each_icon(_source_problem))
invariant("icons-sizes-format")(_each_icon(_size_problem))
