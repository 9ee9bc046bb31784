"""Gateways that are unusual, and keep every promise."""

from collections.abc import Callable
from dataclasses import replace

from conformance.contracts.paths import with_path
from conformance.contracts.times import instant
from conformance.reference.contracts.catalogue import Change, contract_oddity
from conformance.reference.contracts.operator.behaviour import Json, OperatorBehaviour

SYSTEM = "operator"
_SCHEMA_IS_OPEN = "the schemas of handshake and heartbeat set no additionalProperties"


def _oddity(because: str) -> Callable[[Change], Change]:
    return contract_oddity(SYSTEM, because=because)


@_oddity("any 2xx acknowledges a heartbeat; nothing promises a body")
def heartbeat_answered_with_nothing(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat is answered with 202 and an empty body."""
    return replace(b, beat_body=b"")


@_oddity("any 2xx acknowledges a heartbeat")
def heartbeat_answered_with_204(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat is answered with 204."""
    return replace(b, beat_status=204, beat_body=b"")


@_oddity("any 2xx acknowledges a heartbeat; a status of ok is as good as accepted")
def heartbeat_answered_with_ok(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat is answered with 200 and the status ok."""
    return replace(b, beat_status=200, beat_body=b'{"status":"ok","next_in_s":30}')


@_oddity("only rejected and deny are no acceptance")
def contexts_pending(b: OperatorBehaviour) -> OperatorBehaviour:
    """Contexts are objects with the status pending."""

    def wait(answer: Json, request: Json) -> Json:
        return {**answer, "accepted_contexts": [{**one, "status": "pending"} for one in answer["accepted_contexts"]]}

    return replace(b, acknowledge=wait)


@_oddity("accepted contexts may be plain names")
def contexts_as_names(b: OperatorBehaviour) -> OperatorBehaviour:
    """Contexts are listed by name."""

    def name(answer: Json, request: Json) -> Json:
        return {**answer, "accepted_contexts": [one["name"] for one in answer["accepted_contexts"]]}

    return replace(b, acknowledge=name)


@_oddity("the expiry may be named expires_at")
def expiry_named_expires_at(b: OperatorBehaviour) -> OperatorBehaviour:
    """The session has expires_at in place of credential_expiry."""

    def rename(answer: Json, request: Json) -> Json:
        renamed = {"credential_expiry": "expires_at"}
        return {**answer, "session": {renamed.get(name, name): value for name, value in answer["session"].items()}}

    return replace(b, acknowledge=rename)


@_oddity("an expiry is a date-time with any offset")
def times_with_offsets(b: OperatorBehaviour) -> OperatorBehaviour:
    """Times are written with +00:00 and microseconds."""

    def write(answer: Json, request: Json) -> Json:
        expiry = str(answer["session"]["credential_expiry"])
        return with_path(answer, "session.credential_expiry", expiry.replace("Z", ".000000+00:00"))

    return replace(b, acknowledge=write)


@_oddity(_SCHEMA_IS_OPEN)
def acknowledgement_with_more_members(b: OperatorBehaviour) -> OperatorBehaviour:
    """The acknowledgement has members that nobody promised."""

    def extend(answer: Json, request: Json) -> Json:
        return {**answer, "region": "eu", "session": {**answer["session"], "shard": 7}}

    return replace(b, acknowledge=extend)


@_oddity("rotation and echo are optional")
def bare_acknowledgement(b: OperatorBehaviour) -> OperatorBehaviour:
    """The acknowledgement has what is required and nothing else."""
    required = ("authenticated", "session", "accepted_contexts")
    return replace(b, acknowledge=lambda answer, request: {name: answer[name] for name in required})


@_oddity("the same session may be given twice while it is valid")
def session_reused(b: OperatorBehaviour) -> OperatorBehaviour:
    """Every handshake of a connector gets the same session id."""

    def reuse(answer: Json, request: Json) -> Json:
        connector = request.get("identity", {}).get("connector_id")
        return with_path(answer, "session.id", f"session-of-{connector}")

    return replace(b, acknowledge=reuse)


@_oddity("an id may be any value that can be made a text")
def session_id_as_number(b: OperatorBehaviour) -> OperatorBehaviour:
    """The id of the session is a number."""

    def count(answer: Json, request: Json) -> Json:
        return with_path(answer, "session.id", int(instant(answer["session"]["issued_at"]) or 1))

    return replace(b, acknowledge=count)


@_oddity("a refusal may be a 200 that says it is not authenticated")
def refusal_as_200(b: OperatorBehaviour) -> OperatorBehaviour:
    """A wrong credential is answered with 200 and authenticated false."""
    return replace(b, refusal_status=200)


@_oddity("both 401 and 403 refuse a credential")
def refusal_as_403(b: OperatorBehaviour) -> OperatorBehaviour:
    """A wrong credential is answered with 403."""
    return replace(b, refusal_status=403)


@_oddity("a stale credential may be flagged by the status of its context")
def stale_context_rejected(b: OperatorBehaviour) -> OperatorBehaviour:
    """A stale credential opens a session whose context is rejected."""
    return replace(b, stale="reject-context")


@_oddity("the window id is made of the time and the window, in any notation")
def window_in_days(b: OperatorBehaviour) -> OperatorBehaviour:
    """The acknowledged window of 48 hours is written in days."""

    def write(answer: Json, request: Json) -> Json:
        rotation = {name: str(value).replace("PT48H", "P2D") for name, value in answer["rotation"].items()}
        return {**answer, "rotation": rotation}

    return replace(b, acknowledge=write)
