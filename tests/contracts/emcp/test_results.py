"""Judges of catalogues, results and trees: each defect is found, and what is sound is not blamed."""

from typing import Any

import pytest

from conformance.contracts.emcp import catalogue, results, tree
from conformance.contracts.emcp.settings import Emcp, Shape
from conformance.contracts.profiles.loading import load_profile

SHAPE = Shape()


@pytest.fixture(scope="module")
def settings() -> Emcp:
    found = load_profile("emcp", {}).emcp
    assert found is not None
    return found


def tool(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "description": "Reads.", "inputSchema": {"type": "object"}, **changes}


@pytest.mark.parametrize("name", ["evo.shop.orders", "orders", "acme.orders"])
def test_names_out_of_place(name: str, settings: Emcp) -> None:
    listed = [*map(tool, settings.canonical_tools), tool("evo.content.neighbors"), tool("acme.shop.orders")]

    assert catalogue.misplaced([*listed, tool(name)], settings) == [name]


def test_missing_repeated_and_writing_tools(settings: Emcp) -> None:
    tools = [*map(tool, settings.canonical_tools[1:]), tool("evo.write.page"), tool("evo.write.page"), "junk"]

    assert catalogue.missing(tools, settings) == ["evo.content.search"]
    assert catalogue.repeated(tools) == ["evo.write.page"]
    assert catalogue.writing(tools, settings) == ["evo.write.page", "evo.write.page"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (tool("a.b.c", description=None), "/tools/0/description"),
        (tool("a.b.c", inputSchema={"type": "array"}), "/tools/0/inputSchema/type"),
        (tool("a.b.c", inputSchema={"type": "object", "required": "id"}), "a.b.c: inputSchema/required"),
        ({"name": "a.b.c"}, "description"),
    ],
)
def test_tools_that_are_not_described(entry: dict[str, Any], words: str) -> None:
    assert words in "; ".join(catalogue.undescribed({"tools": [tool("x.y.z"), entry][::-1]}))


def listed(items: Any, **meta: Any) -> dict[str, Any]:
    content = {"items": items, "meta": {"limit": 1, "offset": 0, "count": 1, "toolsetVersion": "1.0", **meta}}
    return {"content": [{"type": "text", "text": "{}"}], "structuredContent": content}


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (listed([{}, {}]), "2 items where at most 1"),
        (listed({"0": {}}), "is no array"),
        ({"content": []}, "structuredContent"),
        ({**listed([]), "isError": "no"}, "/isError"),
    ],
)
def test_results_that_are_no_lists(result: dict[str, Any], words: str) -> None:
    assert words in "; ".join(results.list_problems(result, 1, SHAPE))


@pytest.mark.parametrize(
    ("meta", "path"), [({"limit": "1"}, "limit"), ({"count": 2}, "count"), ({"offset": None}, "offset")]
)
def test_numbers_that_are_wrong(meta: dict[str, Any], path: str) -> None:
    wanted = {SHAPE.limit: 1, SHAPE.offset: 0, SHAPE.version: "1.0"}
    content = listed([{"id": 1}], **meta)["structuredContent"]

    assert [problem.partition(" ")[0] for problem in results.meta_problems(content, wanted, SHAPE)] == [f"meta.{path}"]


def test_the_text_may_be_written_in_any_way_that_means_the_same() -> None:
    content = {"items": [{"title": "é/"}], "meta": {}}

    assert (
        results.mirror_problem(
            {"content": [{"text": '{"meta":{},"items":[{"title":"\\u00e9\\/"}]}'}], "structuredContent": content}
        )
        is None
    )
    assert results.mirror_problem({"content": [{"text": "{"}], "structuredContent": content})
    assert results.mirror_problem({"content": [], "structuredContent": content})


def test_fields_that_are_not_public() -> None:
    problems = results.field_problems([{"id": 1, "tvs": {}}, {"alias": "a"}, 3], ("id", "tvs", "alias"), "id")

    assert problems == ["item 1 has no id", "item 2 is no object"]
    assert results.field_problems([{"id": 1, "hash": 2}], ("id",)) == ["item 0 shows hash"]


@pytest.mark.parametrize("where", [{"a": [{"Password": "x"}]}, {"content": [{"text": '{"item": {"password": ""}}'}]}])
def test_secrets_are_found_at_any_depth(where: Any) -> None:
    assert len(results.secret_members(where, ["password"])) == 1


def test_a_deep_document_is_judged_too() -> None:
    deep: Any = {"password": 1}
    for _ in range(50_000):
        deep = [deep]

    assert results.secret_members(deep, ["password"]) == ["password"]


@pytest.mark.parametrize(
    "text",
    [
        "in /var/www/html/core/index.php:12", "#0 {main}() at Kernel.handle(12)", "SQLSTATE[42S02]: not found",
        "select * from site_content where id = 1", "C:\\inetpub\\site", "Traceback (most recent call last)",
        "<html><body>Whoops",
        r'{"error":{"message":"in \/var\/www\/core"}}', "Undefined index on line 42", "the token s3cr3t-token is wrong",
    ],
)  # fmt: skip
def test_leaks_are_seen(text: str, settings: Emcp) -> None:
    assert results.leaks(text, settings, "s3cr3t-token")


@pytest.mark.parametrize(
    "text",
    [
        "Unknown method no/such", "The selected model is invalid; select one from the list.", "limit must be 1..100",
        '{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid Request"}}', "Tool [evo.nope] not found.",
        "See https://example.com/home/docs for the version/date 1/2", "order_by must be one of: id, pagetitle",
    ],
)  # fmt: skip
def test_plain_error_texts_are_no_leaks(text: str, settings: Emcp) -> None:
    assert results.leaks(text, settings, "s3cr3t-token") == []


def test_trees() -> None:
    rows = [{"id": 1, "parent": 0}, {"id": 2, "parent": 1}]

    assert tree.tree_problems(rows, SHAPE) == []
    assert len(tree.tree_problems([*rows, {"id": 2, "parent": 2}, {"id": 0}, {"id": True}, {"id": "3"}], SHAPE)) == 5
    assert tree.children_problems(rows[1:], 1, 2, 10, SHAPE) == []
    assert tree.children_problems([], 1, 2, 10, SHAPE) == ["2 is missing"]
    assert tree.children_problems([{"id": 3, "parent": 1}], 1, 2, 1, SHAPE) == []
    assert len(tree.siblings_problems([*rows, {"id": 5, "parent": 1}], 2, 1, SHAPE)) == 2


@pytest.mark.parametrize(
    ("pages", "count"), [([[1, 2], [3]], 0), ([[1, 2], [2, 3]], 1), ([[3], [1]], 1), ([[1], []], 0)]
)
def test_pages(pages: list[list[int]], count: int) -> None:
    rows = [[{"id": id} for id in page] for page in pages]

    assert len(tree.page_problems(rows, SHAPE)) == count
