"""What holds for every tool list and for every result of a tool, whichever check asked for it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.checks import header_parameters as headers
from conformance.checks import tool_results
from conformance.checks.encodings import misencoding
from conformance.checks.invariants import Judge, invariant
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.lists import listed, repeated
from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

LONGEST_NAME = 128

_ALLOWED = re.compile(r"[A-Za-z0-9_.-]*")
_SPECIAL = re.compile(r"[^\w.\-]")


def _each_tool(problems: Callable[[JsonObject], list[str]]) -> Judge:
    """A rule about each tool of a list by itself."""

    def judge(reply: Reply, context: Context) -> list[str] | None:
        tools = listed(reply, "tools/list", "tools")
        if not tools:
            return None
        return [f"tool {str(tool.get('name'))[:80]!r}: {problem}" for tool in tools for problem in problems(tool)]

    return judge


def _named(problem: Callable[[str], str | None]) -> Judge:
    """A rule about the name of each tool."""

    def problems(tool: JsonObject) -> list[str]:
        name = tool.get("name")
        found = problem(name) if isinstance(name, str) else None
        return [found] if found else []

    return _each_tool(problems)


def _length_problem(name: str) -> str | None:
    return None if 1 <= len(name) <= LONGEST_NAME else f"the name has {len(name)} characters"


def _charset_problem(name: str) -> str | None:
    return None if _ALLOWED.fullmatch(name) else "the name has characters other than A-Z, a-z, 0-9, _, - and ."


def _special_problem(name: str) -> str | None:
    found = _SPECIAL.search(name)
    return f"the name has the special character {found.group()!r}" if found else None


invariant("tools-name-length")(_named(_length_problem))
invariant("tools-name-charset")(_named(_charset_problem))
invariant("tools-name-no-special")(_named(_special_problem))


def names_are_unique(reply: Reply, context: Context) -> list[str] | None:
    """On one page; see the suite for the others."""
    return repeated(reply, "tools/list", "tools", "name")


invariant("tools-name-unique")(names_are_unique)
invariant("tools-name-unique-identifier")(names_are_unique)


def _annotated(problems: Callable[[list[headers.Annotation]], list[str]]) -> Judge:
    """A rule about the parameters that are mirrored in headers; lists without any are no subject."""
    judge_tools = _each_tool(lambda tool: problems(headers.annotations(tool.get("inputSchema"))))

    def judge(reply: Reply, context: Context) -> list[str] | None:
        tools = listed(reply, "tools/list", "tools")
        if not any(headers.annotations(tool.get("inputSchema")) for tool in tools):
            return None
        return judge_tools(reply, context)

    return judge


invariant("http-xmcp-not-empty")(_annotated(headers.empty))
invariant("http-xmcp-no-control-chars")(_annotated(headers.control_characters))
invariant("http-xmcp-token-syntax")(_annotated(headers.no_token))
invariant("http-xmcp-unique")(_annotated(headers.repeated))
invariant("http-xmcp-primitive-only")(_annotated(headers.not_primitive))
invariant("http-xmcp-integer-safe-range")(_annotated(headers.unsafe_integers))
invariant("http-xmcp-statically-reachable")(_annotated(headers.unreachable))
invariant("http-xmcp-not-through-composition")(_annotated(headers.composed))
invariant("tools-xmcp-no-sensitive")(_annotated(headers.sensitive))


@invariant("tools-output-schema-object-legacy")
def output_schemas_are_of_objects(reply: Reply, context: Context) -> list[str] | None:
    if not any("outputSchema" in tool for tool in listed(reply, "tools/list", "tools")):
        return None
    return claimed("tools-output-schema-object-legacy", reply, context)


def _tool_result(reply: Reply, context: Context) -> Any:
    """The result of a tool call that broke no rule on purpose."""
    return reply.result if reply.method == "tools/call" and not context.probe and reply.has_result else None


@invariant("tools-output-schema-conform")
def structured_content_fits_the_output_schema(reply: Reply, context: Context) -> list[str] | None:
    result = _tool_result(reply, context)
    if result is None or context.tool is None:
        return None
    problems = tool_results.structured_problems(context.tool, result)
    if problems is None:
        return None
    return [f"tool {str(context.tool.get('name'))[:80]!r} {problem}" for problem in problems]


@invariant("tools-structured-object-legacy")
def structured_content_is_an_object(reply: Reply, context: Context) -> list[str] | None:
    result = _tool_result(reply, context)
    if result is None or "structuredContent" not in result:
        return None
    return claimed("tools-structured-object-legacy", reply, context)


@invariant("tools-structured-also-text")
def structured_content_is_also_text(reply: Reply, context: Context) -> list[str] | None:
    result = _tool_result(reply, context)
    if result is None or not tool_results.is_complete(result) or "structuredContent" not in result:
        return None
    if not isinstance(result.get("content"), list):
        return None
    if tool_results.is_also_text(result):
        return []
    name = str(context.message["params"].get("name"))[:80]
    return [f"tool {name!r} returned structuredContent that no text block repeats as JSON"]


@invariant("tools-content-base64")
def binary_content_is_base64_of_a_type(reply: Reply, context: Context) -> list[str] | None:
    if not _has_content(reply, "image", "audio"):
        return None
    media = [one for one in tool_results.blocks(reply.result) if one.get("type") in ("image", "audio")]
    return claimed("tools-content-base64", reply, context) + [
        f"tools/call returned {block['type']} content {problem}" for block in media for problem in _media(block)
    ]


def _media(block: JsonObject) -> Iterator[str]:
    kind, data = block.get("mimeType"), block.get("data")
    if isinstance(kind, str) and not re.fullmatch(r"[^\s/]+/[^\s/].*", kind):
        yield f"with the mimeType {kind[:80]!r}"
    if isinstance(data, str) and (found := misencoding(data)):
        yield f"whose data is {found}"


@invariant("tools-not-2024-audio")
def no_later_content_in_2024(reply: Reply, context: Context) -> list[str] | None:
    return claimed("tools-not-2024-audio", reply, context) if _has_content(reply) else None


@invariant("tools-not-2025-03-resource-link")
def no_links_before_they_existed(reply: Reply, context: Context) -> list[str] | None:
    return claimed("tools-not-2025-03-resource-link", reply, context) if _has_content(reply) else None


@invariant("tools-embedded-resources-capability")
def embedding_servers_declare_resources(reply: Reply, context: Context) -> list[str] | None:
    if not _has_content(reply, "resource") or context.declared is None:
        return None
    return [] if "resources" in context.declared else ["a tool embeds a resource; resources are not declared"]


def _has_content(reply: Reply, *kinds: str) -> bool:
    """Whether the reply is a tool result with content (of one of these types)."""
    if reply.method != "tools/call" or not reply.has_result:
        return False
    return any(not kinds or block.get("type") in kinds for block in tool_results.blocks(reply.result))
