"""Faults of tools."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import results


@fault(breaks="tools-list-result-shape")
@results("tools/list")
def tools_list_drops_name(result: Message, request: Request) -> None:
    """The first tool of each page has no name."""
    del result["tools"][0]["name"]
