"""Our eMCP server: what other checks take for granted of it, and that it is an MCP server."""

import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from conformance.reference.contracts.emcp import EmcpBehaviour
from conformance.reference.contracts.emcp.behaviour import AUDIENCE, ISSUER, SECRET
from conformance.reference.contracts.emcp.kernel import UNREADABLE, answer
from conformance.reference.contracts.emcp.records import PUBLIC, ROWS
from tests.contracts.emcp.serving import healthy, served
from tests.detection.conftest import Judge, judge, red  # noqa: F401  (judge is a fixture)

HEALTHY = EmcpBehaviour()


def asked(method: str, params: Any = None) -> Any:
    return answer({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}, HEALTHY)


def called(tool: str, **arguments: Any) -> Any:
    return asked("tools/call", {"name": tool, "arguments": arguments})["result"]


def ids(tool: str, **arguments: Any) -> list[int]:
    return [item["id"] for item in called(tool, **arguments)["structuredContent"]["items"]]


def test_tools_come_in_pages() -> None:
    first = asked("tools/list", {"per_page": 9})["result"]
    rest = asked("tools/list", {"per_page": 9, "cursor": first["nextCursor"]})["result"]

    assert [len(first["tools"]), len(rest["tools"])] == [9, 5]
    assert "nextCursor" not in rest
    assert asked("tools/list", {"cursor": "none of ours"})["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"op": ">", "value": "100", "cast": "UNSIGNED"}, [9, 11, 12, 13]),
        ({"op": "in", "value": ["59", "45"]}, [10, 14]),
        ({"op": "like-l", "value": "99"}, [12, 13]),
        ({"op": "!null"}, [9, 10, 11, 12, 13, 14]),
        ({"op": "=", "value": "59.0"}, [10]),
    ],
)
def test_filters(condition: dict[str, Any], found: list[int]) -> None:
    assert ids("evo.content.search", limit=50, tv_filters=[{"tv": "price", **condition}]) == found


def test_the_tree_is_one() -> None:
    assert ids("evo.content.ancestors", id=22, limit=9) == [2, 6, 9, 15]
    assert ids("evo.content.ancestors", id=22, limit=9, depth=1) == [15]
    assert set(ids("evo.content.descendants", id=2, limit=50, depth=6)) == {6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 22}
    assert ids("evo.content.siblings", id=10, limit=9) == [9, 11]
    assert ids("evo.content.next_siblings", id=10, limit=9) == [11]
    assert ids("evo.content.children_range", id=6, limit=9, **{"from": 1, "to": 2}) == [10, 11]


def test_no_secret_column_leaves_the_server() -> None:
    assert "password" in ROWS["User"][0]
    for model, fields in PUBLIC.items():
        item = called("evo.model.get", model=model.lower(), id=1)["structuredContent"]["item"]
        assert tuple(item) == fields


@pytest.mark.parametrize("message", [UNREADABLE, None, 3, "x", [], {}, {"jsonrpc": "2.0", "id": {}, "method": "ping"}])
def test_what_is_no_request_is_an_error(message: Any) -> None:
    response = answer(message, HEALTHY)

    assert isinstance(response, dict)
    assert response["error"]["code"] in (-32700, -32600)
    assert response["id"] is None


def test_batches_belong_to_the_revisions_without_a_version_header() -> None:
    batch = [{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "method": "notifications/initialized"}]

    assert answer(batch, HEALTHY) == [{"jsonrpc": "2.0", "id": 1, "result": {}}]
    refused = answer(batch, HEALTHY, "2025-11-25")
    assert isinstance(refused, dict)
    assert refused["error"]["code"] == -32600


def test_it_conforms_to_mcp(tmp_path: Path, judge: Judge) -> None:  # noqa: F811
    claims = {"sub": "me", "scopes": ["*"], "iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600}
    token = tmp_path / "token"
    token.write_text(jwt.encode(claims, SECRET))
    with served(healthy()) as url:
        revisions = ("--revision=2025-03-26", "--revision=2025-11-25")
        verdicts = judge(url, f"--token-file={token}", *revisions, suites=("protocol",))

    assert set(red(verdicts)) == {"lifecycle-version-counteroffer-latest"}  # C-EMCP-008 wants an error instead
