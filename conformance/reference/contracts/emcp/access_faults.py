"""Gates that are open, or refuse in another way than promised."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.exchange import Response

Edit = Callable[[Call, Response], Response]


def _without(behaviour: EmcpBehaviour, gate: str) -> EmcpBehaviour:
    return replace(
        behaviour,
        gates=tuple(one for one in behaviour.gates if one != gate),
        checks=tuple(one for one in behaviour.checks if one != gate),
        dispatch_checks=tuple(one for one in behaviour.dispatch_checks if one != gate),
    )


def _edited(behaviour: EmcpBehaviour, edit: Edit) -> EmcpBehaviour:
    return replace(behaviour, edits=(*behaviour.edits, edit))


def _token(call: Call) -> str:
    return (call.headers.get("authorization") or "").partition(" ")[2]


def _header(token: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        return {}


def _claims(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return claims
    except jwt.PyJWTError:
        return {}


def _served(call: Call, response: Response) -> Response:
    return Response.of_json({"jsonrpc": "2.0", "id": call.rpc.get("id"), "result": {}})


def _let_in(behaviour: EmcpBehaviour, whom: Callable[[Call, EmcpBehaviour], bool]) -> EmcpBehaviour:
    """Serves what was refused as unauthenticated, if it comes from them."""

    def edit(call: Call, response: Response) -> Response:
        return _served(call, response) if response.status == 401 and whom(call, behaviour) else response

    return _edited(behaviour, edit)


def _fails_as(call: Call, behaviour: EmcpBehaviour, error: type[jwt.PyJWTError]) -> bool:
    try:
        jwt.decode(
            _token(call), behaviour.secret, algorithms=["HS256"], issuer=behaviour.issuer, audience=behaviour.audience
        )
    except jwt.PyJWTError as problem:
        return isinstance(problem, error)
    return False


@contract_fault("emcp", breaks="access-no-credentials")
def strangers_are_served(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A request without a credential is served."""
    return _let_in(behaviour, lambda call, _: "authorization" not in call.headers and call.http_method == "POST")


