"""Requests that the gates of a system have to refuse."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contracts.access_codes.settings import AccessCodes
from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.paths import at_path
from conformance.contracts.personas import MALFORMED, NONE
from conformance.contracts.refusals import Refusal, body_of
from conformance.wire.exchange import Exchange

PADDING = "padding"


def settings_of(caller: Caller) -> AccessCodes:
    assert caller.profile.access_codes is not None
    return caller.profile.access_codes


def send(caller: Caller, request: Described, **headers: str | None) -> Exchange:
    """A described request; a refusal for the rate is waited out."""
    options: dict[str, Any] = {
        "route": request.route, "method": request.http_method, "persona": request.persona,
        "variables": request.variables, "headers": {**request.headers, **headers},
    }  # fmt: skip
    if request.body is not None:
        return caller.send(body=request.body, **options)
    if request.method:
        return caller.call(request.method, request.params or None, **options)
    return caller.probe(**options) if request.http_method == "POST" else caller.send(**options)


@dataclass(frozen=True, slots=True)
class Refused:
    """A way to be refused: what is wrong with the request, the refusal that is promised, and how to send it."""

    why: str
    refusal: Refusal
    send: Callable[[Mapping[str, str | None]], Exchange]


def refusals(caller: Caller) -> Iterator[Refused]:
    """Each kind of refusal that can be had without a burst, with a credential that every run has."""
    told = settings_of(caller)

    def probe(**options: Any) -> Callable[[Mapping[str, str | None]], Exchange]:
        return lambda headers: caller.probe(**{**options, "headers": {**options.get("headers", {}), **headers}})

    def bare(method: str) -> Callable[[Mapping[str, str | None]], Exchange]:
        return lambda headers: caller.send(told.routes[0], method=method, headers=headers)

    if told.no_credentials:
        yield Refused("no credential", told.no_credentials, probe(route=told.routes[0], persona=NONE))
    if told.bad_token:
        yield Refused("a malformed token", told.bad_token, probe(route=told.routes[0], persona=MALFORMED))
    if told.media_type:
        wrong = {"content-type": told.wrong_media_type}
        yield Refused("a wrong media type", told.media_type, probe(route=told.routes[0], headers=wrong))
    if told.wrong_method:
        yield from (Refused(f"the method {one}", told.wrong_method, bare(one)) for one in told.wrong_methods)
    if told.unknown_server:
        known = (route for route in told.unknown_routes if caller.profile.routes.get(route))
        yield from (Refused(f"the route {one}", told.unknown_server, probe(route=one)) for one in known)


def padded(caller: Caller, size: int) -> bytes:
    """The probe, made exactly `size` bytes long by a member of its parameters that no server asks for."""
    probe = caller.profile.probe
    message = dict(probe.body) if probe.body is not None else caller.message(probe.method or "ping", probe.params or {})
    holder = message.setdefault("params", {}) if "method" in message else message
    meta = holder.setdefault("_meta", {}) if "method" in message else holder
    meta[PADDING] = ""
    meta[PADDING] = "x" * max(0, size - len(json.dumps(message).encode()))
    return json.dumps(message).encode()


def effects(caller: Caller) -> Any:
    """The counter of carried-out calls; None where the profile names none."""
    told = settings_of(caller)
    return None if told.effect is None else at_path(body_of(send(caller, told.effect)), told.effect_path)


