"""eMCP: the catalogue of tools, and what they give back (docs/contracts/emcp.md)."""

from typing import Any

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Profile, rule
from conformance.contracts.emcp import catalogue, results, tree
from conformance.contracts.emcp.forms import RecordForm, need_form
from conformance.contracts.emcp.settings import Emcp
from conformance.contracts.emcp.toolset import Toolset, served, structured_of
from conformance.contracts.paths import at_path
from conformance.protocol.reply import Reply

SECTION = "emcp"

FAR = 4_000
"""An offset behind the last document of most sites: a page that is empty, or not full, tells a count from a limit."""
INVENTED_CURSOR = "bm8gY3Vyc29yIG9mIHlvdXJz"


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    return {}


@pytest.fixture
def settings(profile: Profile) -> Emcp:
    assert profile.emcp is not None
    return profile.emcp


@pytest.fixture
def toolset(caller: Caller, settings: Emcp, known: dict[str, dict[str, Any]]) -> Toolset:
    return Toolset(caller, settings, known.setdefault(caller.profile.name, {}))


def need_none(problems: list[str], expected: str, reply: Reply | None = None) -> None:
    if problems:
        violation(expected, "; ".join(problems[:10]), reply)


@rule("emcp-tools-canonical")
def test_canonical_tools_are_listed(toolset: Toolset, settings: Emcp) -> None:
    """No tool of the public contract is missing."""
    if not settings.canonical_tools:
        not_applicable("the profile names no canonical tools")
    for reply in toolset.pages():
        expect(reply).that(isinstance(reply.result.get("tools") if reply.has_result else None, list), "a list of tools")
    need_none(catalogue.missing(toolset.tools(), settings), "every canonical tool; missing are")


@rule("emcp-tools-unique")
def test_names_are_unique(toolset: Toolset) -> None:
    """No name comes twice, on one page or on two."""
    need_none(catalogue.repeated(toolset.tools()), "every tool under a name of its own; more than once come")


@rule("emcp-tools-namespaces")
def test_names_are_in_their_namespaces(toolset: Toolset, settings: Emcp) -> None:
    """The reserved namespace is the toolset's, and others have one of their own."""
    if not settings.reserved_prefix:
        not_applicable("the profile reserves no namespace")
    wanted = f"{settings.reserved_prefix}* for the toolset and vendor.domain.tool for the rest; out of place are"
    need_none(catalogue.misplaced(toolset.tools(), settings), wanted)


@rule("emcp-tools-described")
def test_tools_are_described(toolset: Toolset) -> None:
    """Names, descriptions and input schemas are complete and valid."""
    for reply in toolset.pages():
        if not reply.has_result:
            raise Blocked(f"tools/list: {reply.outcome}", "emcp-tools-canonical")
        need_none(catalogue.undescribed(reply.result), "a valid list of tools", reply)


@rule("emcp-tools-no-write")
def test_writing_tools_are_not_shown(toolset: Toolset, settings: Emcp) -> None:
    """While writing is disabled, nothing that writes is offered."""
    if not settings.write_prefix:
        not_applicable("the profile has no prefix of writing tools")
    need_none(catalogue.writing(toolset.tools(), settings), "no tool that writes; listed are")


@rule("emcp-tools-cursor-safe")
def test_a_bad_cursor_does_no_harm(toolset: Toolset) -> None:
    """An error or the first page, but no failure."""
    reply = served(toolset.ask("tools/list", {"cursor": INVENTED_CURSOR}))
    expect(reply).that(reply.response is not None and (reply.status or 500) < 500, "a JSON-RPC error or a page")


@rule("emcp-search-result")
def test_a_search_gives_a_list(toolset: Toolset, settings: Emcp) -> None:
    """One item at most, when one was asked for."""
    reply = toolset.run("search", limit=1)
    if not reply.has_result:
        toolset.need_listed(toolset.named("search").tool)
    expect(reply).status(200).result()
    expect(reply).that(reply.result.get("isError") in (None, False), "no isError")
    need_none(results.list_problems(reply.result, 1, settings.shape), "a list of at most one item", reply)


@rule("emcp-list-meta")
def test_a_list_tells_its_numbers(toolset: Toolset, settings: Emcp) -> None:
    """What was asked for, how many there are, and of which toolset."""
    reply, _ = toolset.search(1)
    need_numbers(reply, settings, limit=1, offset=0)
    for offset in (1, FAR) if "page" in settings.calls else ():
        page = toolset.run("page", limit=2, offset=offset)
        if results.items_of(structured_of(page), settings.shape) is not None:
            need_numbers(page, settings, limit=2, offset=offset)


