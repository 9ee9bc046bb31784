"""Faults of mirrored headers (2026-07-28 streamable-http#request-metadata)."""

import re
from typing import Any

from conformance.protocol.messages import header_value
from conformance.protocol.modern import NAMED_BY
from conformance.protocol.revisions import MODERN, REVISIONS
from conformance.reference.catalogue import fault
from conformance.reference.exchange import META_VERSION, Request, Response
from conformance.reference.transformations import requests, responses

VERSION = "mcp-protocol-version"
METHOD = "mcp-method"
NAME = "mcp-name"
MISMATCH = -32020
PARAMETERS = {"region": "mcp-param-region", "limit": "mcp-param-limit", "dry_run": "mcp-param-dry-run"}


def _name(request: Request) -> str | None:
    """The value that Mcp-Name has to mirror."""
    value = request.params.get(NAMED_BY.get(request.rpc_method or "", ""))
    return value if isinstance(value, str) else None


def _is_modern_request(request: Request) -> bool:
    return request.rpc_method is not None and "id" in request.message


@fault(breaks="http-header-version-mismatch-400")
@requests()
def version_of_the_body_not_compared(request: Request) -> None:
    """The version in the body is not compared with the header."""
    if request.headers.get(VERSION) in MODERN and request.body_revision not in (None, *REVISIONS):
        request.json["params"]["_meta"][META_VERSION] = request.headers.get(VERSION)


@fault(breaks="http-header-version-mismatch-400")
@responses()
def version_mismatch_is_200(response: Response, request: Request) -> None:
    """Versions that differ are refused with status 200."""
    named = request.body_revision
    if response.status == 400 and named is not None and request.headers.get(VERSION) not in (None, named):
        response.status = 200


@fault(breaks="http-std-headers-required")
@requests(when=_is_modern_request)
def missing_method_header_accepted(request: Request) -> None:
    """Mcp-Method may be missing."""
    if METHOD not in request.headers:
        request.headers[METHOD] = request.rpc_method or ""


@fault(breaks="http-std-headers-required")
@requests("tools/call")
def missing_method_header_accepted_for_calls(request: Request) -> None:
    """Mcp-Method may be missing when a tool is called."""
    if METHOD not in request.headers:
        request.headers[METHOD] = "tools/call"


@fault(breaks="http-std-headers-required")
@requests(("tools/call", "resources/read", "prompts/get"))
def missing_name_header_accepted(request: Request) -> None:
    """Mcp-Name may be missing."""
    if NAME not in request.headers and (name := _name(request)) is not None:
        request.headers[NAME] = header_value(name)


@fault(breaks="http-std-headers-required")
@requests("resources/read")
def missing_name_header_accepted_for_resources(request: Request) -> None:
    """Mcp-Name may be missing when a resource is read."""
    if NAME not in request.headers and (name := _name(request)) is not None:
        request.headers[NAME] = header_value(name)


@fault(breaks="http-header-body-mismatch-reject")
@requests(when=_is_modern_request)
def method_header_not_compared(request: Request) -> None:
    """Mcp-Method is not compared with the body."""
    if METHOD in request.headers:
        request.headers[METHOD] = request.rpc_method or ""


@fault(breaks="http-header-body-mismatch-reject")
@requests("resources/read")
def method_header_not_compared_for_resources(request: Request) -> None:
    """Mcp-Method is not compared with the body when a resource is read."""
    if METHOD in request.headers:
        request.headers[METHOD] = "resources/read"


@fault(breaks="http-header-body-mismatch-reject")
@requests(when=_is_modern_request)
def method_header_in_any_case(request: Request) -> None:
    """Mcp-Method is compared without regard to case."""
    if (request.headers.get(METHOD) or "").lower() == (request.rpc_method or "").lower():
        request.headers[METHOD] = request.rpc_method or ""


@fault(breaks="http-header-body-mismatch-reject")
@requests("prompts/get")
def name_header_of_prompts_not_compared(request: Request) -> None:
    """Mcp-Name is not compared with the name of a prompt."""
    if NAME in request.headers and (name := _name(request)) is not None:
        request.headers[NAME] = header_value(name)


