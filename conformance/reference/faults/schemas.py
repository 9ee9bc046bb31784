"""Faults of the message schemas, and of the JSON Schemas that a server publishes."""

from conformance.protocol.revisions import LEGACY, MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import notifications, results


@fault(breaks="schema-server-messages-valid", revisions=LEGACY)
@results("logging/setLevel")
def meta_as_text(result: Message, request: Request) -> None:
    """The empty result of logging/setLevel has a text as _meta."""
    result["_meta"] = "note"


@fault(breaks="schema-server-messages-valid", revisions=LEGACY)
@notifications("notifications/tools/list_changed")
def params_as_text(message: Message, request: Request) -> None:
    """The notification of a changed tool list has a text as params."""
    message["params"] = "changed"


@fault(breaks="result-resulttype-present")
@results("tools/list")
def result_without_type(result: Message, request: Request) -> None:
    """The result of tools/list has no resultType."""
    result.pop("resultType", None)


@fault(breaks="result-resulttype-present")
@results(("prompts/list", "resources/read"))
def result_type_as_number(result: Message, request: Request) -> None:
    """resultType is a number."""
    result["resultType"] = 1


@fault(breaks="schema-valid-per-dialect", revisions=("2025-11-25", *MODERN))
@results("tools/list")
def output_schema_with_unknown_type(result: Message, request: Request) -> None:
    """An outputSchema has a type that JSON Schema does not know."""
    for tool in result["tools"]:
        if "outputSchema" in tool:
            tool["outputSchema"] = {"type": "object", "properties": {"note": {"type": "text"}}}


@fault(breaks="schema-recommended-2020-12", revisions=("2025-11-25", *MODERN))
@results("tools/list")
def schema_of_draft_07(result: Message, request: Request) -> None:
    """Input schemas are written in draft 7."""
    for tool in result["tools"]:
        tool["inputSchema"].setdefault("$schema", "http://json-schema.org/draft-07/schema#")
