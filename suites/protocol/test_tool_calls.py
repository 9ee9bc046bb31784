"""Tools: calling them (server/tools#calling-tools, #tool-result, #error-handling).

Each tool is called once under a revision. What its result holds is judged as it passes, together with the results
that other checks ask for; see conformance/checks/rules/tools.py.
"""

from collections.abc import Callable, Iterator

from conformance.checks import capability, expect, need_result, not_testable, requirement, timing
from conformance.checks.flow import notified
from conformance.checks.http_probes import judged
from conformance.checks.listening import get_stream
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.mrtr import asks
from conformance.checks.tool_results import complains, is_complete
from conformance.protocol.messages import METHOD_NOT_FOUND, JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.reply import LiveReply, Reply
from conformance.target.arguments import Arguments
from conformance.target.config import RunConfig
from conformance.target.misfits import misfits, out_of_range
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import ROLES, Filled, callable_tools

UNKNOWN = "conformance-no-such-tool"
TRIED = 2
"""Tools that are called by their names in other case."""

MISFITS_TRIED = 4
"""Tools that are called with arguments that their schema forbids."""


@requirement("tools-call-result-shape")
def test_a_tool_call_is_answered(
    peer: Peer, surface: Surface, called_tool: tuple[JsonObject, Arguments], arguments: JsonObject
) -> None:
    """A call with arguments that the inputSchema allows gives a result.

    An error may be lawful (of the server, for a lacking capability), so it only ends the judgement; but no server
    that lists a tool may say that it does not know the method, and some well-known fixtures always succeed.
    """
    tool = called_tool[0]
    reply = judged(peer.call_tool(tool, arguments))
    if reply.response is None and any(event.id for event in reply.exchange.events):
        not_testable("the stream ended before the response, which a resumed stream may still bring")
    if reply.exchange.ending == "deadline":
        not_testable(f"the tool did not finish: {reply.exchange.failure}; see --request-timeout")
    if _may_be_lawful(reply, tool) and str(tool.get("name")) not in _always_succeed(surface):
        not_testable(f"the tool answers {reply.outcome}; give arguments that work under [arguments]")
    expect(reply).result()


def _may_be_lawful(reply: Reply, tool: JsonObject) -> bool:
    if reply.error_code == METHOD_NOT_FOUND:
        return _only_as_task(tool)
    return reply.error is not None or (reply.response is None and 400 <= (reply.status or 0) < 500)


def _always_succeed(surface: Surface) -> set[str]:
    keys = ("text-tool", "image-tool", "audio-tool", "embedding-tool", "mixed-tool")
    return {name for key in keys for name in ROLES[key].known(surface)}


def _only_as_task(tool: JsonObject) -> bool:
    execution = tool.get("execution")
    return isinstance(execution, dict) and execution.get("taskSupport") == "required"


@requirement("tools-errors-in-result")
@capability("tools")
def test_a_failing_tool_says_so_in_its_result(peer: Peer, role: Callable[[str], Filled]) -> None:
    """An error of the tool itself is a result with isError true, not a JSON-RPC error."""
    failing = role("failing-tool")
    reply = judged(peer.call_tool(failing.item, failing.arguments))
    result = expect(reply).result()
    if asks(reply):
        not_testable(f"{failing.name} asks for input before it fails")
    if not isinstance(result.get("isError", False), bool):
        raise Blocked("isError is no boolean", by="tools-call-result-shape")
    expect(reply).that(result.get("isError") is True, "a result with isError true")


@requirement("tools-unknown-tool-protocol-error")
@capability("tools")
def test_an_unknown_tool_is_a_protocol_error(peer: Peer, surface: Surface) -> None:
    """A tool that is not listed is answered with a JSON-RPC error."""
    for name in _unknown_names(surface):
        reply = judged(peer.request("tools/call", {"name": name, "arguments": {}}))
        expect(reply).that(reply.error is not None, f"a JSON-RPC error for the unknown tool {name!r}")


def _unknown_names(surface: Surface) -> Iterator[str]:
    listed = {str(tool.get("name")) for tool in surface.tools}
    names = [UNKNOWN, *(f"{name}{UNKNOWN}" for name in sorted(listed)[:1])]
    yield from (name for name in names if name not in listed)


@requirement("tools-name-case-sensitive")
@capability("tools")
def test_names_are_case_sensitive(peer: Peer, surface: Surface, run_config: RunConfig) -> None:
    """A listed name in other case names no tool."""
    listed = {tool.get("name") for tool in surface.tools}
    tried = [
        (tool, made.value)
        for tool, made in callable_tools(surface, run_config)
        if made.value is not None and tool["name"].swapcase() not in listed
    ]
    if not tried:
        not_testable("no tool that may be called has letters in its name and arguments that can be made")
    for tool, arguments in _successful_first(tried, surface)[:TRIED]:
        name = tool["name"]
        reply = judged(peer.call_tool({**tool, "name": name.swapcase()}, arguments))
        served = reply.has_result and is_complete(reply.result) and not complains(reply.result)
        expect(reply).that(not served, f"no tool {name.swapcase()!r} beside {name!r}")