@fault(breaks="http-header-validation-400")
@responses()
def header_mismatch_is_200(response: Response, request: Request) -> None:
    """A refusal for a header has status 200."""
    if _refuses_name_or_method(response, request):
        response.status = 200


@fault(breaks="http-header-validation-400")
@responses()
def header_mismatch_is_422(response: Response, request: Request) -> None:
    """A refusal for a header has status 422."""
    if _refuses_name_or_method(response, request):
        response.status = 422


@fault(breaks="http-header-validation-32020")
@responses()
def header_mismatch_is_invalid_request(response: Response, request: Request) -> None:
    """A refusal for a header has the code -32600."""
    if _refuses_name_or_method(response, request):
        response.json = response.json | {"error": {"code": -32600, "message": "Bad header"}}


@fault(breaks="http-header-validation-32020")
@responses()
def header_mismatch_without_body(response: Response, request: Request) -> None:
    """A refusal for a header has no body."""
    if _refuses_name_or_method(response, request):
        response.body = b""


def _refuses_name_or_method(response: Response, request: Request) -> bool:
    answer = response.json if response.body else None
    code = answer.get("error", {}).get("code") if isinstance(answer, dict) else None
    ours = any(name.startswith("mcp-param-") for name, _ in request.headers.fields)
    same_version = request.headers.get(VERSION) == request.body_revision
    return code == MISMATCH and same_version and not ours and request.params.get("name") != "test_header_parameters"


@fault(breaks="http-version-header-missing-reject", revisions=REVISIONS)
@requests()
def modern_only_without_version_header(request: Request) -> Response | None:
    """A server of the modern era alone accepts requests without the version header."""
    if request.rpc_method == "initialize" or request.method != "POST" or request.revision not in MODERN:
        return _modern_only_refusal(request)
    if VERSION not in request.headers:
        request.headers[VERSION] = request.body_revision or MODERN[-1]
    return None


@fault(breaks="http-modern-get-delete-405", revisions=REVISIONS)
@requests()
def modern_only_get_is_404(request: Request) -> Response | None:
    """A server of the modern era alone answers GET and DELETE with 404."""
    if request.method != "POST":
        return Response(404)
    return _modern_only_refusal(request) if request.revision not in MODERN else None


@fault(breaks="http-modern-ignore-session-header", revisions=REVISIONS)
@requests()
def modern_only_refuses_session_header(request: Request) -> Response | None:
    """A server of the modern era alone refuses a session id."""
    if request.session_id is not None:
        return Response.of_error(request, -32600, "No such session", status=404)
    return _modern_only_refusal(request) if request.revision not in MODERN else None


@fault(breaks="http-modern-ignore-last-event-id", revisions=REVISIONS)
@requests()
def modern_only_refuses_last_event_id(request: Request) -> Response | None:
    """A server of the modern era alone refuses Last-Event-ID."""
    if "last-event-id" in request.headers:
        return Response.of_error(request, -32600, "Streams cannot be resumed", status=400)
    return _modern_only_refusal(request) if request.revision not in MODERN else None


def _modern_only_refusal(request: Request) -> Response:
    if request.method != "POST":
        return Response(405)
    data = {"supported": list(MODERN), "requested": str(request.params.get("protocolVersion", "unknown"))}
    return Response.of_error(request, -32022, "Unsupported protocol version", status=400, data=data)


@fault(breaks="http-decode-encoded-headers")
@requests(when=lambda request: _is_encoded(request, NAME) and "*" not in (request.headers.get(NAME) or ""))
def encoded_name_taken_literally(request: Request) -> Response:
    """A name in Base64 is not understood."""
    return Response.of_error(request, -32600, "Bad Mcp-Name", status=400)


@fault(breaks="http-decode-encoded-headers")
@requests(when=lambda request: _is_encoded(request, PARAMETERS["region"]))
def encoded_parameter_taken_literally(request: Request) -> Response | None:
    """A parameter in Base64 is not understood where it need not be in Base64."""
    if (request.params.get("arguments") or {}).get("region", "").isascii():
        return Response.of_error(request, -32600, "Bad Mcp-Param-Region", status=400)
    return None


def _is_encoded(request: Request, header: str) -> bool:
    return (request.headers.get(header) or "").startswith("=?base64?")


