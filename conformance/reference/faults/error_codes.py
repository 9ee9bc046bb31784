"""Faults of the error codes of 2026-07-28; all of them in the refusal of what is no request."""

from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request
from conformance.reference.transformations import errors

INVALID_REQUEST = -32600


@fault(breaks="jsonrpc-error-no-retired-codes")
@errors()
def code_32002(error: Message, request: Request) -> None:
    """An invalid request is refused with -32002."""
    if error["code"] == INVALID_REQUEST:
        error["code"] = -32002


@fault(breaks="jsonrpc-error-reserved-range-only-defined")
@errors()
def code_32050(error: Message, request: Request) -> None:
    """An invalid request is refused with -32050."""
    if error["code"] == INVALID_REQUEST:
        error["code"] = -32050


@fault(breaks="jsonrpc-error-avoid-legacy-range")
@errors()
def code_32001(error: Message, request: Request) -> None:
    """An invalid request is refused with -32001."""
    if error["code"] == INVALID_REQUEST:
        error["code"] = -32001


@fault(breaks="jsonrpc-error-app-codes-outside-range")
@errors()
def code_32500(error: Message, request: Request) -> None:
    """An invalid request is refused with -32500."""
    if error["code"] == INVALID_REQUEST:
        error["code"] = -32500


@fault(breaks="jsonrpc-error-defined-codes-specified-meaning")
@errors()
def unsupported_version_for_an_invalid_request(error: Message, request: Request) -> None:
    """An invalid request, of a version that is supported, is refused as one of an unsupported version."""
    if error["code"] == INVALID_REQUEST and request.body_revision is not None:
        error["code"] = -32022
        error["data"] = {"supported": ["2099-01-01"], "requested": request.body_revision}