@contract_fault("emcp", breaks="access-no-credentials")
def strangers_are_told_forbidden(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A dispatched call without a credential is refused as one without a scope."""

    def edit(call: Call, response: Response) -> Response:
        stranger = response.status == 401 and call.dispatched and "authorization" not in call.headers
        return _recoded(response, 403, "scope_denied") if stranger else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-malformed-token")
def random_words_are_a_token(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Any bearer that is no JWT is let in."""
    return _let_in(behaviour, lambda call, _: _token(call) != "" and _token(call).count(".") != 2)


@contract_fault("emcp", breaks="access-tampered-token")
def signatures_are_not_verified(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A signed token is believed whatever its signature."""
    return _let_in(
        behaviour, lambda call, known: _fails_as(call, known, jwt.InvalidSignatureError) and _is_signed(call)
    )


def _is_signed(call: Call) -> bool:
    return _header(_token(call)).get("alg") == "HS256"


@contract_fault("emcp", breaks="access-alg-none")
def unsigned_tokens_are_believed(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A token that says it needs no signature is believed."""
    return _let_in(behaviour, lambda call, _: _header(_token(call)).get("alg") == "none")


@contract_fault("emcp", breaks="access-expired-token")
def tokens_never_expire(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """`exp` is not looked at."""
    return _let_in(behaviour, lambda call, known: _fails_as(call, known, jwt.ExpiredSignatureError))


@contract_fault("emcp", breaks="access-wrong-audience")
def any_audience_will_do(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """`aud` is not looked at."""
    return _let_in(behaviour, lambda call, known: _fails_as(call, known, jwt.InvalidAudienceError))


@contract_fault("emcp", breaks="access-wrong-issuer")
def any_issuer_will_do(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """`iss` is not looked at."""
    return _let_in(behaviour, lambda call, known: _fails_as(call, known, jwt.InvalidIssuerError))


def _served_without_scope(behaviour: EmcpBehaviour, when: Callable[[Call], bool]) -> EmcpBehaviour:
    def edit(call: Call, response: Response) -> Response:
        return _served(call, response) if b"scope_denied" in (response.body or b"") and when(call) else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-missing-scope")
def readers_may_call_tools(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A token for reading calls tools."""
    return _served_without_scope(behaviour, lambda call: call.method == "tools/call" and not call.dispatched)


@contract_fault("emcp", breaks="access-missing-scope")
def dispatch_asks_for_no_scope(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The scope of a dispatched call is not that of its inner method."""
    return _served_without_scope(behaviour, lambda call: call.dispatched)


@contract_fault("emcp", breaks="access-refusal-without-effect")
def refused_calls_are_carried_out(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Scopes are asked for when the call has been carried out."""

    def edit(call: Call, response: Response) -> Response:
        needed = behaviour.scopes.get(call.method, "mcp:admin")
        known = response.status < 400 and call.identity
        return _error(call, 403, "scope_denied") if known and not call.scopes & {needed, "*"} else response

    return _edited(_without(behaviour, "scope"), edit)


@contract_fault("emcp", breaks="access-missing-scope-advised")
def callers_may_list_tools(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A token for calls only lists tools."""
    return _served_without_scope(behaviour, lambda call: call.method == "tools/list")


@contract_fault("emcp", breaks="access-gates")
def unmapped_methods_are_open(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A method that no scope is named for is open to everybody."""
    return _served_without_scope(behaviour, lambda call: call.method == "admin/x")


@contract_fault("emcp", breaks="access-session-required")
def manager_needs_no_session(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The manager's route serves those without a session."""
    return _open_gate(behaviour, "forbidden", lambda call: call.managed and not call.dispatched)


@contract_fault("emcp", breaks="access-gates-advised")
def every_manager_may_dispatch(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A session without the permission to dispatch does so."""
    return _open_gate(behaviour, "forbidden", lambda call: call.managed and call.dispatched)


@contract_fault("emcp", breaks="access-scope-suffices")
def everything_is_not_enough(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A token for everything may not list tools."""

    def edit(call: Call, response: Response) -> Response:
        alone = call.method == "tools/list" and _claims(_token(call)).get("scopes") == ["*"] and response.status == 200
        return _error(call, 403, "scope_denied") if alone else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-unknown-server")
def unknown_servers_are_served(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A handle that does not exist is served by another server."""

    def edit(call: Call, response: Response) -> Response:
        return _served(call, response) if response.status == 404 else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-unknown-server")
def unknown_servers_are_a_fault(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A handle that does not exist is an internal error."""

    def edit(call: Call, response: Response) -> Response:
        return _recoded(response, 500, "internal_error") if response.status == 404 else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-wrong-method")
def get_is_served(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """GET with a token is answered 200."""

    def edit(call: Call, response: Response) -> Response:
        return _served(call, response) if response.status == 405 else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-wrong-method-unauthenticated")
def get_of_a_stranger_fails(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """GET without a token is an internal error."""

    def edit(call: Call, response: Response) -> Response:
        fails = response.status == 401 and call.http_method == "GET"
        return _recoded(response, 500, "internal_error") if fails else response

    return _edited(behaviour, edit)


def _open_gate(behaviour: EmcpBehaviour, code: str, when: Callable[[Call], bool]) -> EmcpBehaviour:
    def edit(call: Call, response: Response) -> Response:
        return _served(call, response) if code.encode() in (response.body or b"") and when(call) else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-media-type")
def text_is_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A small body that is called text is taken."""
    return _open_gate(
        behaviour, "unsupported_media_type", lambda call: "content-type" in call.headers and len(call.body) < 100_000
    )


def _undispatched(behaviour: EmcpBehaviour, gate: str) -> EmcpBehaviour:
    return replace(behaviour, dispatch_checks=tuple(one for one in behaviour.dispatch_checks if one != gate))


@contract_fault("emcp", breaks="access-media-type")
def text_is_dispatched(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The route for dispatching does not ask for the media type."""
    return _undispatched(behaviour, "media_type")


@contract_fault("emcp", breaks="access-payload-over-limit")
def any_size_is_dispatched(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The route for dispatching takes bodies of any size."""
    return _undispatched(behaviour, "size")


@contract_fault("emcp", breaks="access-media-type-missing")
def no_media_type_is_needed(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A body without a Content-Type is taken."""
    return _open_gate(behaviour, "unsupported_media_type", lambda call: "content-type" not in call.headers)


def _refused_type(behaviour: EmcpBehaviour, when: Callable[[str], bool]) -> EmcpBehaviour:
    def edit(call: Call, response: Response) -> Response:
        refuses = response.status == 200 and when(call.headers.get("content-type") or "")
        return _error(call, 415, "unsupported_media_type") if refuses else response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-media-type-parameters")
def a_charset_is_refused(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """JSON with a charset is no JSON."""
    return _refused_type(behaviour, lambda kind: ";" in kind)


@contract_fault("emcp", breaks="access-media-type-case")
def capitals_are_refused(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """JSON in capitals is no JSON."""
    return _refused_type(behaviour, str.isupper)


@contract_fault("emcp", breaks="access-payload-over-limit")
def size_limit_is_off_by_one(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """One byte more than the limit is taken."""
    return replace(behaviour, payload_over=lambda size, limit: size > limit + 1)


@contract_fault("emcp", breaks="access-payload-over-limit")
def characters_are_counted(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The limit is compared with the number of characters, which may have several bytes each."""
    return _open_gate(
        behaviour, "payload_too_large", lambda call: len(call.body.decode("utf-8", "replace")) < len(call.body) * 0.9
    )


@contract_fault("emcp", breaks="access-payload-at-limit")
def size_limit_is_too_strict(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A body of exactly the limit is refused."""
    return replace(behaviour, payload_over=lambda size, limit: size >= limit)


@contract_fault("emcp", breaks="access-gate-order")
def size_is_asked_first(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The size of a body is looked at before its media type."""
    others = tuple(one for one in behaviour.checks if one != "size")
    return replace(behaviour, checks=("size", *others))


def _recoded(response: Response, status: int, code: str) -> Response:
    body = json.loads(response.body or b"{}")
    if isinstance(body.get("error"), dict):
        body["error"]["code"] = code
    return _with_body(response, body, status)


def _with_body(response: Response, body: Any, status: int | None = None) -> Response:
    response.json = body
    response.status = status or response.status
    return response


def _error(call: Call, status: int, code: str) -> Response:
    error = {"code": code, "message": "No.", "trace_id": call.trace_id}
    made = Response.of_json({"error": error}, status)
    made.headers["x-trace-id"] = call.trace_id
    return made


def _every_refusal(behaviour: EmcpBehaviour, change: Callable[[Call, Response], Response]) -> EmcpBehaviour:
    def edit(call: Call, response: Response) -> Response:
        return change(call, response) if response.status >= 400 else response

    return _edited(behaviour, edit)


def _error_members(behaviour: EmcpBehaviour, change: Callable[[dict[str, Any]], Any]) -> EmcpBehaviour:
    def edit(call: Call, response: Response) -> Response:
        body = json.loads(response.body or b"{}")
        change(body)
        return _with_body(response, body)

    return _every_refusal(behaviour, edit)


@contract_fault("emcp", breaks="access-error-envelope")
def errors_have_no_message(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The error body has no message."""
    return _error_members(behaviour, lambda body: body.get("error", {}).pop("message", None))


@contract_fault("emcp", breaks="access-error-envelope")
def errors_look_like_json_rpc(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The error body has a member jsonrpc."""
    return _error_members(behaviour, lambda body: body.update(jsonrpc="2.0"))


def _error_of(behaviour: EmcpBehaviour, status: int, change: Callable[[dict[str, Any]], Any]) -> EmcpBehaviour:
    def edit(call: Call, response: Response) -> Response:
        if response.status != status:
            return response
        body = json.loads(response.body or b"{}")
        change(body)
        return _with_body(response, body)

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-error-envelope")
def scope_refusals_have_no_message(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Only the gate of scopes writes error bodies of its own, and leaves the message out."""
    return _error_of(behaviour, 403, lambda body: body["error"].pop("message", None))


@contract_fault("emcp", breaks="access-error-envelope")
def sizes_are_explained_in_a_list(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The message about a body that is too large is a list."""
    return _error_of(behaviour, 413, lambda body: body["error"].update(message=["Too large."]))


@contract_fault("emcp", breaks="access-error-envelope")
def conflicts_have_a_second_envelope(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The refusal of a key has the members of another framework beside the error."""
    return _error_of(behaviour, 409, lambda body: body.update(success=False))


@contract_fault("emcp", breaks="access-error-media-type")
def errors_are_called_html(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Refusals of wrong HTTP methods are called HTML."""

    def edit(call: Call, response: Response) -> Response:
        if response.status == 405:
            response.headers["content-type"] = "text/html"
        return response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-trace-in-refusals")
def scope_refusals_have_no_trace_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The header with the trace id is written behind the gate of scopes."""

    def edit(call: Call, response: Response) -> Response:
        if response.status == 403:
            response.headers.remove("x-trace-id")
        return response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-trace-in-refusals")
def invalid_dispatch_has_another_trace_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """What cannot be dispatched is refused under another trace id."""
    return _error_of(behaviour, 400, lambda body: body["error"].update(trace_id="none"))


@contract_fault("emcp", breaks="access-trace-in-refusals")
def errors_have_another_trace_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The trace id in the error body is not that of the request."""
    return _error_members(behaviour, lambda body: body.get("error", {}).update(trace_id="another"))


@contract_fault("emcp", breaks="access-trace-kept")
def trace_id_is_replaced(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """What is served comes back with a new trace id."""

    def edit(call: Call, response: Response) -> Response:
        if response.status < 400:
            response.headers[behaviour.trace_header] = behaviour.new_trace_id()
        return response

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="access-trace-made")
def trace_id_is_a_counter(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A trace id that was made is a number."""
    numbers = iter(range(1, 1 << 30))
    return replace(behaviour, new_trace_id=lambda: str(next(numbers)))


@contract_fault("emcp", breaks="access-trace-unique")
def trace_id_is_made_once(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The trace id is the same for every request."""
    once = behaviour.new_trace_id()
    return replace(behaviour, new_trace_id=lambda: once)
