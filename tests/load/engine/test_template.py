"""Requests made ready: what goes out is what was prepared, but for the ids and keys."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.engine.endpoint import Endpoint, Trust, endpoint, request_target
from conformance.load.engine.template import FIRST_ID, IDS, KEY_SLOT, KEY_WIDTH, Template, message_id

KEY = "0123456789abcdef" * 2
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def parted(request: bytes) -> tuple[str, dict[str, str], bytes]:
    """The request line, headers, and as much of the body as the content-length says; the rest is none."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert int(headers.get("content-length", 0)) == len(body)
    return first, headers, body


def message(params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": FIRST_ID, "method": "tools/call", "params": params}).encode()


def compact(params: Any) -> bytes:
    return re.sub(rb'"id": ', b'"id":', message(params), count=1)


@given(params=VALUES, number=st.integers(0, 3 * IDS), value=st.text("abcdef0123456789-", min_size=1))
def test_only_the_id_differs_from_what_was_prepared(params: Any, number: int, value: str) -> None:
    body = compact(params)
    template = Template("POST", "/mcp?a=b", {"host": "here:80", "x-value": value}, body)
    id = message_id(number)
    first, headers, sent = parted(template.fill(id))
    assert first == "POST /mcp?a=b HTTP/1.1"
    assert (headers["host"], headers["x-value"]) == ("here:80", value)
    assert json.loads(sent) == {**json.loads(body), "id": id}


def test_ids_are_of_one_width_and_come_again_late() -> None:
    assert len({message_id(number) for number in range(1000)}) == 1000
    assert {len(str(message_id(number))) for number in (0, 1, IDS - 1, IDS, 5 * IDS + 7)} == {10}
    assert message_id(IDS) == message_id(0)


def test_an_id_in_the_arguments_stays_as_it_is() -> None:
    body = compact({"arguments": {"id": 7, "text": f'"id":{FIRST_ID}'}})
    _, _, sent = parted(Template("POST", "/", {}, body).fill(message_id(5)))
    assert json.loads(sent)["params"] == json.loads(body)["params"]


def test_a_key_goes_wherever_it_belongs() -> None:
    body = compact({"key": KEY_SLOT, "again": {"key": f"run-{KEY_SLOT}"}})
    template = Template("POST", "/", {"idempotency-key": KEY_SLOT, "x-after": "1"}, body)
    _, headers, sent = parted(template.fill(message_id(1), KEY))
    assert headers == {"idempotency-key": KEY, "x-after": "1", "content-length": str(len(body))}
    assert json.loads(sent)["params"] == {"key": KEY, "again": {"key": f"run-{KEY}"}}
    _, headers, other = parted(template.fill(message_id(2), KEY[::-1]))
    assert (headers["idempotency-key"], KEY.encode() in other) == (KEY[::-1], False)


@pytest.mark.parametrize("extra", [0, 1, KEY_WIDTH])
def test_arguments_that_look_like_a_key_are_sent_as_they_are(extra: int) -> None:
    body = compact({"text": KEY_SLOT + "k" * extra})
    _, _, sent = parted(Template("POST", "/", {}, body).fill(message_id(0)))
    assert json.loads(sent)["params"] == json.loads(body)["params"]


@pytest.mark.parametrize("id", [1, 0, -7, 12345678901])
def test_a_body_with_an_id_of_its_own_keeps_it(id: int) -> None:
    body = b'{"jsonrpc":"2.0","id":%d,"method":"ping"}' % id
    assert parted(Template("POST", "/", {}, body).fill(id))[2] == body


@pytest.mark.parametrize(("verb", "length"), [("GET", None), ("DELETE", None), ("POST", "0"), ("PUT", "0")])
def test_only_a_verb_that_has_a_body_tells_of_none(verb: str, length: str | None) -> None:
    first, headers, _ = parted(Template(verb, "/", {}, b"").fill(0))
    assert first.startswith(f"{verb} ")
    assert headers.get("content-length") == length


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "target"),
    [
        ("http://127.0.0.1:8000/mcp", "127.0.0.1", 8000, "127.0.0.1:8000", "/mcp"),
        ("http://localhost", "localhost", 80, "localhost", "/"),
        ("http://[::1]:9/a/b?c=d&e", "::1", 9, "[::1]:9", "/a/b?c=d&e"),
        ("http://user:pass@Host.test:81?x=1#top", "host.test", 81, "Host.test:81", "/?x=1"),
        ("https://host.test/%7Emcp/", "host.test", 443, "host.test", "/%7Emcp/"),
    ],
)
def test_a_url_is_taken_apart(url: str, host: str, port: int, authority: str, target: str) -> None:
    made = endpoint(url, Trust())
    assert made == Endpoint(host, port, authority, made.tls)
    assert (made.tls is not None) == url.startswith("https")
    assert request_target(url) == target
