"""Mirrored headers of 2026-07-28 (basic/transports/streamable-http#request-metadata, #server-validation)."""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from conformance.checks import code_of, expect, need_result, not_applicable, not_testable, requirement, violation
from conformance.checks.http_probes import NamedRequest, judged, named_requests, plain_methods
from conformance.checks.outcomes import Blocked
from conformance.protocol.legacy import Handshake
from conformance.protocol.messages import HEADER_MISMATCH, VERSION_HEADER
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.target.profile import Surface

DISCOVER = "server/discover"
METHOD = "mcp-method"
NAME = "mcp-name"

Variant = tuple[str, Callable[[], Reply]]
Answers = dict[str, Reply]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Replies to the probes of this module by their description, so that each probe is sent only once."""
    return {}


@pytest.fixture
def named(peer: Peer, surface: Surface, run_config: RunConfig) -> list[NamedRequest]:
    """Requests that name an item and are served."""
    return named_requests(peer, surface, run_config)


@pytest.fixture
def missing(peer: Peer, surface: Surface, named: list[NamedRequest]) -> list[Variant]:
    """Requests that lack one required header."""
    return [
        *((f"{method} without Mcp-Method", _plain(peer, method, {METHOD: None})) for method in plain_methods(surface)),
        *(
            (f"{one.method} without {header}", _named(peer, one, {header.lower(): None}))
            for one in named
            for header in ("Mcp-Method", "Mcp-Name")
        ),
    ]


@pytest.fixture
def mismatching(peer: Peer, surface: Surface, named: list[NamedRequest]) -> list[Variant]:
    """Requests with one header whose value is not that of the body. Values are case-sensitive."""
    methods = plain_methods(surface)
    variants = [
        ("Mcp-Method of another method", _plain(peer, methods[0], {METHOD: "prompts/get"})),
        ("Mcp-Method in upper case", _plain(peer, methods[-1], {METHOD: methods[-1].upper()})),
    ]
    for one in named:
        variants.append((f"{one.method} with another Mcp-Name", _named(peer, one, {NAME: "conformance-other"})))
        variants.append((f"{one.method} with another Mcp-Method", _named(peer, one, {METHOD: "tools/list"})))
    for one in named[:1]:
        swapped = one.name.swapcase()
        if swapped != one.name and swapped.isascii():
            variants.append(("Mcp-Name in another case", _named(peer, one, {NAME: swapped})))
        variants.append(("Mcp-Name with a broken Base64 value", _named(peer, one, {NAME: "=?base64?*?="})))
    return variants


def _plain(peer: Peer, method: str, headers: Mapping[str, Any]) -> Callable[[], Reply]:
    return lambda: peer.request(method, headers=headers, probe=True)


def _named(peer: Peer, request: NamedRequest, headers: Mapping[str, Any]) -> Callable[[], Reply]:
    return lambda: request.send(peer, headers)


def _replies(variants: list[Variant], answers: Answers) -> Iterator[tuple[str, Reply]]:
    for what, send in variants:
        if what not in answers or not answers[what].exchange.answered:
            answers[what] = send()
        yield what, judged(answers[what])


@requirement("http-std-headers-required")
def test_missing_header_is_refused(missing: list[Variant], answers: Answers) -> None:
    """A request without a required header is not carried out."""
    for what, reply in _replies(missing, answers):
        expect(reply).refused(what)


@requirement("http-header-body-mismatch-reject")
def test_header_that_contradicts_the_body_is_refused(mismatching: list[Variant], answers: Answers) -> None:
    """A request whose header says something else than its body is not carried out."""
    for what, reply in _replies(mismatching, answers):
        expect(reply).refused(what)


@requirement("http-header-validation-400")
def test_refusal_for_a_header_has_status_400(
    missing: list[Variant], mismatching: list[Variant], answers: Answers
) -> None:
    """The refusal of a missing or contradicting header has status 400."""
    for what, reply in _refusals([*missing, *mismatching], answers):
        expect(reply).that(reply.status == 400, f"HTTP 400 ({what})")


@requirement("http-header-validation-32020")
def test_refusal_for_a_header_is_a_header_mismatch(
    missing: list[Variant], mismatching: list[Variant], answers: Answers
) -> None:
    """The refusal of a missing or contradicting header is the JSON-RPC error -32020."""
    for what, reply in _refusals([*missing, *mismatching], answers):
        if reply.error is None and reply.header("via"):
            not_testable("a gateway in front of the server refuses; gateways need not send a JSON-RPC error")
        expect(reply).that(code_of(reply) == HEADER_MISMATCH, f"the JSON-RPC error {HEADER_MISMATCH} ({what})")


def _refusals(variants: list[Variant], answers: Answers) -> list[tuple[str, Reply]]:
    """Those that were refused; that others were not is the finding of another rule."""
    refused = [(what, reply) for what, reply in _replies(variants, answers) if reply.refused]
    return refused or not_testable("none of the requests with a wrong header was refused")


@requirement("http-version-header-missing-reject")
def test_missing_version_header_is_refused(peer: Peer, shake_hands: Callable[..., Handshake]) -> None:
    """Without the version header a request is refused, unless the server knows clients that did not send it."""
    need_result(peer.request(DISCOVER))
    reply = judged(peer.request(DISCOVER, headers={VERSION_HEADER: None}, probe=True))
    if reply.status == 400 and reply.error_code == HEADER_MISMATCH:
        return
    spoken = shake_hands("2025-03-26", complete=False).version
    if isinstance(spoken, str) and spoken < "2025-06-18":
        not_applicable(f"the server speaks {spoken}, whose clients do not send the header")
    expect(reply).status(400).error(HEADER_MISMATCH)


@requirement("http-header-names-case-insensitive")
def test_header_names_in_any_case_are_understood(peer: Peer, surface: Surface, named: list[NamedRequest]) -> None:
    """Header names are compared without regard to case."""
    method = plain_methods(surface)[-1]
    need_result(peer.request(method))
    for spell in (str.upper, str.title):
        spelt = {spell(VERSION_HEADER): peer.revision, spell(METHOD): method}
        expect(judged(peer.request(method, headers=spelt))).result()
    for one in named[:1]:
        plain = peer.dialect.headers({"method": one.method, "params": one.params})[NAME]
        expect(judged(one.send(peer, {NAME.upper(): plain}, probe=False))).result()


@requirement("http-decode-encoded-headers")
def test_base64_name_is_decoded(peer: Peer, named: list[NamedRequest]) -> None:
    """A name in Base64 is the same name."""
    for one in _some(named):
        reply = judged(one.send(peer, {NAME: _encoded(one.name)}, probe=False))
        if not reply.has_result:
            violation(f"{one.method} with its Mcp-Name in Base64 to be served", reply.outcome, reply)


@requirement("http-base64-markers-exact")
def test_base64_marker_in_upper_case_is_literal(peer: Peer, named: list[NamedRequest]) -> None:
    """Only the lower-case marker announces Base64; another spelling is a value of its own, and a wrong one."""
    for one in _some(named)[:1]:
        if not judged(one.send(peer, {NAME: "conformance-other"})).refused:
            raise Blocked("any Mcp-Name is taken", by="http-header-body-mismatch-reject")
        for marker in ("BASE64", "Base64"):
            value = _encoded(one.name).replace("base64", marker, 1)
            expect(judged(one.send(peer, {NAME: value}))).refused(f"Mcp-Name with the marker =?{marker}?")


def _some(named: list[NamedRequest]) -> list[NamedRequest]:
    return named or not_testable("there is nothing harmless to name: no resource, prompt, or tool that may be called")


def _encoded(text: str) -> str:
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="
