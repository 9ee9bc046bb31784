"""Faults of arguments: each leaves out one check."""

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.changes import accepting, editing
from conformance.reference.contracts.emcp.toolset import JsonObject


@contract_fault("emcp", breaks="emcp-arguments-limit-required")
def limit_optional(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A search without a limit is served."""
    return accepting(behaviour, "limit:required")


@contract_fault("emcp", breaks="emcp-arguments-limit-positive")
def limit_below_one(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A limit below 1 is served."""
    return accepting(behaviour, "limit:minimum")


@contract_fault("emcp", breaks="emcp-arguments-limit-cap")
def limit_without_cap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any limit is served."""
    return accepting(behaviour, "limit:maximum")


@contract_fault("emcp", breaks="emcp-arguments-offset-cap")
def offset_without_cap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any offset is served."""
    return accepting(behaviour, "offset:maximum")


@contract_fault("emcp", breaks="emcp-arguments-depth-cap")
def depth_without_cap(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any depth is served."""
    return accepting(behaviour, "depth:maximum")


@contract_fault("emcp", breaks="emcp-arguments-order-field")
def any_field_sorts(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any column can be sorted by."""
    return accepting(behaviour, "order_by:enum")


@contract_fault("emcp", breaks="emcp-arguments-filter-structured")
def raw_filter_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A filter in the query language of the CMS is taken."""
    return accepting(behaviour, "tv_filters:type")


@contract_fault("emcp", breaks="emcp-arguments-filter-operator")
def any_operator_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any operator becomes part of the query."""
    return accepting(behaviour, "tv_filters.op:enum")


@contract_fault("emcp", breaks="emcp-arguments-filter-separators")
def separators_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Separators of the query language are taken as a part of the value."""
    return accepting(behaviour, "tv_filters.value:separator")


@contract_fault("emcp", breaks="emcp-arguments-tv-name")
def any_variable_name_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any text is taken for the name of a template variable."""
    return accepting(behaviour, "with_tvs:pattern")


@contract_fault("emcp", breaks="emcp-arguments-id")
def any_id_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A text is taken for an id, and finds nothing."""
    return accepting(behaviour, "id:type")


@contract_fault("emcp", breaks="emcp-arguments-model-field")
def filter_by_any_column(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model can be filtered by columns that are not public."""
    return accepting(behaviour, "filters.where.field:enum")


@contract_fault("emcp", breaks="emcp-arguments-model-filter")
def filter_with_any_operator(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A model can be filtered by any operator."""
    return accepting(behaviour, "filters.where.op:enum")


@contract_fault("emcp", breaks="emcp-arguments-name-required")
def call_without_a_name_served(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A call that names no tool gives an empty result."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        nameless = request.get("method") == "tools/call" and "name" not in (request.get("params") or {})
        return {"jsonrpc": "2.0", "id": response["id"], "result": {"content": []}} if nameless else response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-arguments-unknown-tool")
def unknown_tool_gives_a_result(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A tool that does not exist gives a result."""

    def edit(request: JsonObject, response: JsonObject) -> JsonObject:
        unknown = "no such tool" in response.get("error", {}).get("message", "")
        content = {"content": [{"type": "text", "text": "There is no such tool."}]}
        return {"jsonrpc": "2.0", "id": response["id"], "result": content} if unknown else response

    return editing(behaviour, edit)


@contract_fault("emcp", breaks="emcp-arguments-order-direction")
def any_direction_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A direction that is none is taken for ascending."""
    return accepting(behaviour, "order_dir:enum")


@contract_fault("emcp", breaks="emcp-arguments-cast")
def any_cast_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any cast becomes part of the query."""
    return accepting(behaviour, "tv_filters.cast:pattern", "tv_order.cast:enum")


@contract_fault("emcp", breaks="emcp-arguments-filter-empty-list")
def choice_among_nothing_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A choice among no values finds nothing."""
    return accepting(behaviour, "tv_filters.value:required")


@contract_fault("emcp", breaks="emcp-arguments-tags")
def filter_by_no_tags_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A filter by no tags is left out."""
    return accepting(behaviour, "tags_data.tags:minItems", "tags:required")


@contract_fault("emcp", breaks="emcp-arguments-range")
def any_range_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A range that ends before it begins is empty."""
    return accepting(behaviour, "to:order")
