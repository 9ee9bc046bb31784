"""Pure judges of a catalogue of tools."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.emcp.settings import Emcp
from conformance.protocol.json_schema import check_json_schema
from conformance.protocol.messages import JsonObject


def names_of(tools: Iterable[Any]) -> list[str]:
    return [tool["name"] for tool in tools if isinstance(tool, dict) and isinstance(tool.get("name"), str)]


def missing(tools: Iterable[Any], settings: Emcp) -> list[str]:
    """Canonical tools that are not listed."""
    names = set(names_of(tools))
    return [name for name in settings.canonical_tools if name not in names]


def repeated(tools: Iterable[Any]) -> list[str]:
    return [name for name, times in Counter(names_of(tools)).items() if times > 1]


def misplaced(tools: Sequence[Any], settings: Emcp) -> list[str]:
    """Names that take the reserved namespace without being of the toolset, or that have none of their own. Tools that
    write are a family of the toolset, with a rule of their own."""
    known = {*settings.canonical_tools, *settings.optional_tools, *writing(tools, settings)}
    return [name for name in names_of(tools) if name not in known and not _is_of_vendor(name, settings)]


def _is_of_vendor(name: str, settings: Emcp) -> bool:
    reserved = bool(settings.reserved_prefix) and name.startswith(settings.reserved_prefix)
    return not reserved and name.count(".") >= settings.vendor_dots


def writing(tools: Iterable[Any], settings: Emcp) -> list[str]:
    prefix = settings.write_prefix
    return [name for name in names_of(tools) if prefix and name.startswith(prefix)]


def undescribed(result: JsonObject) -> list[str]:
    """What is wrong with a page of tools and with the input schemas in it."""
    problems = problems_with(result, "emcp-tools-list-result")
    return problems or list(_bad_schemas(result["tools"]))


def _bad_schemas(tools: Iterable[JsonObject]) -> Iterator[str]:
    for tool in tools:
        found = check_json_schema(tool["inputSchema"])
        yield from (f"{tool['name']}: inputSchema{one.path} {one.message}" for one in found)
