"""Requests that the gates of a system have to refuse."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.contracts.access_codes.settings import AccessCodes, Gate
from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.idempotency.asking import Asker, fresh_key
from conformance.contracts.idempotency.settings import Invalid
from conformance.contracts.paths import at_path
from conformance.contracts.personas import MALFORMED, NONE
from conformance.contracts.refusals import body_of
from conformance.wire.exchange import Exchange

PADDING = "padding"

Headers = Mapping[str, str]


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
    """A way to be refused: what is wrong with the request, and how to send it."""

    why: str
    send: Callable[[Headers], Exchange]


def refusals(caller: Caller, *, noisy: bool = False, writes: bool = False) -> Iterator[Refused]:
    """Each kind of refusal that can be had with the credentials of this run: without a burst, and, unless `noisy` and
    `writes` allow it, without a large body and without a request that is carried out."""
    told = settings_of(caller)
    yield from _of_strangers(caller, told)
    yield from _of_requests(caller, told)
    for one in (*told.scoped, *told.gates):
        why = one.name if isinstance(one, Gate) else f"a missing scope ({one})"
        yield Refused(why, partial(_sent, caller, one))
    if noisy and told.too_large and told.payload_limit_bytes:
        body = padded(caller, told.payload_limit_bytes + 1)
        yield Refused(
            "a body that is too large", lambda headers: caller.send(told.routes[0], body=body, headers=headers)
        )
    if writes and caller.profile.idempotency:
        yield from _of_keys(Asker(caller, caller.profile.idempotency, caller.profile.idempotency.request))


def _of_strangers(caller: Caller, told: AccessCodes) -> Iterator[Refused]:
    personas = [
        (NONE, "no credential", told.no_credentials), (MALFORMED, "a malformed token", told.bad_token),
        ("tampered", "a tampered token", told.bad_token), ("alg-none", "a token without signature", told.bad_token),
        ("expired", "an expired token", told.expired),
    ]  # fmt: skip
    for route in told.routes:
        for persona, why, refusal in personas:
            if refusal:
                yield _probe(caller, f"{why} on {route}", route=route, persona=persona)
    for route in told.session_routes if told.no_session else ():
        yield _probe(caller, f"no session on {route}", route=route, persona=NONE)


def _of_requests(caller: Caller, told: AccessCodes) -> Iterator[Refused]:
    main = told.routes[0]
    if told.media_type:
        yield _probe(caller, "a wrong media type", route=main, headers={"content-type": told.wrong_media_type})
    for method in told.wrong_methods if told.wrong_method else ():
        yield Refused(f"the method {method}", partial(_bare, caller, main, method))
    for route in told.unknown_routes if told.unknown_server else ():
        if caller.profile.routes.get(route):
            yield _probe(caller, f"the route {route}", route=route)


def _sent(caller: Caller, one: Described, headers: Headers) -> Exchange:
    return send(caller, one, **headers)


def _bare(caller: Caller, route: str, method: str, headers: Headers) -> Exchange:
    return caller.send(route, method=method, headers=headers)


def _of_keys(asker: Asker) -> Iterator[Refused]:
    settings = asker.settings
    for one in settings.invalid:
        yield Refused(one.name, partial(_invalid, asker, one))
    if settings.changed:
        yield Refused("a key of another payload", partial(_conflicting, asker))


def _invalid(asker: Asker, one: Invalid, headers: Headers) -> Exchange:
    request = asker.request
    return asker.caller.send(
        request.route, method=request.http_method, body=one.raw.encode() if one.raw is not None else one.body,
        headers={**request.headers, **headers}, persona=request.persona, variables=request.variables,
    )  # fmt: skip


def _conflicting(asker: Asker, headers: Headers) -> Exchange:
    key = fresh_key()
    first = asker.ask(key, headers=headers)
    return asker.ask(key, changes=asker.settings.changed, headers=headers) if (first.status or 500) < 400 else first


def _probe(caller: Caller, why: str, **options: Any) -> Refused:
    own = options.pop("headers", {})
    return Refused(why, lambda headers: caller.probe(headers={**own, **headers}, **options))


def padded(caller: Caller, size: int, letter: str = "x") -> bytes:
    """The probe, made exactly `size` bytes long by a member of its parameters that no server asks for. Letters of more
    bytes than one tell a limit of bytes from one of characters."""
    probe = caller.profile.probe
    message = dict(probe.body) if probe.body is not None else caller.message(probe.method or "ping", probe.params or {})
    holder = message.setdefault("params", {}) if "method" in message else message
    meta = holder.setdefault("_meta", {}) if "method" in message else holder
    meta[PADDING] = ""
    left = max(0, size - len(_written(message)))
    width = len(letter.encode())
    meta[PADDING] = letter * (left // width) + "x" * (left % width)
    return _written(message)


def _written(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def effects(caller: Caller) -> Any:
    """The counter of carried-out calls; None where the profile names none."""
    told = settings_of(caller)
    return None if told.effect is None else at_path(body_of(send(caller, told.effect)), told.effect_path)
