"""Templates of calls, forms, and the order of states."""

import email.parser
import email.policy
from typing import Any

import pytest

from conformance.contracts.caller import Caller
from conformance.contracts.level3.api import Api, _multipart
from conformance.contracts.level3.artifacts import Blob, untrue
from conformance.contracts.level3.promotions import illegal_steps, word_for
from conformance.contracts.level3.settings import Level3, Operation, Samples
from conformance.contracts.profiles import load_profile
from conformance.contracts.profiles.model import Profile
from conformance.wire.channel import Channel
from conformance.wire.exchange import Exchange, HttpRequest
from conformance.wire.http import HttpWire

BLOB = Blob("conformance-1", b"\x00\xff content")


def api(**operations: Operation) -> Api:
    settings = Level3(sets={"b": operations}, samples=Samples(schema="s"))
    profile = Profile(name="test", level3=settings, routes={"api": "{target}{path}"})
    return Api(Caller(profile, Channel(HttpWire(), "http://127.0.0.1:1")), settings)


def test_a_name_becomes_its_value_of_any_type_or_is_left_out() -> None:
    template = {"id": "{schema}", "data": ["{data}"], "strict": "{strict}", "note": "for {schema}", "no": "{none}"}

    found = api(validate=Operation(body=template)).body("validate", data={"a": [1]}, strict=False)

    assert found == {"id": "s", "data": [{"a": [1]}], "strict": False, "note": "for s"}


def test_a_whole_body_may_be_one_value() -> None:
    assert api(validate=Operation(body="{data}")).body("validate", data={"name": "x"}) == {"name": "x"}
    assert api(read=Operation()).body("read", id="1") is None


@pytest.mark.parametrize("route_set", ["a", "b", "c", "d", "e"])
def test_every_route_set_describes_the_calls_that_matter(route_set: str) -> None:
    settings = load_profile("level3", {"MCP_L3_ROUTE_SET": route_set}).level3

    assert settings is not None
    assert settings.route_set == route_set
    assert {"validate", "promote", "upload", "download"} <= settings.sets[route_set].keys()


def exchange(body: bytes) -> Exchange:
    found = Exchange(HttpRequest("POST", "http://a"), status=201, headers=(("content-type", "application/json"),))
    found.body.extend(body)
    return found


UPLOAD = Operation(result={"id": "id", "checksum": "sum", "size": "size"})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (f'{{"id": "1", "sum": "{BLOB.sha256}", "size": 10}}', ""),
        (f'{{"id": "1", "sum": "sha256:{BLOB.sha256.upper()}", "size": 10}}', ""),
        (f'{{"id": "1", "sum": "{BLOB.sha256}", "size": 16}}', "size is 16, expected 10"),
        (f'{{"sum": "{BLOB.sha256}", "size": 10}}', "id is missing"),
        ('{"id": "1", "sum": "abc", "size": 10}', f"checksum is 'abc', expected {BLOB.sha256}"),
        ("no JSON", "id is missing; checksum is missing; size is missing"),
    ],
)
def test_what_is_said_about_an_upload_has_to_be_true(answer: str, words: str) -> None:
    assert "; ".join(untrue(api(upload=UPLOAD), BLOB, exchange(answer.encode()))) == words


@pytest.mark.parametrize(
    ("states", "legal"),
    [
        (["pending", "approved", "in_progress", "completed", "rolled_back"], True),
        (["pending", "completed"], True),
        (["in_progress", "failed", "rolled_back"], True),
        (["in_progress", "pending", "completed"], False),
        (["completed", "failed"], False),
        (["rolled_back", "completed"], False),
        (["rejected", "in_progress"], False),
        (["pending", "exploded"], False),
    ],
)
def test_states_follow_each_other(states: list[str], legal: bool) -> None:
    assert (not list(illegal_steps(states))) is legal


def test_states_are_known_in_every_spelling() -> None:
    found = [word_for(api(), state) for state in ("pending_approval", "in-progress", "rolled-back", "odd", None)]

    assert found == ["pending", "in_progress", "rolled_back", "odd", "None"]


def test_a_form_carries_bytes_and_json() -> None:
    body, media_type = _multipart({"file": BLOB.content, "metadata": {"name": BLOB.name}})
    parsed: Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + media_type.encode() + b"\r\n\r\n" + body
    )

    file, metadata = parsed.iter_parts()
    assert file.get_payload(decode=True) == BLOB.content
    assert file.get_param("name", header="content-disposition") == "file"
    assert metadata.get_payload() == '{"name": "conformance-1"}'
