"""Each schema problem goes to one rule, and that rule is judged."""

from typing import Any

import pytest

from conformance.checks.invariants import invariants, reply_of
from conformance.checks.rules.claims import CLAIMS, GENERAL
from conformance.protocol.messages import is_response
from conformance.report import explain
from conformance.requirements import load
from conformance.wire.channel import Context, Recorded
from conformance.wire.exchange import Exchange, HttpRequest, Message

AREAS = {"resources", "prompts", "completion", "pagination", "schema"}
EMBEDDED = {"uri": "test://a", "text": ""}


def answer(method: str, result: Any, revision: str = "2025-06-18") -> Recorded:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}
    response = {"jsonrpc": "2.0", "id": 1, "result": result}
    assert is_response(response)
    exchange = Exchange(HttpRequest("POST", "http://127.0.0.1/mcp"), status=200)
    exchange.messages.append(Message(0.0, response))
    return Recorded(exchange, Context(revision, request))


def broken(recorded: Recorded) -> set[str]:
    """The requirements of these areas that the exchange breaks."""
    reply, context, rules = reply_of(recorded), recorded.context, load()
    return {
        one.requirement
        for one in invariants()
        if rules[one.requirement].area in AREAS
        and context.revision in rules[one.requirement].revisions
        and one.judge(reply, context)
    }


def prompt(*contents: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content} for content in contents]}


def test_every_claim_is_of_a_requirement_that_is_judged() -> None:
    """A problem under a claim that nobody judges would be lost."""
    assert {claim.requirement for claim in CLAIMS} | {GENERAL} <= set(explain.tested_by())


@pytest.mark.parametrize(
    ("method", "result", "requirement"),
    [
        ("resources/list", {}, "resources-list-result-shape"),
        ("resources/list", {"resources": [{"uri": "a/b", "name": "x"}]}, "resources-list-result-shape"),
        ("resources/list", {"resources": [{"uri": "a_b://c", "name": "x"}]}, "resources-custom-scheme-rfc3986"),
        ("resources/list", {"resources": [{"uri": "a:b c", "name": "x"}]}, "resources-custom-scheme-rfc3986"),
        ("resources/list", {"resources": [], "nextCursor": None}, "pagination-cursor-string"),
        ("prompts/list", {"prompts": [], "nextCursor": 3}, "pagination-cursor-string"),
        ("prompts/list", {"prompts": [{"name": "a"}, {"name": "a"}]}, "prompts-name-unique"),
        ("resources/list", {"resources": [EMBEDDED | {"name": "a"}] * 2}, "resources-uri-unique"),
        (
            "resources/list",
            {"resources": [{"uri": "test://a", "name": "a", "annotations": {"priority": 2}}]},
            "resources-annotations-range",
        ),
        (
            "resources/list",
            {"resources": [{"uri": "test://a", "name": "a", "annotations": {"lastModified": "yesterday"}}]},
            "resources-annotations-last-modified",
        ),
        (
            "resources/templates/list",
            {"resourceTemplates": [{"uriTemplate": "my_app://{id}", "name": "a"}]},
            "resources-custom-scheme-rfc3986",
        ),
        (
            "resources/templates/list",
            {"resourceTemplates": [{"uriTemplate": "test://{id", "name": "a"}]},
            "resources-templates-result-shape",
        ),
        ("resources/read", {"contents": [{"uri": "test://a"}]}, "resources-read-result-shape"),
        ("resources/read", {"contents": [{"uri": "test://a", "blob": "a-_="}]}, "resources-binary-encoded"),
        ("resources/read", {"contents": [{"uri": "test://a", "text": "a\0"}]}, "resources-text-only-if-text"),
        ("prompts/get", {"messages": [{"role": "system", "content": {"type": "text", "text": ""}}]},
         "prompts-get-result-shape"),
        ("prompts/get", prompt({"type": "image", "data": "%", "mimeType": "image/png"}), "prompts-image-base64-mime"),
        ("prompts/get", prompt({"type": "image", "data": "", "mimeType": "png"}), "prompts-image-base64-mime"),
        ("prompts/get", prompt({"type": "image", "data": ""}), "prompts-image-base64-mime"),
        ("prompts/get", prompt({"type": "audio", "data": "", "mimeType": "text/a"}), "prompts-audio-base64-mime"),
        ("prompts/get", prompt({"type": "resource", "resource": EMBEDDED}), "prompts-embedded-resource-mime"),
        (
            "prompts/get",
            prompt({"type": "resource", "resource": {"uri": "test://a", "mimeType": "a/b"}}),
            "prompts-embedded-resource-fields",
        ),
        ("completion/complete", {"completion": {"values": [1]}}, "completion-result-shape"),
        ("completion/complete", {"completion": {"values": ["a"] * 101}}, "completion-max-100"),
        ("completion/complete", {"completion": {"values": ["a"], "total": 0}}, "completion-total-consistent"),
        (
            "completion/complete",
            {"completion": {"values": ["a"], "total": 2, "hasMore": False}},
            "completion-total-consistent",
        ),
    ],
)  # fmt: skip
def test_a_defect_is_found_by_one_rule(method: str, result: Any, requirement: str) -> None:
    assert broken(answer(method, result)) == {requirement}


@pytest.mark.parametrize(
    ("revision", "kind"), [("2024-11-05", "audio"), ("2024-11-05", "resource_link"), ("2025-03-26", "resource_link")]
)
def test_content_of_a_later_revision_in_a_prompt_has_a_rule_of_its_own(revision: str, kind: str) -> None:
    block = {"type": kind, "data": "", "mimeType": "audio/wav", "uri": "test://a", "name": "a"}
    assert broken(answer("prompts/get", prompt(block), revision)) == {"prompts-content-of-revision"}


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("resources/list", {"resources": [], "nextCursor": ""}),
        ("resources/list", {"resources": [{"uri": "urn:isbn:1", "name": ""}]}),
        ("resources/read", {"contents": []}),
        ("resources/read", {"contents": [{"uri": "test://a", "blob": "YQ==\n"}]}),
        ("resources/templates/list", {"resourceTemplates": [{"uriTemplate": "{+uri}", "name": "a"}]}),
        ("resources/read", {"contents": [{"uri": "test://a", "text": "if (c === '\ufffd') return;" * 3 + "x" * 99}]}),
        ("completion/complete", {"completion": {"values": [], "hasMore": True}}),
        ("completion/complete", {"completion": {"values": ["a"], "total": 5}}),
        ("prompts/get", prompt({"type": "image", "data": "", "mimeType": "image/svg+xml; charset=utf-8"})),
        ("prompts/get", prompt({"type": "audio", "data": "", "mimeType": "application/ogg"})),
        ("prompts/get", {"messages": []}),
    ],
)
def test_what_is_allowed_breaks_nothing(method: str, result: Any) -> None:
    assert broken(answer(method, result)) == set()


@pytest.mark.parametrize(("probe", "expected"), [(True, set()), (False, {"resources-read-result-shape"})])
def test_a_uri_of_ours_that_comes_back_is_no_second_defect(probe: bool, expected: set[str]) -> None:
    served = answer("resources/read", {"contents": [{"uri": "", "text": "None"}]})
    asked = {**served.context.message, "params": {"uri": ""}}

    assert broken(Recorded(served.exchange, Context("2025-06-18", asked, probe))) == expected
