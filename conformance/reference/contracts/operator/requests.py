"""What the gateway wants of a handshake and of a heartbeat; each finding is a JSON Pointer and a sentence."""

from collections.abc import Iterable, Iterator
from typing import Any

from conformance.contracts.documents import validator
from conformance.contracts.paths import at_path
from conformance.contracts.times import instant, length
from conformance.protocol.problems import Problem, problems_of
from conformance.reference.contracts.operator.behaviour import Json, OperatorBehaviour
from conformance.reference.contracts.operator.sessions import Sessions

_HANDSHAKE_MEMBERS = {"identity", "supported_contexts", "rotation"}
_HEARTBEAT_MEMBERS = {"chakra", "cycle_count", "context", "credential_expiry", "emitted_at", "event"}
_AS_FOR_CREDENTIALS = "/rotation/credentials"
"""Judged by who may open a session, not by the form of the request."""


def handshake_problems(request: Any, behaviour: OperatorBehaviour) -> list[Problem]:
    found = problems_of(validator("handshake-request").iter_errors(request))
    if behaviour.closed and isinstance(request, dict):
        found += _unknown(request, _HANDSHAKE_MEMBERS)
    unchecked = _excused(request, behaviour.unchecked, behaviour.optional)
    return list(_looked_at(found, [*unchecked, _AS_FOR_CREDENTIALS]))


def is_stale(request: Json, now: float) -> bool:
    """The credential is older than the window that its own connector promises."""
    rotation = request.get("rotation")
    if not isinstance(rotation, dict):
        return False
    rotated, window = instant(rotation.get("last_rotated")), length(rotation.get("rotation_window"))
    return rotated is not None and window is not None and now - rotated > window


def heartbeat_problems(beat: Any, behaviour: OperatorBehaviour, sessions: Sessions, now: float) -> list[Problem]:
    found = problems_of(validator("heartbeat").iter_errors(beat))
    if behaviour.beat_closed and isinstance(beat, dict):
        found += _unknown(beat, _HEARTBEAT_MEMBERS)
    looked_at = _looked_at(found, _excused(beat, behaviour.beat_unchecked, behaviour.beat_optional))
    return [*looked_at, *_expiry_problems(beat, behaviour, sessions, now)]


def _excused(document: Any, unchecked: tuple[str, ...], optional: tuple[str, ...]) -> list[str]:
    """JSON Pointers of members that are there and may be anything, or are not there and need not be."""
    there = {path: at_path(document, path) is not None for path in (*unchecked, *optional)}
    excused = [path for path in unchecked if there[path]] + [path for path in optional if not there[path]]
    return ["/" + path.replace(".", "/") for path in excused]


def _expiry_problems(beat: Any, behaviour: OperatorBehaviour, sessions: Sessions, now: float) -> Iterator[Problem]:
    expires = instant(beat.get("credential_expiry")) if isinstance(beat, dict) else None
    if expires is None:
        return
    if expires <= now:
        if behaviour.refuse_expired:
            yield Problem("/credential_expiry", "has passed")
    elif behaviour.refuse_other_expiry and sessions.of_expiry(expires) is None:
        yield Problem("/credential_expiry", "is that of no session")


def _unknown(document: Json, known: set[str]) -> list[Problem]:
    return [Problem(f"/{name}", "is unknown") for name in document.keys() - known]


def _looked_at(found: Iterable[Problem], unchecked: list[str]) -> Iterator[Problem]:
    return (one for one in found if not any(f"{one.path}/".startswith(f"{path}/") for path in unchecked))
