"""Tools: what a server lists (server/tools#capabilities, #listing-tools, #tool)."""

import itertools
from collections import Counter
from collections.abc import Iterator

import pytest

from conformance.checks import (
    capability,
    expect,
    expect_no_problems,
    need_result,
    not_applicable,
    not_testable,
    requirement,
    violation,
)
from conformance.checks.http_probes import judged
from conformance.checks.listing import differs_between_connections, named_twice, varies_by_connection
from conformance.checks.outcomes import Blocked
from conformance.protocol.json_schema import check_json_schema
from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.problems import kind_of
from conformance.protocol.revisions import era_of
from conformance.target.config import RunConfig
from conformance.target.profile import Surface
from conformance.target.roles import fill

WALKED = 5
"""Pages of a list that are read more than once in a run; of longer lists only the first page."""

FRESH_READS = 4


@requirement("tools-capability-declared")
def test_tools_are_listed_only_by_servers_that_declare_them(peer: Peer, surface: Surface) -> None:
    """A server that offers tools declares the capability; asked all the same, others list none."""
    if surface.declares("tools"):
        return
    if era_of(surface.revision) == "modern":
        need_result(peer.request("server/discover"))
    reply = peer.request("tools/list", probe=True)
    offered = reply.result.get("tools") if reply.has_result else None
    expect(reply).that(not offered, "no tools from a server that does not declare the tools capability")


@requirement("tools-list-answered")
@capability("tools")
def test_the_list_is_answered(peer: Peer) -> None:
    """A server that declares tools answers tools/list with an array, be it empty."""
    expect(judged(peer.request("tools/list"))).result()


@requirement("tools-list-result-shape")
@capability("tools")
def test_every_page_is_a_result(peer: Peer) -> None:
    """All pages come; what is in them is judged as it passes."""
    for number, reply in enumerate(peer.pages("tools/list")):
        if not judged(reply).has_result and (number or era_of(peer.revision) == "modern"):
            raise Blocked(f"page {number + 1}: {reply.outcome}", _cause_of_missing_page(number))
        expect(reply).result()


def _cause_of_missing_page(number: int) -> str:
    return "tools-list-answered" if number == 0 else "pagination-results-after-cursor"


@requirement("tools-inputschema-valid-object")
@pytest.mark.usefixtures("revision")
def test_the_input_schema_is_a_valid_json_schema(tool: JsonObject) -> None:
    """inputSchema is an object, and valid by the dialect that it declares, or else by 2020-12."""
    if "inputSchema" not in tool:
        raise Blocked("the tool has no inputSchema", "tools-list-result-shape")
    schema = tool["inputSchema"]
    if not isinstance(schema, dict):
        violation("a JSON Schema object as inputSchema", f"inputSchema is {kind_of(schema)}")
    expect_no_problems(check_json_schema(schema), "inputSchema")


@requirement("tools-name-unique")
@capability("tools")
def test_names_are_unique(surface: Surface) -> None:
    """No name is listed again on another page; on one page the rule is judged as traffic."""
    _need_unique_names(surface)


@requirement("tools-name-unique-identifier")
@capability("tools")
def test_names_identify_tools(surface: Surface) -> None:
    """No name is listed again on another page; on one page the rule is judged as traffic."""
    _need_unique_names(surface)


def _need_unique_names(surface: Surface) -> None:
    if not surface.tools:
        not_applicable("no tool is announced")
    twice = named_twice([str(tool.get("name")) for tool in surface.tools if "name" in tool])
    if twice:
        violation("every tool under a name of its own", f"listed more than once: {', '.join(twice[:5])}")


@requirement("tools-list-deterministic-order")
@capability("tools")
def test_the_order_is_deterministic(peer: Peer, surface: Surface) -> None:
    """Listed again, the same tools come in the same order."""
    if len(surface.tools) < 2:
        not_applicable("there are not two tools to put in order")
    readings = [_names(need_result(peer.request("tools/list"))) for _ in range(FRESH_READS)]
    _need_one_order(readings)
    if any(reading != readings[0] for reading in readings):
        whole = [list(_all_names(peer)), list(_all_names(peer))]
        _need_one_order(whole)
        not_testable("the set of tools changes from one request to the next")


def _need_one_order(readings: list[list[str]]) -> None:
    """The same names are in the same order wherever they were read."""
    for once, again in itertools.pairwise(readings):
        if once != again and Counter(once) == Counter(again):
            violation("the same order again", f"{', '.join(once[:6])} … and then {', '.join(again[:6])} …")


def _names(result: JsonObject) -> list[str]:
    tools = result.get("tools")
    return [str(tool.get("name")) for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []


def _all_names(peer: Peer) -> Iterator[str]:
    for reply in peer.pages("tools/list"):
        yield from _names(need_result(reply))


@requirement("tools-list-not-per-connection")
@capability("tools")
def test_the_list_does_not_hang_on_the_connection(peer: Peer, surface: Surface, run_config: RunConfig) -> None:
    """Fresh connections, and one on which much was asked, see the same tools."""
    plain = fill("text-tool", surface, run_config)
    pages = surface.pages.get("tools", 1)
    if pages > WALKED:
        not_testable(f"a list of {pages} pages is not read again and again")

    def take(close: bool) -> frozenset[str]:
        """All pages on one connection, which ends after the last one."""
        found: list[str] = []
        params: JsonObject = {}
        for number in range(1, WALKED + 1):
            last = {"connection": "close"} if close and number >= pages else None
            result = need_result(peer.request("tools/list", params, headers=last))
            found += _names(result)
            if not isinstance(result.get("nextCursor"), str):
                break
            params = {"cursor": result["nextCursor"]}
        return frozenset(found)

    def other() -> None:
        lists = [f"{key}/list" for key in ("prompts", "resources") if surface.declares(key)]
        for method in ("server/discover", *lists):
            peer.request(method)
        peer.request("tools/call", {"name": "conformance-no-such-tool", "arguments": {}})
        if plain:
            peer.call_tool(plain.item, plain.arguments)

    if differs_between_connections(peer, "tools/list", "tools", "name") or varies_by_connection(take, other):
        violation("one set of tools, whatever the connection", "the set differs between connections, time and again")
