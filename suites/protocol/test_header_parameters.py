"""Tool parameters in headers, 2026-07-28 (streamable-http#custom-headers-from-tool-parameters)."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.checks import expect, need_result, not_testable, requirement, revisions
from conformance.checks.http_probes import judged
from conformance.protocol.messages import HEADER_MISMATCH, JsonObject
from conformance.protocol.modern import header_parameters
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import Reply
from conformance.target.roles import Filled

pytestmark = revisions("2026-07-28")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A parameter of a tool that goes into a header as well."""

    tool: JsonObject
    arguments: JsonObject
    path: tuple[str, ...]
    schema: JsonObject

    @property
    def header(self) -> str:
        return f"Mcp-Param-{self.schema['x-mcp-header']}"

    @property
    def value(self) -> Any:
        """A value that the parameter's schema allows, different from what `other` gives."""
        for key in ("const", "default"):
            if key in self.schema:
                return self.schema[key]
        for key in ("examples", "enum"):
            if self.schema.get(key):
                return self.schema[key][0]
        kinds = self.schema.get("type")
        kind = next((one for one in kinds if one != "null"), None) if isinstance(kinds, list) else kinds
        return {"integer": self.schema.get("minimum", 42), "boolean": True}.get(str(kind), "conformance")

    def call(self, peer: Peer, value: Any, headers: Mapping[str, Any], *, probe: bool = True) -> Reply:
        """Call the tool with this value of the parameter and these headers in place of the mirrored one."""
        arguments = _with_value(self.arguments, self.path, value)
        mirrored = {**peer.tool_headers(self.tool, arguments), **headers}
        return peer.request("tools/call", call_params(self.tool, arguments, {}), headers=mirrored, probe=probe)


ABSENT = object()


def _with_value(arguments: Any, path: tuple[str, ...], value: Any) -> JsonObject:
    copy = json.loads(json.dumps(arguments)) if isinstance(arguments, dict) else {}
    if len(path) > 1:
        copy[path[0]] = _with_value(copy.get(path[0]), path[1:], value)
    elif value is ABSENT:
        copy.pop(path[0], None)
    else:
        copy[path[0]] = value
    return dict(copy)


@pytest.fixture
def mirrored(role: Callable[[str], Filled]) -> list[Mirrored]:
    """The mirrored parameters of the tool that plays the role, at the top of its schema first."""
    played = role("header-tool")
    found = header_parameters(played.item.get("inputSchema"))
    return sorted(
        (Mirrored(played.item, played.arguments, path, schema) for path, schema in found),
        key=lambda one: len(one.path),
    )


def _served(peer: Peer, parameter: Mirrored) -> Mirrored:
    """The parameter, once it is known that a correct call with it is served."""
    need_result(parameter.call(peer, parameter.value, {}, probe=False))
    return parameter


def _of_type(mirrored: list[Mirrored], kind: str) -> Mirrored:
    for one in mirrored:
        kinds = one.schema.get("type")
        if kind in (kinds if isinstance(kinds, list) else [kinds]):
            return one
    return not_testable(f"no tool that may be called has a mirrored parameter of type {kind}")


def _optional(mirrored: list[Mirrored]) -> Mirrored:
    for one in mirrored:
        if len(one.path) == 1 and one.path[0] not in (one.tool["inputSchema"].get("required") or ()):
            return one
    return not_testable("no tool that may be called has an optional mirrored parameter")


@requirement("http-param-match-validated")
def test_parameter_header_that_differs_is_refused(peer: Peer, mirrored: list[Mirrored]) -> None:
    """A call whose header has another value than its body is not carried out."""
    for one in mirrored[:3]:
        _served(peer, one)
        reply = judged(one.call(peer, one.value, {one.header: "conformance-other"}))
        expect(reply).refused(f"{one.header} that differs from the argument")


@requirement("http-param-mismatch-400")
def test_refusal_for_a_parameter_header_is_400_and_32020(peer: Peer, mirrored: list[Mirrored]) -> None:
    """The refusal has status 400 and the code of a header mismatch."""
    one = _served(peer, mirrored[0])
    reply = judged(one.call(peer, one.value, {one.header: "conformance-other"}))
    if not reply.refused:
        not_testable("the call was not refused")
    expect(reply).status(400).error(HEADER_MISMATCH)


@requirement("http-param-omitted-header-reject")
def test_missing_parameter_header_is_refused(peer: Peer, mirrored: list[Mirrored]) -> None:
    """A call that has the value in its body but not in the header is not carried out."""
    for one in mirrored[:2]:
        _served(peer, one)
        expect(judged(one.call(peer, one.value, {one.header: None}))).refused(f"an argument without {one.header}")


@requirement("http-param-absent-not-expected")
def test_absent_parameter_needs_no_header(peer: Peer, mirrored: list[Mirrored]) -> None:
    """Without the argument no header is expected."""
    one = _optional(mirrored)
    reply = judged(one.call(peer, ABSENT, {one.header: None}))
    expect(reply).that(reply.error_code != HEADER_MISMATCH, f"a call without the argument to need no {one.header}")


@requirement("http-param-null-not-expected")
def test_null_parameter_needs_no_header(peer: Peer, mirrored: list[Mirrored]) -> None:
    """For an argument that is null no header is expected; whether null is a valid value is another matter."""
    one = _optional(mirrored)
    reply = judged(one.call(peer, None, {one.header: None}))
    expect(reply).that(reply.error_code != HEADER_MISMATCH, f"a null argument to need no {one.header}")


@requirement("http-param-invalid-chars-reject")
def test_parameter_header_with_invalid_characters_is_refused(peer: Peer, mirrored: list[Mirrored]) -> None:
    """Raw bytes outside of ASCII are no valid value, even when they mean the same text."""
    one = _of_type(mirrored, "string")
    if {"enum", "const", "pattern", "format"} & set(one.schema):
        not_testable("the mirrored parameter does not take any text")
    need_result(one.call(peer, "caf\u00e9", {}, probe=False))
    reply = judged(one.call(peer, "caf\u00e9", {one.header: "caf\u00e9"}))
    expect(reply).refused(f"{one.header} with a byte outside of ASCII")


@requirement("http-decode-encoded-headers")
def test_base64_parameter_is_decoded(peer: Peer, mirrored: list[Mirrored]) -> None:
    """A parameter in Base64 is compared after it was decoded."""
    one = _served(peer, _of_type(mirrored, "string"))
    encoded = f"=?base64?{base64.b64encode(str(one.value).encode()).decode()}?="
    expect(judged(one.call(peer, one.value, {one.header: encoded}, probe=False))).result()


@requirement("http-integer-numeric-comparison")
def test_integers_are_compared_as_numbers(peer: Peer, mirrored: list[Mirrored]) -> None:
    """The header 42.0 equals the argument 42."""
    one = _served(peer, _of_type(mirrored, "integer"))
    expect(judged(one.call(peer, one.value, {one.header: f"{one.value}.0"}))).result()
