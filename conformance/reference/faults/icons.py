"""Faults of icons."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import results

_SINCE = ("2025-11-25", "2026-07-28")


@fault(breaks="icons-src-http-or-data", revisions=_SINCE)
@results("tools/list")
def icon_in_a_file(result: Message, request: Request) -> None:
    """The icon of a tool is a file of the server."""
    result["tools"][-1]["icons"] = [{"src": "file:///usr/share/icons/tool.png"}]


@fault(breaks="icons-src-http-or-data", revisions=_SINCE)
@results("resources/list")
def icon_of_no_base64(result: Message, request: Request) -> None:
    """The data of an icon is not Base64."""
    result["resources"][-1]["icons"] = [{"src": "data:image/png;base64,<binary>"}]


@fault(breaks="icons-sizes-format", revisions=_SINCE)
@results("prompts/list")
def icon_of_a_size_in_words(result: Message, request: Request) -> None:
    """The size of an icon is a word."""
    result["prompts"][-1]["icons"] = [{"src": "https://example.com/icon.png", "sizes": ["large"]}]
