"""A refusal: the status and code by which a system says no, and whether an answer is that refusal."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from conformance.checks.expect import expect
from conformance.contracts.paths import at_path
from conformance.protocol.reply import Reply
from conformance.wire.exchange import Exchange, NotJson, parse_json

if TYPE_CHECKING:
    from conformance.contracts.profiles.model import Profile


class Refusal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as this refusal: one of the statuses, with one of the codes in the error body where the profile has
    error bodies; or, in a 200, a JSON-RPC error with one of `rpc_code`."""

    status: tuple[int, ...]
    code: tuple[str, ...] = ()
    rpc_code: tuple[int, ...] = ()

    def __str__(self) -> str:
        said = "HTTP " + " or ".join(map(str, self.status))
        if self.code:
            said += f" with the code {' or '.join(self.code)}"
        if self.rpc_code:
            said += f", or a JSON-RPC error {' or '.join(map(str, self.rpc_code))}"
        return said


def expect_refusal(exchange: Exchange, refusal: Refusal, profile: "Profile", why: str = "") -> None:
    """The answer is this refusal; `why` is said in the failure."""
    expected = f"{refusal}{f' ({why})' if why else ''}"
    expect(exchange).that(exchange.answered, expected)
    if _rpc_code(exchange) in refusal.rpc_code:
        return
    expect(exchange).that(exchange.status in refusal.status, expected)
    if refusal.code and profile.errors and profile.errors.code:
        found = at_path(body_of(exchange), profile.errors.code)
        expect(exchange).that(found in refusal.code, f"{expected} at {profile.errors.code}")


def expect_refused(exchange: Exchange, refusal: Refusal, profile: "Profile", why: str = "") -> None:
    """The same, but where the error body has no code at all the status has to do: another rule is about error bodies,
    and says it once for all refusals."""
    path = profile.errors.code if profile.errors else ""
    coded = not path or isinstance(at_path(body_of(exchange), path), str)
    expect_refusal(exchange, refusal if coded else structs.replace(refusal, code=()), profile, why)


def is_refusal(exchange: Exchange, refusal: Refusal) -> bool:
    """Whether the answer is this refusal as far as status and JSON-RPC code tell."""
    return exchange.status in refusal.status or _rpc_code(exchange) in refusal.rpc_code


def body_of(exchange: Exchange) -> Any:
    """The JSON body, or the JSON-RPC response in an event stream; None where there is none."""
    if exchange.is_stream:
        return Reply(exchange).response
    try:
        return parse_json(exchange.body)
    except NotJson:
        return None


def _rpc_code(exchange: Exchange) -> Any:
    body = body_of(exchange) if exchange.status == 200 else None
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None
