"""Multi round-trip requests (2026-07-28 basic/patterns/mrtr)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.checks import expect, not_testable, requirement
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.mrtr import INPUT_REQUIRED, KINDS, asks, input_requests
from conformance.checks.tool_results import complains, is_complete
from conformance.protocol.messages import JsonObject
from conformance.protocol.modern import modern_peer
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.arguments import make_arguments
from conformance.target.config import RunConfig
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface
from conformance.target.roles import ROLES, advice, may_call
from conformance.target.samples import CannotMake, TooMuch, sample_object

NewPeer = Callable[..., Peer]

CLIENT: JsonObject = {"elicitation": {"form": {}}, "sampling": {}, "roots": {}}
"""A client that can give whatever a server may ask for."""

SEALED = "test_input_required_result_tampered_state"
"""The well-known fixture whose requestState is protected."""

TRIED = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """A call that was answered by a question, and what it asked for."""

    peer: Peer
    tool: JsonObject
    arguments: JsonObject
    result: JsonObject

    def responses(self) -> JsonObject:
        return {key: _response(one) for key, one in input_requests(self.result).items()}

    def retry(self, responses: Any, *, state: str | None = None, probe: bool = False) -> Reply:
        """The call once more, with these responses, on a connection that nothing was sent on yet."""
        params = {"name": self.tool["name"], "arguments": self.arguments, "inputResponses": responses}
        if "requestState" in self.result:
            params["requestState"] = self.result["requestState"] if state is None else state
        headers = self.peer.tool_headers(self.tool, self.arguments)
        with self.peer.channel.on_new_connection() as fresh:
            peer = modern_peer(fresh, self.peer.revision, CLIENT)
            return peer.request("tools/call", params, headers=headers, probe=probe)


@pytest.fixture
def asking(new_peer: NewPeer, surface: Surface, run_config: RunConfig) -> list[Asking]:
    """The tools that play the role and ask for input."""
    peer = new_peer(capabilities=CLIENT)
    known = ROLES["asking-tool"].names
    named = [tool for tool in surface.tools if _plays(tool, run_config) or tool.get("name") in known]
    found = []
    for tool in named:
        made = make_arguments(tool, run_config.arguments)
        if made.value is not None and may_call(tool, surface, run_config):
            reply = peer.call_tool(tool, made.value)
            if asks(reply):
                found.append(Asking(peer, tool, made.value, reply.result))
    return found or not_testable(advice("asking-tool"))


def _plays(tool: JsonObject, config: RunConfig) -> bool:
    return tool.get("name") == config.roles.get("asking-tool")


def _with_requests(asking: list[Asking]) -> list[Asking]:
    """Those that ask for something that we can answer."""
    found = [one for one in asking if one.responses()]
    return found[:TRIED] or not_testable("no tool asks for input with inputRequests")


@requirement("mrtr-values-allowed-requests")
def test_input_requests_are_well_formed(asking: list[Asking]) -> None:
    """Each is one of the three requests; what the questions hold is judged as traffic."""
    assert asking


@requirement("mrtr-only-supported-methods")
def test_other_methods_ask_for_nothing(new_peer: NewPeer, surface: Surface) -> None:
    """Not even a client that can give everything is asked for input by discovery or a list."""
    peer = new_peer(capabilities=CLIENT)
    for method in ("server/discover", *(LISTS[key] for key in LISTS if surface.declares(CAPABILITY_OF[key]))):
        reply = peer.request(method)
        expect(reply).that(not asks(reply), f"no question in the answer to {method}")


@requirement("mrtr-no-undeclared-input-kind")
@pytest.mark.parametrize("kind", CLIENT)
def test_only_what_was_declared_is_asked_for(new_peer: NewPeer, asking: list[Asking], kind: str) -> None:
    """A client that can give one kind of input is asked for no other."""
    peer = new_peer(capabilities={kind: CLIENT[kind]})
    for one in asking[-TRIED:]:
        reply = peer.call_tool(one.tool, one.arguments)
        asked = input_requests(reply.result) if asks(reply) else {}
        others = [each["method"] for each in asked.values() if KINDS.get(str(each.get("method")), kind) != kind]
        expect(reply).that(not others, f"no question beside {kind}", others)


@requirement("mrtr-retry-independent")
def test_a_retry_needs_no_connection(asking: list[Asking]) -> None:
    """With all inputs and the state, a retry is served on any connection."""
    for one in _with_requests(asking):
        expect(one.retry(one.responses())).result()


@requirement("mrtr-ignore-unexpected-responses")
def test_unexpected_responses_are_ignored(asking: list[Asking]) -> None:
    """A response that nobody asked for does no harm."""
    for one in _with_requests(asking):
        _need_served(one)
        more = {**one.responses(), "conformance-unexpected": {"action": "decline"}}
        expect(one.retry(more)).result()


@requirement("mrtr-missing-responses-rerequest")
def test_missing_responses_are_asked_for_again(asking: list[Asking]) -> None:
    """A retry that lacks the inputs gives a new question, not an error."""
    for one in _with_requests(asking):
        reply = one.retry({})
        expect(reply).that(asks(reply), f"a result of the type {INPUT_REQUIRED}, as the inputs are missing")


@requirement("mrtr-protocol-error-jsonrpc")
@pytest.mark.parametrize("responses", [42, ["a"]], ids=["number", "array"])
def test_malformed_responses_are_an_error(asking: list[Asking], responses: Any) -> None:
    """inputResponses that are no object lead to a JSON-RPC error."""
    one = _with_requests(asking)[0]
    reply = one.retry(responses, probe=True)
    expect(reply).that(reply.error is not None, f"a JSON-RPC error for inputResponses {responses!r}")


@requirement("mrtr-validate-input-responses")
@pytest.mark.parametrize("response", ["a text", {"action": 5}], ids=["text", "number-as-action"])
def test_wrong_responses_are_not_taken(asking: list[Asking], response: Any) -> None:
    """A response that is no ElicitResult is refused or asked for again."""
    one = next((one for one in _with_requests(asking) if _elicits(one.result)), None)
    if one is None:
        not_testable("no tool asks for input by elicitation alone")
    reply = one.retry(dict.fromkeys(one.responses(), response), probe=True)
    taken = reply.has_result and is_complete(reply.result) and not complains(reply.result)
    expect(reply).that(not taken, f"a refusal of the response {response!r}")


@requirement("mrtr-requeststate-reject-tampered")
@pytest.mark.parametrize("kind", ["invented", "changed"])
def test_a_state_that_was_tampered_with_is_refused(asking: list[Asking], kind: str) -> None:
    """The fixture with a protected state completes with the state that it gave, and with no other."""
    one = next((one for one in asking if one.tool["name"] == SEALED), None)
    state = one.result.get("requestState") if one else None
    if one is None or not isinstance(state, str) or len(state) < 3:
        not_testable(f"there is no tool {SEALED} with a state")
    reply = one.retry(one.responses(), state="conformance-invented" if kind == "invented" else _changed(state))
    expect(reply).that(not (reply.has_result and is_complete(reply.result)), f"a refusal of the {kind} state")


def _need_served(one: Asking) -> None:
    reply = one.retry(one.responses())
    if not reply.has_result:
        raise Blocked(f"a retry: {reply.outcome}", by="mrtr-retry-independent")


def _changed(state: str) -> str:
    """With another letter in the middle, where no encoding has bits to spare."""
    middle = len(state) // 2
    return state[:middle] + ("A" if state[middle] != "A" else "B") + state[middle + 1 :]


def _elicits(result: JsonObject) -> bool:
    return all(one.get("method") == "elicitation/create" for one in input_requests(result).values())


def _response(asked: Mapping[str, Any]) -> JsonObject:
    """What a client would answer."""
    if asked.get("method") == "roots/list":
        return {"roots": []}
    if asked.get("method") == "sampling/createMessage":
        content = {"type": "text", "text": "example"}
        return {"role": "assistant", "content": content, "model": "conformance", "stopReason": "endTurn"}
    params = asked.get("params")
    schema = params.get("requestedSchema") if isinstance(params, dict) else None
    try:
        return {"action": "accept", "content": sample_object(schema if isinstance(schema, dict) else {})}
    except (CannotMake, TooMuch):
        return {"action": "decline"}
