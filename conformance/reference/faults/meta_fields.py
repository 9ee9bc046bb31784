"""Faults of `_meta`."""

from typing import Any

from conformance.protocol.revisions import MODERN
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import errors, requests, responses, results

META = "io.modelcontextprotocol/"
CAPABILITIES = META + "clientCapabilities"
CLIENT_INFO = META + "clientInfo"
WITH_META_RULES = ("2025-06-18", "2025-11-25", *MODERN)


def _meta(request: Request) -> dict[str, Any]:
    meta = request.params.get("_meta")
    return meta if isinstance(meta, dict) else {}


def _lacks(key: str) -> Any:
    return lambda request: request.rpc_method is not None and "id" in request.message and key not in _meta(request)


def _add(owner: Message, key: str, value: Any = True) -> None:
    owner["_meta"] = {**owner.get("_meta", {}), key: value}


@fault(breaks="meta-prefix-label-format", revisions=WITH_META_RULES)
@results("tools/list")
def prefix_with_empty_label(result: Message, request: Request) -> None:
    """A tool has a _meta key whose prefix has an empty label."""
    _add(result["tools"][0], "com..example/note")


@fault(breaks="meta-prefix-label-format", revisions=WITH_META_RULES)
@results("prompts/list")
def prefix_of_two_parts(result: Message, request: Request) -> None:
    """A result has a _meta key with two slashes."""
    _add(result, "com.example/notes/first")


@fault(breaks="meta-prefix-label-chars", revisions=WITH_META_RULES)
@results("resources/list")
def label_starts_with_digit(result: Message, request: Request) -> None:
    """A resource has a _meta key whose prefix has a label that starts with a digit."""
    _add(result["resources"][0], "com.4example/note")


@fault(breaks="meta-prefix-label-chars", revisions=WITH_META_RULES)
@results()
def label_with_underscore(result: Message, request: Request) -> None:
    """Results have a _meta key whose prefix has an underscore."""
    _add(result, "my_vendor/note")


@fault(breaks="meta-name-format", revisions=WITH_META_RULES)
@results("tools/list")
def name_starts_with_underscore(result: Message, request: Request) -> None:
    """Tools have a _meta key that starts with an underscore."""
    for tool in result["tools"]:
        _add(tool, "_vendor", {"tags": []})


@fault(breaks="meta-name-format", revisions=WITH_META_RULES)
@results("resources/read")
def name_with_space(result: Message, request: Request) -> None:
    """Contents have a _meta key with a space in its name."""
    _add(result["contents"][0], "com.example/a note")


@fault(breaks="meta-prefix-reverse-dns", revisions=("2025-11-25", *MODERN))
@results("tools/list")
def prefix_in_forward_order(result: Message, request: Request) -> None:
    """A result has a _meta key whose prefix is a host name."""
    _add(result, "www.example.com/note")


@fault(breaks="meta-reserved-prefix-mcp", revisions=WITH_META_RULES)
@results("tools/list")
def prefix_of_mcp(result: Message, request: Request) -> None:
    """A result has a _meta key of its own under a prefix that is reserved for MCP."""
    _add(result, "com.mcp.tools/note" if request.revision > "2025-06-18" else "mcp.dev/note")


@fault(breaks="meta-server-info-in-results")
@results("tools/list")
def result_without_server_info(result: Message, request: Request) -> None:
    """The result of tools/list does not name the server."""
    result.get("_meta", {}).pop(META + "serverInfo", None)


@fault(breaks="meta-trace-context-format")
@results("tools/list")
def traceparent_malformed(result: Message, request: Request) -> None:
    """A traceparent has upper-case digits."""
    _add(result, "traceparent", "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")


@fault(breaks="meta-trace-context-format")
@results("prompts/list")
def baggage_malformed(result: Message, request: Request) -> None:
    """A baggage member has no value."""
    _add(result, "baggage", "userId")


@fault(breaks="meta-missing-field-invalid-params", revisions=MODERN)
@requests(when=_lacks(CAPABILITIES))
def capabilities_assumed(request: Request) -> None:
    """A request without clientCapabilities is served."""
    _add(request.params, CAPABILITIES, {})


@fault(breaks="meta-missing-field-invalid-params", revisions=MODERN)
@requests("tools/call", when=_lacks(CAPABILITIES))
def capabilities_assumed_in_calls(request: Request) -> None:
    """A tool is called for a request without clientCapabilities."""
    _add(request.params, CAPABILITIES, {})


@fault(breaks="meta-missing-field-invalid-params", revisions=MODERN)
@errors(when=_lacks(CAPABILITIES))
def missing_capabilities_are_invalid_request(error: Message, request: Request) -> None:
    """A request without clientCapabilities is refused with -32600."""
    if error["code"] == -32602:
        error["code"] = -32600


@fault(breaks="meta-missing-field-http-400", revisions=MODERN)
@responses(when=_lacks(CAPABILITIES))
def missing_capabilities_get_200(response: Response, request: Request) -> None:
    """A request without clientCapabilities is refused with status 200."""
    response.status = 200


@fault(breaks="meta-clientinfo-optional-accepted", revisions=MODERN)
@requests(when=_lacks(CLIENT_INFO))
def client_info_demanded(request: Request) -> Response | None:
    """A request without clientInfo is refused."""
    if CAPABILITIES not in _meta(request):
        return None
    return Response.of_error(request, -32602, "clientInfo is missing", status=400)


@fault(breaks="meta-unknown-keys-accepted")
@requests(when=lambda request: any("." in key and not key.startswith(META) for key in _meta(request)))
def unknown_meta_keys_refused(request: Request) -> Response:
    """A request with a _meta key of a vendor is refused."""
    return Response.of_error(request, -32602, "Unknown key in _meta", status=400)


@fault(breaks="meta-missing-capability-error")
@errors("tools/call")
def missing_capability_is_invalid_params(error: Message, request: Request) -> None:
    """A missing client capability is answered with -32602."""
    if error["code"] == -32021:
        error["code"] = -32602


@fault(breaks="meta-missing-capability-error")
@errors("tools/call")
def missing_capability_not_named(error: Message, request: Request) -> None:
    """The error -32021 does not tell which capability is missing."""
    if error["code"] == -32021:
        error.pop("data", None)


@fault(breaks="meta-missing-capability-http-400")
@responses("tools/call")
def missing_capability_gets_200(response: Response, request: Request) -> None:
    """The error -32021 has status 200."""
    answer = response.json if response.body else None
    if isinstance(answer, dict) and answer.get("error", {}).get("code") == -32021:
        response.status = 200


@fault(breaks="meta-peer-info-no-behaviour-change")
@results("tools/list", when=lambda request: _meta(request).get(CLIENT_INFO, {}).get("name") == "claude-ai")
def list_for_one_client(result: Message, request: Request) -> None:
    """One client, by its name, is shown fewer tools."""
    result["tools"] = result["tools"][1:]
