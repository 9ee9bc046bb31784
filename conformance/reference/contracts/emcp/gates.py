"""The gates in front of the eMCP server. Each lets a call through, or raises `Refused`."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import jwt

from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call, Refused
from conformance.reference.contracts.emcp.state import Store

EVERYTHING = "*"


@dataclass(frozen=True)
class Door:
    """What a gate knows besides the call: how the server behaves, and where it counts."""

    behaviour: EmcpBehaviour
    limits: Store


Gate = Callable[[Call, Door], Call]


def credential(call: Call, door: Door) -> Call:
    """A session of the manager, or a signed token."""
    if call.managed:
        return _session(call, door.behaviour)
    try:
        claims = _claims(call, door.behaviour)
    except jwt.PyJWTError:
        if door.behaviour.rate.counts_refused_credentials:
            door.limits.take(_anonymous(call), door.behaviour.seconds(door.behaviour.rate.window_s))
        raise Refused(401, "unauthenticated", "A valid token is needed.") from None
    identity = claims.get("user_id") or claims.get("sub") or "unknown"
    return replace(call, identity=f"api:{identity}", scopes=_scopes(claims.get("scopes")))


def _claims(call: Call, behaviour: EmcpBehaviour) -> dict[str, Any]:
    scheme, _, token = (call.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise jwt.InvalidTokenError("no bearer token")
    claims: dict[str, Any] = jwt.decode(
        token.strip(), behaviour.secret, algorithms=["HS256"], issuer=behaviour.issuer, audience=behaviour.audience
    )
    return claims


def _scopes(claimed: Any) -> frozenset[str]:
    listed = claimed.split(",") if isinstance(claimed, str) else claimed if isinstance(claimed, list) else []
    return frozenset(str(scope).strip() for scope in listed)


def _session(call: Call, behaviour: EmcpBehaviour) -> Call:
    cookies = SimpleCookie(call.headers.get("cookie") or "")
    name = cookies[behaviour.cookie].value if behaviour.cookie in cookies else ""
    permissions = behaviour.sessions.get(name, frozenset())
    needed = {"emcp", "emcp_dispatch"} if call.dispatched else {"emcp"}
    if not needed <= permissions:
        raise Refused(403, "forbidden", "A session with the permission for this is needed.")
    return replace(call, identity=f"mgr:{name}", scopes=frozenset({EVERYTHING}))


def scope(call: Call, door: Door) -> Call:
    needed = door.behaviour.scopes.get(call.method, "mcp:admin")
    if not call.scopes & {needed, EVERYTHING}:
        raise Refused(403, "scope_denied", f"This needs the scope {needed}.")
    return call


def rate(call: Call, door: Door) -> Call:
    rate, server = door.behaviour.rate, door.behaviour.servers.get(call.server)
    limit = rate.limit(server.per_minute if server else 60)
    if not rate.enabled or limit == 0:
        return call
    window_s = door.behaviour.seconds(rate.window_s)
    held = limit // 2 if rate.punishes else 0
    taken, left_s = door.limits.take(rate.bucket(call), window_s, limit, held)
    if rate.counts_refused_credentials:
        taken += door.limits.taken(_anonymous(call), window_s)
    headers = _told(door.behaviour, limit, limit - taken, left_s)
    if rate.lets_through(taken - limit):
        return replace(call, told=headers)
    status, code = rate.refusal
    waiting = rate.retry_after(left_s)
    raise Refused(status, code, "Too many requests.", (*headers, *([("Retry-After", waiting)] if waiting else ())))


def _told(behaviour: EmcpBehaviour, limit: int, remaining: int, left_s: float) -> tuple[tuple[str, str], ...]:
    if not behaviour.rate.headers:
        return ()
    told = {
        "X-RateLimit-Limit": limit,
        "X-RateLimit-Remaining": behaviour.rate.remaining(remaining),
        "X-RateLimit-Reset": math.ceil(time.time() + left_s),
    }
    return tuple((name, str(value)) for name, value in told.items())


def _anonymous(call: Call) -> str:
    return f"{call.server}|refused credentials"


def http_method(call: Call, door: Door) -> Call:
    if call.http_method != "POST":
        raise Refused(405, "method_not_allowed", "This route is for POST.")
    return call


def media_type(call: Call, door: Door) -> Call:
    if not (call.headers.get("content-type") or "").lower().startswith("application/json"):
        raise Refused(415, "unsupported_media_type", "The body has to be application/json.")
    return call


def size(call: Call, door: Door) -> Call:
    server = door.behaviour.servers.get(call.server)
    limit = server.max_payload if server else 256 * 1024
    if door.behaviour.payload_over(len(call.body), limit):
        raise Refused(413, "payload_too_large", f"The body is larger than {limit} bytes.")
    return call


def server_allowed(call: Call, door: Door) -> Call:
    if not any(fnmatchcase(call.server, pattern) for pattern in door.behaviour.allow_servers):
        raise Refused(403, "server_denied", "This server is not open here.")
    return call


def tool_allowed(call: Call, door: Door) -> Call:
    if any(fnmatchcase(call.tool, pattern) for pattern in door.behaviour.deny_tools):
        raise Refused(403, "tool_denied", "This tool is not open here.")
    return call


def server_known(call: Call, door: Door) -> Call:
    if call.server not in door.behaviour.servers:
        raise Refused(404, "server_not_found", "There is no such server.")
    return call


def payload(call: Call, door: Door) -> Call:
    """What is dispatched needs a method; the envelope of JSON-RPC is not asked for."""
    if not isinstance(call.message, dict) or (door.behaviour.dispatch.need_method and not call.method):
        raise Refused(400, "invalid_payload", "The body has to be an object with a method.")
    return call


def origin(call: Call, door: Door) -> Call:
    """MCP: a page of another host may not call (basic/transports#security-warning)."""
    named = call.headers.get("origin")
    if named is not None and urlsplit(named).netloc != call.headers.get("host"):
        raise Refused(403, "forbidden", "Pages of other hosts may not call this server.")
    return call


def protocol_version(call: Call, door: Door) -> Call:
    """MCP: an unsupported version in the header is refused (basic/transports#protocol-version-header)."""
    named = call.headers.get("mcp-protocol-version")
    if named is not None and named not in door.behaviour.toolset.revisions:
        raise Refused(400, "unsupported_version", "This protocol version is not spoken here.")
    return call


GATES: dict[str, Gate] = {
    gate.__name__: gate
    for gate in (
        origin, credential, scope, rate, http_method, media_type, size, server_allowed, tool_allowed, server_known,
        protocol_version, payload,
    )
}  # fmt: skip
