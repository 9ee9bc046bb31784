"""eMCP: errors of the protocol, what their texts show, and tools that are denied (docs/contracts/emcp.md)."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from conformance.checks import describe, expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import NotTestable
from conformance.contracts import Caller, Profile, expect_refusal, rule
from conformance.contracts.emcp.forms import RecordForm, need_form
from conformance.contracts.emcp.results import leaks
from conformance.contracts.emcp.settings import Emcp
from conformance.contracts.emcp.toolset import UNAUTHORIZED, Toolset, served
from conformance.protocol.messages import POST_HEADERS, JsonObject, same_id
from conformance.protocol.reply import Reply

SECTION = "emcp"

VERSION_HEADER = "mcp-protocol-version"
TRUNCATED = b'{"jsonrpc":'
REFUSED = ("tampered", "expired")
NO_ENVELOPE: JsonObject = {"id": 1, "method": "initialize"}


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    return {}


@pytest.fixture
def settings(profile: Profile) -> Emcp:
    assert profile.emcp is not None
    return profile.emcp


@pytest.fixture
def toolset(caller: Caller, settings: Emcp, known: dict[str, dict[str, Any]]) -> Toolset:
    return Toolset(caller, settings, known.setdefault(caller.profile.name, {}))


def send(toolset: Toolset, body: Any, **options: Any) -> Reply:
    """A body that is no request; the headers are those of any other one."""
    return served(Reply(toolset.caller.send(body=body, headers=headers_of(toolset), **options), body))


def headers_of(toolset: Toolset) -> dict[str, str]:
    """Named versions keep servers from treating a batch as one of 2025-03-26."""
    newest = toolset.settings.revisions[:1]
    return {**POST_HEADERS, **({VERSION_HEADER: newest[0]} if newest else {})}


@rule("emcp-error-not-json")
def test_a_body_that_is_not_json_is_a_parse_error(toolset: Toolset, settings: Emcp, record_form: RecordForm) -> None:
    """The id could not be read, so that it is null or left out."""
    reply = send(toolset, TRUNCATED)
    record_form(need_form(reply, settings.forms.not_json, "a truncated body"))
    expect(reply).that((reply.response or {}).get("id") is None, "no id, or null")


@rule("emcp-error-envelope")
def test_a_body_without_envelope_is_an_invalid_request(
    toolset: Toolset, settings: Emcp, record_form: RecordForm
) -> None:
    """Without jsonrpc it is no request, whatever the method."""
    reply = send(toolset, NO_ENVELOPE)
    record_form(need_form(reply, settings.forms.wrong_envelope, "no member jsonrpc"))


@rule("emcp-error-unknown-method")
def test_an_unknown_method_is_an_error(toolset: Toolset, settings: Emcp, record_form: RecordForm) -> None:
    """Asked by somebody whose scopes cover every method."""
    reply = served(toolset.ask(settings.unknown_method, {}, id="conformance-unknown", persona=toolset.as_admin()))
    record_form(need_form(reply, settings.forms.unknown_method, "an unknown method"))
    expect(reply).that(same_id((reply.response or {}).get("id"), "conformance-unknown"), "the id of the request")


@rule("emcp-error-batch")
def test_a_batch_is_refused(toolset: Toolset, settings: Emcp, record_form: RecordForm) -> None:
    """An array is no request."""
    reply = send(toolset, [toolset.caller.message("tools/list", {})], persona=toolset.as_admin())
    record_form(need_form(reply, settings.forms.batch, "a batch"))


@rule("emcp-error-empty-body")
def test_an_empty_body_is_an_error(toolset: Toolset, settings: Emcp, record_form: RecordForm) -> None:
    """Nothing is not JSON."""
    record_form(need_form(send(toolset, b""), settings.forms.empty_body, "an empty body"))


@rule("emcp-error-bad-id")
@pytest.mark.parametrize("id", [{"a": 1}, 1.5], ids=["object", "fraction"])
def test_an_id_of_a_wrong_type_is_refused(toolset: Toolset, id: Any) -> None:
    """A refusal of any kind, but no failure and no result."""
    reply = send(toolset, {"jsonrpc": "2.0", "id": id, "method": "ping"}, persona=toolset.as_admin())
    refused = reply.error is not None or 400 <= (reply.status or 0) < 500
    expect(reply).that(refused and (reply.status or 500) < 500, "HTTP 4xx or a JSON-RPC error")


@rule("emcp-error-texts-sanitised")
def test_error_texts_show_nothing_inner(toolset: Toolset, settings: Emcp) -> None:
    """Every way to be refused that this contract knows, in one go."""
    if not settings.leaks:
        not_applicable("the profile does not say what leaks look like")
    for words, reply in error_probes(toolset):
        if reply.has_result and reply.result.get("isError") is not True:
            continue
        found = leaks(reply.exchange.text, settings, toolset.caller.token)
        if found:
            violation(f"an error text without anything inner ({words})", f"{found[0]!r} in {describe(reply)}", reply)


def error_probes(toolset: Toolset) -> Iterator[tuple[str, Reply]]:
    """Requests that end in errors, each once; what kept one from being carried out is an error text as well."""
    settings, admin = toolset.settings, toolset.as_admin()
    yield "not JSON", raw(toolset, TRUNCATED)
    yield "no envelope", raw(toolset, NO_ENVELOPE)
    yield "a batch", raw(toolset, [1])
    yield "a bad id", raw(toolset, {"jsonrpc": "2.0", "id": {}, "method": "ping"})
    yield "an unknown method", toolset.ask(settings.unknown_method, {}, persona=admin)
    yield (
        "an unknown tool",
        toolset.ask("tools/call", {"name": settings.unknown_tool or "no-such-tool", "arguments": {}}),
    )
    yield "no tool", toolset.ask("tools/call", {})
    yield "params of a wrong type", raw(toolset, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": "x"})
    yield "a bad cursor", toolset.ask("tools/list", {"cursor": "no cursor"})
    yield "no credentials", toolset.ask("tools/list", {}, persona="none")
    for persona in REFUSED:
        with suppress(NotTestable):
            yield f"a token that is {persona}", toolset.ask("tools/list", {}, persona=persona)
    for call in [calls[0] for calls in settings.refused.values() if calls][:3]:
        yield call.why, toolset.ask("tools/call", {"name": call.tool, "arguments": call.arguments})


def raw(toolset: Toolset, body: Any) -> Reply:
    return Reply(toolset.caller.send(body=body, headers=headers_of(toolset)), body)


@rule("emcp-tool-denied")
def test_a_tool_that_writes_is_denied(toolset: Toolset, settings: Emcp, profile: Profile) -> None:
    """It need not exist: the name is enough."""
    need_scope_to_call(toolset)
    reply = toolset.ask("tools/call", {"name": denied(settings), "arguments": {}})
    expect_refusal(reply.exchange, settings.denied, profile, "a tool that writes")


@rule("emcp-tool-denied-dispatch")
def test_a_tool_that_writes_is_not_dispatched(toolset: Toolset, settings: Emcp, profile: Profile) -> None:
    """The same policy holds at the dispatch route."""
    route = settings.dispatch_route or not_applicable("the profile has no dispatch route")
    need_scope_to_call(toolset)
    reply = toolset.ask("tools/call", {"name": denied(settings), "arguments": {}}, route=route)
    expect_refusal(reply.exchange, settings.denied, profile, "a tool that writes")


def denied(settings: Emcp) -> str:
    return settings.denied_tool or not_applicable("the profile names no tool that is denied")


def need_scope_to_call(toolset: Toolset) -> None:
    """A token that may call tools; otherwise a 403 is about its scopes."""
    if "search" not in toolset.settings.calls:
        return
    if "scope" not in toolset.known:
        toolset.known["scope"] = toolset.run("search", limit=1).status
    if toolset.known["scope"] in UNAUTHORIZED:
        not_testable("the scopes of the token do not cover tools/call")


@rule("emcp-tool-denied-by-policy")
def test_a_tool_of_the_deny_list_is_denied(toolset: Toolset, settings: Emcp, profile: Profile) -> None:
    """What this installation denies is refused, and the search is not."""
    name = settings.denied_by_policy or not_applicable("the profile names no tool that this installation denies")
    toolset.search(1)
    reply = toolset.ask("tools/call", {"name": name, "arguments": {}})
    expect_refusal(reply.exchange, settings.denied, profile, f"{name} is denied here")