@fault(breaks="http-base64-markers-exact")
@requests(when=lambda request: NAME in request.headers)
def marker_in_any_case(request: Request) -> None:
    """The Base64 marker is recognised in any case."""
    request.headers[NAME] = re.sub(r"^=\?base64\?", "=?base64?", request.headers.get(NAME) or "", flags=re.I)


def _mirror(request: Request, *, absent: bool, present: bool) -> None:
    """Puts the arguments into the headers of absent or present mirrored parameters."""
    arguments: dict[str, Any] = request.params.get("arguments") or {}
    for name, header in PARAMETERS.items():
        if arguments.get(name) is not None and (present if header in request.headers else absent):
            value = arguments[name]
            request.headers[header] = header_value(str(value).lower() if isinstance(value, bool) else str(value))


@fault(breaks="http-param-match-validated")
@requests("tools/call", when=lambda request: _raw_ascii(request))
def parameter_header_not_compared(request: Request) -> None:
    """Mcp-Param headers are not compared with the arguments."""
    _mirror(request, absent=False, present=True)


@fault(breaks="http-param-match-validated")
@requests("tools/call")
def boolean_parameter_header_not_compared(request: Request) -> None:
    """The Mcp-Param header of a boolean is not compared with the argument."""
    if isinstance((request.params.get("arguments") or {}).get("dry_run"), bool):
        _mirror(request, absent=False, present=True)


@fault(breaks="http-param-omitted-header-reject")
@requests("tools/call")
def parameter_header_may_be_missing(request: Request) -> None:
    """An argument needs no Mcp-Param header."""
    _mirror(request, absent=True, present=False)


@fault(breaks="http-param-mismatch-400")
@responses("tools/call")
def parameter_mismatch_is_200(response: Response, request: Request) -> None:
    """A wrong Mcp-Param header is refused with status 200."""
    if request.params.get("name") == "test_header_parameters" and response.status == 400:
        response.status = 200


@fault(breaks="http-param-mismatch-400")
@responses("tools/call")
def parameter_mismatch_is_invalid_params(response: Response, request: Request) -> None:
    """A wrong Mcp-Param header is refused with -32602."""
    if request.params.get("name") == "test_header_parameters" and response.status == 400:
        response.json = response.json | {"error": {"code": -32602, "message": "Bad parameter"}}


@fault(breaks="http-param-invalid-chars-reject")
@requests("tools/call", when=lambda request: not _raw_ascii(request))
def raw_latin_1_parameter_accepted(request: Request) -> None:
    """An Mcp-Param header may have bytes outside of ASCII."""
    _mirror(request, absent=False, present=True)


def _raw_ascii(request: Request) -> bool:
    return all((request.headers.get(header) or "").isascii() for header in PARAMETERS.values())


@fault(breaks="http-param-absent-not-expected")
@requests("tools/call", when=lambda request: request.params.get("name") == "test_header_parameters")
def absent_parameter_expected(request: Request) -> Response | None:
    """Mcp-Param headers are expected even when the argument is absent."""
    arguments = request.params.get("arguments") or {}
    if PARAMETERS["region"] not in request.headers and "region" not in arguments and not set(arguments):
        return Response.of_error(request, MISMATCH, "Mcp-Param-Region is missing", status=400)
    return None


@fault(breaks="http-param-null-not-expected")
@requests("tools/call", when=lambda request: request.params.get("name") == "test_header_parameters")
def null_parameter_expected(request: Request) -> Response | None:
    """Mcp-Param headers are expected even when the argument is null."""
    arguments = request.params.get("arguments") or {}
    if any(arguments.get(name, "") is None for name in PARAMETERS):
        return Response.of_error(request, MISMATCH, "Mcp-Param-Region is missing", status=400)
    return None


@fault(breaks="http-integer-numeric-comparison")
@requests("tools/call", when=lambda request: "." in (request.headers.get(PARAMETERS["limit"]) or ""))
def integers_compared_as_text(request: Request) -> Response:
    """Integers in headers are compared as text."""
    return Response.of_error(request, MISMATCH, "Mcp-Param-Limit does not match", status=400)
