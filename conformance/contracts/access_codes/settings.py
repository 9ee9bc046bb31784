"""The section `[access_codes]` of a profile: who is let in, and what the others are told."""

from msgspec import Struct

from conformance.contracts.described import Described
from conformance.contracts.refusals import Refusal


class Scoped(Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A method that the scopes of its persona do not cover. `should` marks what is only advised."""

    should: bool = False


class Gate(Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further request that has to be refused."""

    name: str
    refusal: Refusal
    should: bool = False


class AccessCodes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The refusals of each gate; a gate without one is not promised. `routes` are those that ask for a credential,
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
    unknown_routes: tuple[str, ...] = ("unknown",)
    wrong_method: Refusal | None = None
    wrong_methods: tuple[str, ...] = ("GET",)
    wrong_method_unauthenticated: Refusal | None = None
    media_type: Refusal | None = None
    wrong_media_type: str = "text/plain"
    same_media_types: tuple[str, ...] = ("application/json; charset=utf-8",)
    same_media_types_in_other_case: tuple[str, ...] = ("APPLICATION/JSON",)
    too_large: Refusal | None = Refusal(status=(413,))
    payload_limit_bytes: int | None = None
    session_routes: tuple[str, ...] = ()
    no_session: Refusal | None = None
    """Routes that ask for a session, such as that of a browser, instead of a credential."""
    order: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    effect: Described | None = None
    effect_path: str = ""
    """Where a counter of carried-out calls can be read, and the dotted path of the number in the answer."""
