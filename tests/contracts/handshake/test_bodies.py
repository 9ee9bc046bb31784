"""Bodies are made from the templates of a profile: placeholders, overrides from variables, and the credential."""

from typing import Any

import pytest

from conformance.contracts.documents import problems_with
from conformance.contracts.handshake.bodies import filled, misread, overridden, with_credential
from conformance.contracts.profiles import load_profile

STAGE_B = {
    "MCP_CONNECTOR_ID": "neo",
    "MCP_LAST_ROTATED": "2025-09-21T12:24:09Z",
    "MCP_ROTATION_WINDOW": "PT24H",
    "MCP_SUPPORTS_HOT_SWAP": "off",
    "MCP_ROTATION_HINT": "drill",
    "MCP_SUPPORTED_CONTEXTS": '[{"name": "stage-b-rehearsal", "channels": [], "capabilities": []}]',
}


def test_placeholders_keep_the_type_of_their_value() -> None:
    template = {"cycle": "{cycle}", "text": "beat {cycle} of {name}", "list": ["{now}", 7], "open": "{unknown}"}

    assert filled(template, {"cycle": 2, "name": "neo", "now": None}) == {
        "cycle": 2, "text": "beat 2 of neo", "list": [None, 7], "open": "{unknown}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (True, "1", True), (True, "ON", True), (True, "no", False), (3, "4", 4), (3, "four", "four"),
        ([1], "[2]", [2]), ("a", "1", "1"), (None, "x", "x"), (True, False, False),
    ],
)  # fmt: skip
def test_an_override_takes_the_type_of_what_it_replaces(before: Any, value: Any, after: Any) -> None:
    assert overridden({"a": {"b": before, "c": 1}}, {"a": {"b": value}}) == {"a": {"b": after, "c": 1}}


@pytest.mark.parametrize(("value", "wrong"), [("not json", ["contexts"]), ("[]", []), ('[{"name": "b"}]', [])])
def test_a_variable_without_json_is_no_fault_of_the_gateway(value: str, wrong: list[str]) -> None:
    body = {"contexts": [{"name": "a"}], "hint": "x"}

    assert misread(body, overridden(body, {"contexts": value})) == wrong


@pytest.mark.parametrize(
    ("body", "token", "made"),
    [
        ({"r": {"c": {"type": "bearer"}, "x": 1}}, "t", {"r": {"c": {"type": "bearer", "token": "t"}, "x": 1}}),
        ({"r": {"c": {"type": "bearer"}, "x": 1}}, None, {"r": {"x": 1}}),
        ({"r": {"x": 1}}, None, {"r": {"x": 1}}),
        ({}, None, {}),
        ({}, "t", {"r": {"c": {"token": "t"}}}),
    ],
)
def test_the_credential_goes_to_its_place_or_leaves_none(body: Any, token: str | None, made: Any) -> None:
    assert with_credential(body, "r.c.token", token) == made
    assert with_credential(body, None, token) == body


def test_every_connector_of_the_operator_profile_sends_a_valid_handshake() -> None:
    handshake = load_profile("operator", {}).handshake
    assert handshake is not None
    for template in handshake.connectors.values():
        body = with_credential(filled(template, {"now": "2025-09-21T12:24:09Z"}), "rotation.credentials.token", "t")

        assert problems_with(body, "handshake-request") == []


def test_the_names_of_stage_b_work_as_they_are() -> None:
    handshake = load_profile("operator", STAGE_B).handshake
    assert handshake is not None
    body = overridden(filled(handshake.connectors["operator_api"], {}), handshake.overrides)

    assert body["identity"]["connector_id"] == "neo"
    assert body["rotation"] | {"credentials": None} == {
        "last_rotated": "2025-09-21T12:24:09Z", "rotation_window": "PT24H", "supports_hot_swap": False,
        "token_hint": "drill", "credentials": None,
    }  # fmt: skip
    assert body["supported_contexts"] == [{"name": "stage-b-rehearsal", "channels": [], "capabilities": []}]


def test_a_gateway_that_is_switched_off_is_left_alone() -> None:
    handshake = load_profile("operator", {"ABZU_USE_MCP": "0"}).handshake

    assert handshake is not None
    assert handshake.switched_on == "0"
