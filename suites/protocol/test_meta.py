"""Request metadata (2026-07-28 basic/index#_meta): what is required, what is optional, what it must not change."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from conformance.checks import expect, need_result, not_testable, requirement, shorten, violation
from conformance.checks.http_probes import NamedRequest, judged, named_requests, plain_methods
from conformance.checks.served import expect_served
from conformance.protocol.messages import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    META_CAPABILITIES,
    META_CLIENT_INFO,
    META_VERSION,
    MISSING_CAPABILITY,
    JsonObject,
    request,
)
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.profile import LISTS, Surface, TargetProfile
from conformance.target.roles import Filled

OTHER_CLIENTS: Mapping[str, JsonObject | None] = {
    "a well-known client": {"name": "claude-ai", "version": "1.0.0"},
    "an odd name": {"name": "\u2603 -1 <x>", "version": ""},
    "no clientInfo": None,
}


@requirement("meta-missing-field-invalid-params")
def test_missing_client_capabilities_are_invalid_params(
    peer: Peer, surface: Surface, run_config: RunConfig
) -> None:
    """A request whose _meta has no clientCapabilities, its one fault, is refused with -32602."""
    plain = [NamedRequest(method, {}, "") for method in plain_methods(surface)]
    for one in (*plain, *named_requests(peer, surface, run_config)):
        reply = judged(_without(peer, one.method, META_CAPABILITIES, one.params, one.headers))
        if reply.error_code != INVALID_PARAMS:
            need_result(one.send(peer, {}, probe=False))
        expect(reply).error(INVALID_PARAMS)


@requirement("meta-missing-field-invalid-params")
@pytest.mark.parametrize("what", ["no protocolVersion", "no _meta", "no params"])
def test_a_missing_version_is_refused(peer: Peer, surface: Surface, target: TargetProfile, what: str) -> None:
    """Without the version in _meta a request is refused: the field is missing, and the version header has no match."""
    if "legacy" in target.eras:
        not_testable("the server also speaks legacy revisions, and may take a request without _meta for a legacy one")
    method = plain_methods(surface)[-1]
    reply = judged(_without_version(peer, method, what))

    expect(reply).error(INVALID_PARAMS, HEADER_MISMATCH)


def _without_version(peer: Peer, method: str, what: str) -> Reply:
    if what == "no protocolVersion":
        return _without(peer, method, META_VERSION)
    dressed = peer.dialect.dress(request(method))
    bare = {**dressed, "params": {}} if what == "no _meta" else {k: v for k, v in dressed.items() if k != "params"}
    return peer.send(bare, headers=peer.dialect.headers(dressed))


def _without(
    peer: Peer,
    method: str,
    key: str,
    params: JsonObject | None = None,
    headers: Mapping[str, Any] = MappingProxyType({}),
    *,
    probe: bool = True,
) -> Reply:
    """The request with one key of its _meta left out, and all headers as they should be."""
    dressed = peer.dialect.dress(request(method, params))
    meta = {name: value for name, value in dressed["params"]["_meta"].items() if name != key}
    message = {**dressed, "params": {**dressed["params"], "_meta": meta}}
    return peer.send(message, headers={**peer.dialect.headers(dressed), **headers}, probe=probe)


@requirement("meta-clientinfo-optional-accepted")
def test_a_request_without_client_info_is_served(peer: Peer, surface: Surface) -> None:
    """clientInfo is optional: a request without it is served like any other."""
    for method in plain_methods(surface):
        reply = judged(_without(peer, method, META_CLIENT_INFO, probe=False))
        expect_served(reply, peer, f"{method} without clientInfo")


@requirement("meta-unknown-keys-accepted")
def test_unknown_keys_in_meta_are_accepted(peer: Peer, surface: Surface) -> None:
    """_meta is open: keys that a server does not know, whatever their values, do not make a request fail."""
    unknown = {"com.example.conformance/probe": {"nested": [1, None, "x"]}, "conformance-probe": True}
    for method in plain_methods(surface):
        reply = judged(peer.request(method, {"_meta": unknown}))
        expect_served(reply, peer, f"{method} with unknown keys in _meta")


@requirement("meta-missing-capability-error")
def test_a_missing_client_capability_is_named(peer: Peer, role: Callable[[str], Filled]) -> None:
    """A request that cannot be served without a client capability is answered -32021, with what is missing."""
    needy = role("capability-tool")
    reply = judged(_call(peer, needy))

    error = expect(reply).error(MISSING_CAPABILITY)
    data = error.get("data")
    named = data.get("requiredCapabilities") if isinstance(data, dict) else None
    expect(reply).that(isinstance(named, dict) and named, "data.requiredCapabilities with what is missing", data)


@requirement("meta-missing-capability-http-400")
def test_a_missing_client_capability_has_status_400(peer: Peer, role: Callable[[str], Filled]) -> None:
    """The missing-capability error has the HTTP status 400."""
    reply = judged(_call(peer, role("capability-tool")))
    if reply.error_code != MISSING_CAPABILITY:
        not_testable(f"the tool is answered with {reply.outcome}")

    expect(reply).status(400)


def _call(peer: Peer, played: Filled) -> Reply:
    params = call_params(played.item, played.arguments, {})
    return peer.request("tools/call", params, headers=peer.tool_headers(played.item, played.arguments))


@requirement("meta-peer-info-no-behaviour-change")
def test_client_info_changes_nothing(peer: Peer, surface: Surface) -> None:
    """The name that a client gives itself does not change what it is shown."""
    method = plain_methods(surface)[-1]
    usual = _shown(need_result(peer.request(method)))
    for who, info in OTHER_CLIENTS.items():
        reply = _as_client(peer, method, info)
        if not reply.has_result or _shown(reply.result) == usual:
            continue
        if _shown(need_result(peer.request(method))) != usual:
            not_testable(f"{method} changes from one moment to the next")
        violation(f"the same answer to {method} for {who}", shorten(_shown(reply.result)), reply)


def _as_client(peer: Peer, method: str, info: JsonObject | None) -> Reply:
    if info is None:
        return _without(peer, method, META_CLIENT_INFO, probe=False)
    return peer.request(method, {"_meta": {META_CLIENT_INFO: info}})


def _shown(result: JsonObject) -> Any:
    """What a result shows, without order and without what may change at any time."""
    keys = set(LISTS) & set(result)
    if keys:
        listed = result[keys.pop()]
        return sorted(str(one.get("uri", one.get("name"))) for one in listed if isinstance(one, dict))
    return {key: result.get(key) for key in ("capabilities", "supportedVersions")}