def need_numbers(reply: Reply, settings: Emcp, *, limit: int, offset: int) -> None:
    shape = settings.shape
    wanted: dict[str, Any] = {shape.limit: limit, shape.offset: offset}
    wanted |= {shape.version: settings.toolset_version} if settings.toolset_version else {}
    found = results.meta_problems(reply.result["structuredContent"], wanted, shape)
    need_none(found, "the numbers of the list in its metadata", reply)


@rule("emcp-text-mirror")
def test_the_text_mirrors_the_structure(toolset: Toolset) -> None:
    """Clients that read the text see the same."""
    reply, _ = toolset.search(5)
    problem = results.mirror_problem(reply.result)
    need_none([problem] if problem else [], "content[0].text as the JSON of structuredContent", reply)


@rule("emcp-content-fields")
def test_items_show_public_fields(toolset: Toolset, settings: Emcp) -> None:
    """No column of the table but the public ones, and always the id."""
    if not settings.fields:
        not_applicable("the profile lists no public fields")
    reply, _ = toolset.search(5)
    items = results.items_of(reply.result["structuredContent"], settings.shape) or not_testable("the search is empty")
    need_public(items, settings, reply)
    if "get" in settings.calls:
        fetched = toolset.run("get", id=toolset.document())
        item = at_path(structured_of(fetched), settings.shape.item)
        need_public([] if item is None else [item], settings, fetched)


def need_public(items: list[Any], settings: Emcp, reply: Reply) -> None:
    problems = results.field_problems(items, (*settings.fields, *settings.more_fields), settings.shape.id)
    problems += [f"shows {name}" for name in results.secret_members(items, settings.secrets)]
    need_none(problems, "items with public fields and an id", reply)


@rule("emcp-get-item")
def test_a_document_can_be_fetched(toolset: Toolset, settings: Emcp) -> None:
    """By the id that the search shows."""
    id, shape = toolset.document(), settings.shape
    reply, content = toolset.structured("get", id=id)
    expect(reply).that(at_path(content, f"{shape.item}.{shape.id}") == id, f"the document {id} at {shape.item}")
    expect(reply).that(at_path(content, shape.version), f"the version of the toolset at {shape.version}")


@rule("emcp-get-missing-null")
def test_a_missing_document_is_null(toolset: Toolset, settings: Emcp) -> None:
    """It is there as null, and not left out."""
    reply, content = toolset.structured("get", id=settings.absent_id)
    missing = settings.shape.item in content and content[settings.shape.item] is None
    expect(reply).that(missing, f"{settings.shape.item} null for a document that does not exist")


@rule("emcp-tree-roots")
def test_the_tree_lists_each_document_once(toolset: Toolset, settings: Emcp) -> None:
    """Ids are positive and unique, and none is its own parent."""
    reply, items = toolset.items("tree")
    need_none(tree.tree_problems(items, settings.shape), "a tree", reply)


@rule("emcp-tree-ancestors")
def test_no_document_is_its_own_ancestor(toolset: Toolset, settings: Emcp) -> None:
    """The way up does not begin with the document itself."""
    own, _ = toolset.nested()
    reply, items = toolset.items("ancestors", id=own)
    expect(reply).that(own not in results.ids_of(items, settings.shape), f"ancestors without the document {own}")


@rule("emcp-tree-children")
def test_children_have_their_parent(toolset: Toolset, settings: Emcp) -> None:
    """All have the parent that was asked for, and the document is among them."""
    own, parent = toolset.within()
    reply, items = toolset.items("children", id=parent)
    problems = tree.children_problems(items, parent, own, limit_of(toolset, "children"), settings.shape)
    need_none(problems, f"the children of {parent}", reply)


@rule("emcp-tree-descendants")
def test_a_document_descends_from_its_ancestors(toolset: Toolset, settings: Emcp) -> None:
    """What the way up finds at its end finds the document on the way down."""
    own, parent = toolset.nested()
    above = results.ids_of(toolset.items("ancestors", id=own)[1], settings.shape)
    depth = toolset.named("descendants").arguments.get("depth", len(above))
    top = topmost(toolset, above, parent) if len(above) <= depth else parent
    reply, items = toolset.items("descendants", id=top)
    found = own in results.ids_of(items, settings.shape)
    if not found and len(items) >= limit_of(toolset, "descendants"):
        not_testable(f"there are more descendants of {top} than a page holds")
    expect(reply).that(found, f"the document {own} among the descendants of {top}")


def topmost(toolset: Toolset, above: list[Any], parent: int) -> int:
    """The ancestor whose own parent is none of the ancestors; the parent where there is none."""
    shape = toolset.settings.shape
    rows = {row.get(shape.id): row.get(shape.parent) for row in toolset.known["tree"] if isinstance(row, dict)}
    return next((id for id in above if tree.is_id(id) and rows.get(id) == 0), parent)


