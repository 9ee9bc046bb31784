"""The section `[access_codes]` of a profile: who is let in, and what the others are told."""

from typing import Any

from msgspec import Struct

from conformance.contracts.refusals import Refusal


class Scoped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON-RPC method that the scopes of a persona do not cover. `should` marks what is only advised."""

    persona: str
    method: str
    params: dict[str, Any] = {}
    route: str = "main"
    body: dict[str, Any] | None = None
    should: bool = False


class Gate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further request that has to be refused, in data. Without a `body` the probe of the profile is sent; a
    `variables` table changes placeholders of the route."""

    name: str
    refusal: Refusal
    route: str = "main"
    http_method: str = "POST"
    persona: str = "valid"
    method: str = ""
    params: dict[str, Any] = {}
    body: dict[str, Any] | None = None
    headers: dict[str, str] = {}
    variables: dict[str, str] = {}
    should: bool = False


class AccessCodes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The refusals of each gate; a gate that is null is not promised. `routes` are those that ask for a credential,
    `order` names gates from the first that is asked to the last."""

    routes: tuple[str, ...] = ("main",)
    no_credentials: Refusal | None = Refusal(status=(401,))
    bad_token: Refusal | None = Refusal(status=(401,))
    expired: Refusal | None = Refusal(status=(401,))
    missing_scope: Refusal | None = Refusal(status=(403,))
    scoped: tuple[Scoped, ...] = ()
    full_persona: str = ""
    full_methods: tuple[str, ...] = ()
    unknown_server: Refusal | None = None
    unknown_route: str = ""
    unknown_variables: dict[str, str] = {}
    wrong_method: Refusal | None = Refusal(status=(405,))
    wrong_methods: tuple[str, ...] = ("GET",)
    wrong_method_unauthenticated: Refusal | None = None
    media_type: Refusal | None = Refusal(status=(415,))
    wrong_media_type: str = "text/plain"
    same_media_types: tuple[str, ...] = ("application/json; charset=utf-8",)
    same_media_types_in_other_case: tuple[str, ...] = ("APPLICATION/JSON",)
    too_large: Refusal | None = Refusal(status=(413,))
    payload_limit_bytes: int | None = None
    order: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    effect_url: str = ""
    effect_path: str = ""
    """Where a counter of carried-out calls can be read, and the dotted path of the number."""
