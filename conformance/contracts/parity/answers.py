"""What the answer to a tool call says: its payload, and whether it went well."""

from typing import Any

from conformance.checks.tool_results import texts
from conformance.contracts.parity.normalising import read_text
from conformance.protocol.reply import Reply


def payload(reply: Reply) -> Any:
    """The structured content of a tool result, or else its first text, read as JSON where it is JSON."""
    if not reply.has_result:
        return None
    if "structuredContent" in reply.result:
        return _unwrapped(reply.result["structuredContent"])
    said = texts(reply.result)
    return read_text(said[0]) if said else None


def _unwrapped(structured: Any) -> Any:
    """SDKs put what is no object, such as a text, into an object with the one member `result`."""
    if isinstance(structured, dict) and structured.keys() == {"result"}:
        return read_text(structured["result"])
    return structured


def went_well(reply: Reply) -> bool:
    """A result without an error in it: none of `isError`, `ok: false` and a member `error`."""
    if not reply.has_result or reply.result.get("isError") is True:
        return False
    said = payload(reply)
    return not (isinstance(said, dict) and (said.get("ok") is False or said.get("error")))


def is_structured_error(reply: Reply) -> bool:
    """A JSON-RPC error, or a result that says that it is an error."""
    return reply.error is not None or (reply.has_result and not went_well(reply))


def error_codes(reply: Reply) -> list[str]:
    """The codes by which a result says what went wrong: `error` as a text, or its `code`; also beside `error`."""
    said = payload(reply)
    if not isinstance(said, dict):
        return []
    error = said.get("error")
    found = [error, error.get("code") if isinstance(error, dict) else None, said.get("code")]
    return [one for one in found if isinstance(one, str)]


def words(reply: Reply) -> str:
    """All that an error says, in one text."""
    said = texts(reply.result) if reply.has_result else []
    return " ".join([*said, str((reply.error or {}).get("message", ""))])