def limit_of(toolset: Toolset, purpose: str) -> int:
    limit = toolset.named(purpose).arguments.get("limit")
    return limit if isinstance(limit, int) else 20


@rule("emcp-tree-siblings")
def test_siblings_have_one_parent(toolset: Toolset, settings: Emcp) -> None:
    """The document itself is none of them."""
    own, parent = toolset.nested()
    reply, items = toolset.items("siblings", id=own)
    need_none(tree.siblings_problems(items, own, parent, settings.shape), f"the siblings of {own}", reply)


@rule("emcp-search-paging")
def test_pages_do_not_overlap(toolset: Toolset, settings: Emcp) -> None:
    """The second page goes on where the first one ends."""
    first = toolset.items("page", limit=2, offset=0)[1]
    reply, second = toolset.items("page", limit=2, offset=2)
    if len(first) > 2 or len(second) > 2:
        raise Blocked("a page of two items has more", "emcp-search-result")
    need_none(tree.page_problems((first, second), settings.shape), "pages in the order of ids", reply)


@rule("emcp-model-list")
def test_a_model_can_be_listed(toolset: Toolset, settings: Emcp) -> None:
    """The first model of the profile, with its name in the metadata."""
    model, fields = first_model(settings)
    reply, items = toolset.items("model_list", model=model, limit=2)
    problems = results.list_problems(reply.result, 2, settings.shape) + results.field_problems(items, fields)
    named = at_path(reply.result["structuredContent"], settings.shape.model)
    problems += [] if named else [f"{settings.shape.model} is {named!r}"]
    need_none(problems, f"at most two items of {model} with public fields", reply)


def first_model(settings: Emcp) -> tuple[str, tuple[str, ...]]:
    return next(iter(published(settings)), None) or not_applicable("the profile publishes no models")


def published(settings: Emcp) -> list[tuple[str, tuple[str, ...]]]:
    return [(model, fields) for model, fields in settings.models.items() if fields]


@rule("emcp-model-get-public")
def test_an_account_shows_no_secret(toolset: Toolset, settings: Emcp) -> None:
    """Public fields only, and no secret anywhere in the answer."""
    fields = settings.models.get(settings.people) or not_applicable("the profile publishes no accounts")
    reply, content = toolset.structured("model_get", model=settings.people, id=settings.person_id)
    shown = results.secret_members(reply.response, settings.secrets)
    need_none(shown, "no secret in the answer; it shows", reply)
    item = at_path(content, settings.shape.item)
    if item is None:
        not_testable(f"there is no {settings.people} {settings.person_id}; set emcp.person_id in the profile")
    need_none(results.field_problems([item], fields), f"public fields of {settings.people}", reply)


@rule("emcp-model-fields")
def test_models_show_public_fields(toolset: Toolset, settings: Emcp) -> None:
    """One item of each model. A model that this installation does not publish shows nothing."""
    first_model(settings)
    served_models = 0
    for model, fields in published(settings):
        reply = toolset.run("model_list", model=model, limit=1)
        content = structured_of(reply)
        items = results.items_of(content, settings.shape)
        served_models += items is not None
        problems = results.field_problems(items or (), fields)
        problems += [f"shows {name}" for name in results.secret_members(content, settings.secrets)]
        need_none(problems, f"public fields of {model}", reply)
    if not served_models:
        raise Blocked("no model of the profile can be listed", "emcp-model-list")


@rule("emcp-model-not-listed")
def test_other_models_cannot_be_read(toolset: Toolset, settings: Emcp, record_form: RecordForm) -> None:
    """A model that is not on the list is refused."""
    model = settings.unlisted_model or not_applicable("the profile names no model that is not published")
    toolset.need_running(toolset.named("model_list").tool)
    reply = toolset.run("model_list", model=model, limit=1)
    record_form(need_form(reply, settings.forms.arguments, f"the model {model}"))


@rule("emcp-model-case")
def test_the_case_of_a_model_does_not_matter(toolset: Toolset, settings: Emcp) -> None:
    """In lower and in upper case the same model is meant."""
    model, _ = first_model(settings)
    exact = toolset.run("model_list", model=model, limit=2)
    content = structured_of(exact)
    if content is None:
        raise Blocked(f"{model} cannot be listed: {exact.outcome}", "emcp-model-list")
    for name in (model.lower(), model.upper()):
        reply = toolset.run("model_list", model=name, limit=2)
        expect(reply).that(structured_of(reply) == content, f"for {name} the same as for {model}")
