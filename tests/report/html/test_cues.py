"""Which lines of the deciding exchange are marked."""

import pytest

from conformance.report.html.cues import cues_of
from conformance.report.html.json_lines import lines_of


def marked(body: str, expected: str, received: str) -> list[str]:
    cues = cues_of(expected, received)
    return [line.text.strip() for line in lines_of(body) if cues.marks(line)]


BODY = '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":7,"inputSchema":{"type":"array"}}]}}'
ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error"}}'


@pytest.mark.parametrize(
    ("received", "lines"),
    [
        ("/tools/1/name: is 7, expected string", ['"name": 7,']),
        ("/tools/0/inputSchema: is missing", ["{"]),
        ("/tools/1/inputSchema/type: is \"array\", expected \"object\"", ['"type": "array"']),
        ("in 2 places of 9 exchanges: tools/list/result/tools/1/name: is 7, expected string", ['"name": 7,']),
        ("/nothing/here: is 3", []),
    ],
)  # fmt: skip
def test_places_that_a_schema_names(received: str, lines: list[str]) -> None:
    assert marked(BODY, "a valid ListToolsResult", received) == lines


def test_an_error_in_place_of_a_result() -> None:
    found = marked(ERROR, "a JSON-RPC result", f"HTTP 200, application/json, {ERROR}")

    assert found == ['"error": {', '"code": -32603,', '"message": "Internal error"']


def test_the_wrong_code() -> None:
    assert marked(ERROR, "a JSON-RPC error with code -32602", "HTTP 200") == ['"code": -32603,']


def test_a_body_where_none_belongs() -> None:
    assert marked("{}", "an empty body", "HTTP 202, no Content-Type, {}") == ["{}"]


def test_a_value_that_is_quoted() -> None:
    assert marked(BODY, "another name", "the type 'array' of an input schema") == ['"type": "array"']


def test_status_and_headers_that_the_expectation_names() -> None:
    cues = cues_of("HTTP 200 with a header MCP-Session-Id", "HTTP 404, empty body")

    assert cues.status
    assert cues.marks_header("mcp-session-id")
    assert not cues.marks_header("content-type")
    assert not cues.marks_header("session")
    assert not cues_of("a valid Tool", "/name: is missing").status