def _successful_first(
    tools: list[tuple[JsonObject, JsonObject]], surface: Surface
) -> list[tuple[JsonObject, JsonObject]]:
    known = _always_succeed(surface)
    return sorted(tools, key=lambda one: one[0]["name"] not in known)


@requirement("tools-malformed-request-protocol-error")
@capability("tools")
def test_a_malformed_call_is_a_protocol_error(peer: Peer, surface: Surface, run_config: RunConfig) -> None:
    """A call that breaks the CallToolRequest schema is answered with a JSON-RPC error."""
    name = next((tool["name"] for tool, _ in callable_tools(surface, run_config) if "name" in tool), UNKNOWN)
    for what, params in _malformed(name):
        reply = judged(peer.request("tools/call", params, probe=True))
        refused = reply.error is not None or (reply.status or 0) >= 400
        expect(reply).that(refused, f"a JSON-RPC error for a call with {what}")


def _malformed(name: str) -> Iterator[tuple[str, JsonObject]]:
    yield "no name", {"arguments": {}}
    yield "a number as name", {"name": 5, "arguments": {}}
    yield "a text as arguments", {"name": name, "arguments": "example"}
    yield "an array as arguments", {"name": name, "arguments": ["example"]}


@requirement("tools-validate-inputs")
@capability("tools")
def test_arguments_that_the_schema_forbids_are_refused(peer: Peer, surface: Surface, run_config: RunConfig) -> None:
    """Arguments left out, of a type that cannot be converted, or not among the choices are refused in whatever way.

    A result that is not marked as an error but whose words report a problem shows that the input was validated.
    """
    several = _with_misfits(surface, run_config)
    if not several:
        not_testable("no tool that may be called takes an argument of a plain type")
    for tool, wrong in several[:MISFITS_TRIED]:
        for what, arguments in wrong:
            reply = _call_wrongly(peer, tool, arguments)
            taken = reply.has_result and is_complete(reply.result) and not complains(reply.result)
            expect(reply).that(not taken, f"a refusal of {tool.get('name')} with {what}")


def _with_misfits(surface: Surface, config: RunConfig) -> list[tuple[JsonObject, list[tuple[str, JsonObject]]]]:
    """Those that can be called wrongly in the most ways come first."""
    tools = callable_tools(surface, config)
    wrong = [(tool, misfits(tool, made.value)) for tool, made in tools if made.value is not None]
    return sorted((one for one in wrong if one[1]), key=lambda one: -len(one[1]))


def _call_wrongly(peer: Peer, tool: JsonObject, arguments: JsonObject) -> Reply:
    """The headers fit the body, so that the arguments are all that is wrong."""
    params = {"name": tool["name"], "arguments": arguments}
    return judged(peer.request("tools/call", params, headers=peer.tool_headers(tool, arguments), probe=True))


@requirement("tools-input-validation-iserror")
@capability("tools")
def test_a_value_out_of_range_is_an_error_of_the_tool(
    peer: Peer, surface: Surface, run_config: RunConfig
) -> None:
    """A value of the right type that breaks a constraint gives a result with isError true."""
    tools = callable_tools(surface, run_config)
    wrong = [(tool, out_of_range(tool, made.value)) for tool, made in tools if made.value is not None]
    several = [(tool, one) for tool, one in wrong if one is not None]
    if not several:
        not_testable("no tool that may be called takes an argument with a range, an enum or a length")
    for tool, (what, arguments) in several[:MISFITS_TRIED]:
        reply = _call_wrongly(peer, tool, arguments)
        expect(reply).that(reply.error is None, f"a tool result with isError true for {what}")


@requirement("tools-list-changed-notification")
@capability("tools", "listChanged")
@timing
def test_a_change_of_the_list_is_announced(
    new_peer: Callable[..., Peer], role: Callable[[str], Filled], target: TargetProfile
) -> None:
    """A server that declared listChanged notifies when a tool comes or goes."""
    changer = role("tool-list-changer")
    peer = new_peer()
    with get_stream(peer, target.grace) as stream:
        before = _listed(peer)
        reply = peer.call_tool(changer.item, changer.arguments)
        try:
            need_result(reply)
            if _listed(peer) == before:
                not_testable(f"{changer.name} did not change the tool list")
            announced = notified(reply, CHANGED) or _is_announced(stream, target.grace)
            expect(reply).that(announced, f"{CHANGED} after the tool list changed")
        finally:
            peer.call_tool(changer.item, changer.arguments)


CHANGED = "notifications/tools/list_changed"


def _listed(peer: Peer) -> list[str]:
    return [str(tool.get("name")) for tool in peer.items("tools/list", "tools")]


def _is_announced(stream: LiveReply | None, patience: float) -> bool:
    if stream is None:
        not_testable("the server offers no GET stream")
    return stream.wait_for_message(patience, CHANGED)
