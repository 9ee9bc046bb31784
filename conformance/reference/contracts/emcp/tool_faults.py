"""Faults of the catalogue of tools, and of what they give back."""

import json

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp import documents
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.changes import (
    accepting,
    editing,
    having,
    in_call,
    in_content,
    in_response,
    in_result,
)
from conformance.reference.contracts.emcp.toolset import JsonObject
from conformance.reference.exchange import Response


@contract_fault("emcp", breaks="emcp-tools-canonical")
def canonical_tool_missing(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A tool of the public contract is not registered."""
    return having(behaviour, hidden=frozenset({"evo.content.siblings"}))


@contract_fault("emcp", breaks="emcp-tools-unique")
def tool_listed_twice(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An extension lists a tool under a name that is taken."""
    return in_result(behaviour, "tools/list", lambda result: result["tools"].append(result["tools"][0]))


@contract_fault("emcp", breaks="emcp-tools-described")
def input_schema_invalid(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An input schema names its required member outside of a list."""
    return in_result(behaviour, "tools/list", lambda result: result["tools"][0]["inputSchema"].update(required="limit"))


@contract_fault("emcp", breaks="emcp-search-result")
def search_over_the_limit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A search for one item gives two."""

    def more(content: JsonObject) -> None:
        content["items"] += content["items"][:1] if content["meta"]["limit"] == 1 else []
        content["meta"]["count"] = len(content["items"])

    return in_content(behaviour, "evo.content.search", more)


@contract_fault("emcp", breaks="emcp-list-meta")
def count_of_the_search_wrong(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The count is that of all documents."""
    return in_content(behaviour, "evo.content.search", lambda content: content["meta"].update(count=24))


@contract_fault("emcp", breaks="emcp-content-fields")
def private_column_in_items(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Items of a search show a column that is not public."""

    def shown(content: JsonObject) -> None:
        content["items"] = [item | {"createdby": 1} for item in content["items"]]

    return in_content(behaviour, "evo.content.search", shown)


@contract_fault("emcp", breaks="emcp-list-meta")
def count_is_the_limit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The count repeats the limit, also of pages that are not full."""
    return in_content(
        behaviour, "evo.content.search", lambda content: content["meta"].update(count=content["meta"]["limit"])
    )


@contract_fault("emcp", breaks="emcp-content-fields")
def secret_among_the_variables(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A template variable of an item shows an account with its password."""

    def shown(content: JsonObject) -> None:
        author = {"author": {"name": "Ann", "password": "$2y$10$not.a.real.hash"}}
        content["items"] = [item | {"tvs": author} for item in content["items"]]

    return in_content(behaviour, "evo.content.search", shown)


@contract_fault("emcp", breaks="emcp-content-fields")
def private_column_in_the_document(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A document that is fetched shows a column that the search does not."""

    def shown(content: JsonObject) -> None:
        content["item"] = content["item"] and content["item"] | {"createdby": 1}

    return in_content(behaviour, "evo.content.get", shown)


@contract_fault("emcp", breaks="emcp-get-item")
def get_gives_another_document(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A document is fetched by its place instead of its id."""

    def another(content: JsonObject) -> None:
        content["item"] = content["item"] and content["item"] | {"id": content["item"]["id"] + 1}

    return in_content(behaviour, "evo.content.get", another)


@contract_fault("emcp", breaks="emcp-model-list")
def model_not_named(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A list of a model does not tell which one."""
    return in_content(behaviour, "evo.model.list", lambda content: content["meta"].pop("model"))


@contract_fault("emcp", breaks="emcp-model-get-public")
def account_with_password(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An account shows its password."""

    def shown(content: JsonObject) -> None:
        content["item"] = content["item"] and content["item"] | {"password": "$2y$10$not.a.real.hash"}

    return in_content(behaviour, "evo.model.get", shown, model="User")


@contract_fault("emcp", breaks="emcp-model-fields")
def model_with_code(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Snippets show their code."""

    def shown(content: JsonObject) -> None:
        content["items"] = [item | {"snippet": "return 1;"} for item in content["items"]]

    return in_content(behaviour, "evo.model.list", shown, model="SiteSnippet")


@contract_fault("emcp", breaks="emcp-model-not-listed")
def any_model_is_read(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model that is not published is looked up all the same."""
    return accepting(behaviour, "model:enum")


@contract_fault("emcp", breaks="emcp-tools-namespaces")
def tool_in_the_reserved_namespace(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An extension lists a tool in the namespace of the toolset."""
    return having(behaviour, extra=("evo.shop.orders",))


@contract_fault("emcp", breaks="emcp-text-mirror")
def text_without_metadata(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The text of a search has the items alone."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        content = response.get("result", {}).get("structuredContent", {})
        if "items" in content:
            response["result"]["content"] = [{"type": "text", "text": json.dumps(content["items"])}]
        return response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-tree-siblings")
def siblings_with_the_document(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A document is listed among its siblings."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        params = request.get("params") or {}
        if params.get("name") == "evo.content.siblings" and "result" in response:
            content = response["result"].get("structuredContent", {"items": []})
            content["items"] = [{**item, "id": params["arguments"]["id"]} for item in content["items"]]
        return response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-search-paging")
def pages_overlap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A search ignores its offset."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        params = request.get("params") or {}
        arguments = params.get("arguments") or {}
        content = response.get("result", {}).get("structuredContent")
        if params.get("name") == "evo.content.search" and content and arguments.get("offset"):
            content["items"] = [{**item, "id": 1} for item in content["items"]]
        return response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-tools-no-write")
def writing_tool_listed(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A tool that writes is offered, and denied when it is called."""
    return having(behaviour, extra=("evo.write.page",))


@contract_fault("emcp", breaks="emcp-tools-cursor-safe")
def bad_cursor_fails(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A cursor that is none ends in a failure of the server."""

    def failed(response: Response) -> Response:
        return Response.of_json({"error": {"code": "internal_error", "message": "Failed.", "trace_id": ""}}, 500)

    return in_response(behaviour, lambda call: "cursor" in call.params, failed)


@contract_fault("emcp", breaks="emcp-get-missing-null")
def missing_document_is_empty(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A document that does not exist is an empty object."""

    def emptied(content: JsonObject) -> None:
        content["item"] = content["item"] or {}

    return in_content(behaviour, "evo.content.get", emptied)


@contract_fault("emcp", breaks="emcp-tree-roots")
def tree_lists_a_document_twice(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The tree lists its first document at two places."""
    return in_content(behaviour, "evo.content.root_tree", lambda content: content["items"].append(content["items"][0]))


@contract_fault("emcp", breaks="emcp-tree-ancestors")
def ancestors_with_the_document(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The way up begins with the document itself."""

    def begun(content: JsonObject, arguments: JsonObject) -> None:
        content["items"] += [{**item, "id": arguments["id"]} for item in content["items"][:1]]

    return in_call(behaviour, "evo.content.ancestors", begun)


@contract_fault("emcp", breaks="emcp-tree-children")
def children_of_the_root(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Children are told to be those of the root."""

    def moved(content: JsonObject) -> None:
        content["items"] = [{**item, "parent": 0} for item in content["items"]]

    return in_content(behaviour, "evo.content.children", moved)


@contract_fault("emcp", breaks="emcp-tree-children")
def children_with_grandchildren(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Children are told with their own children."""

    def deepened(content: JsonObject, arguments: JsonObject) -> None:
        content["items"] = documents.descendants(arguments["id"], 2)[: arguments["limit"]]

    return in_call(behaviour, "evo.content.children", deepened)


@contract_fault("emcp", breaks="emcp-tree-descendants")
def descendants_of_one_level(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Only the children of a document are told to descend from it."""

    def cut(content: JsonObject, arguments: JsonObject) -> None:
        content["items"] = [item for item in content["items"] if item["parent"] == arguments["id"]]

    return in_call(behaviour, "evo.content.descendants", cut)


@contract_fault("emcp", breaks="emcp-tree-descendants")
def descendants_empty(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Nothing is found on the way down."""
    return in_content(behaviour, "evo.content.descendants", lambda content: content.update(items=[]))


@contract_fault("emcp", breaks="emcp-model-case")
def models_by_exact_name(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model in another letter case is empty."""

    def emptied(content: JsonObject, arguments: JsonObject) -> None:
        content["items"] = content["items"] if arguments["model"] == content["meta"]["model"] else []

    return in_call(behaviour, "evo.model.list", emptied)
