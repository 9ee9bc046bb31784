"""Gateways that break one promise each."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.contracts.paths import with_path
from conformance.reference.contracts.catalogue import Change, contract_fault
from conformance.reference.contracts.operator.behaviour import STAGE_B, Acknowledge, Json, OperatorBehaviour

SYSTEM = "operator"
LATE_S = 130
"""Longer than connectors wait, by the reference profile."""


def _fault(breaks: str) -> Callable[[Change], Change]:
    return contract_fault(SYSTEM, breaks=breaks)


def _with(path: str, value: Any) -> Acknowledge:
    """An acknowledgement with another value at a path; None takes the member out."""
    return lambda answer, request: with_path(answer, path, value)


@_fault("handshake-acknowledged")
def handshake_fails(b: OperatorBehaviour) -> OperatorBehaviour:
    """A handshake ends in a 500."""
    return replace(b, handshake_status=500)


@_fault("handshake-acknowledged")
def handshake_answers_a_list(b: OperatorBehaviour) -> OperatorBehaviour:
    """The acknowledgement is a list."""
    return replace(b, acknowledge=lambda answer, request: [answer])


@_fault("handshake-authenticated")
def authenticated_as_text(b: OperatorBehaviour) -> OperatorBehaviour:
    """`authenticated` is the text "true"."""
    return replace(b, acknowledge=_with("authenticated", "true"))


@_fault("handshake-session-id")
def session_without_id(b: OperatorBehaviour) -> OperatorBehaviour:
    """The session has no id."""
    return replace(b, acknowledge=_with("session.id", None))


@_fault("handshake-session-id")
def session_with_blank_id(b: OperatorBehaviour) -> OperatorBehaviour:
    """The id of the session is a blank."""
    return replace(b, acknowledge=_with("session.id", " "))


@_fault("handshake-contexts-accepted")
def context_missing(b: OperatorBehaviour) -> OperatorBehaviour:
    """No context is accepted."""
    return replace(b, acknowledge=_with("accepted_contexts", []))


@_fault("handshake-contexts-accepted")
def context_rejected(b: OperatorBehaviour) -> OperatorBehaviour:
    """The context is listed, and rejected."""
    return replace(b, acknowledge=_with("accepted_contexts", [{"name": STAGE_B, "status": "Rejected"}]))


@_fault("handshake-credential-expiry")
def session_without_expiry(b: OperatorBehaviour) -> OperatorBehaviour:
    """Nobody is told when the credential expires."""
    return replace(b, acknowledge=_with("session.credential_expiry", None))


@_fault("handshake-credential-expiry")
def expiry_without_offset(b: OperatorBehaviour) -> OperatorBehaviour:
    """The expiry has no offset."""
    return replace(b, acknowledge=_with("session.credential_expiry", "2099-01-01T00:00:00"))


@_fault("handshake-expiry-ahead")
def expiry_in_the_past(b: OperatorBehaviour) -> OperatorBehaviour:
    """The credential of a new session expired an hour ago."""
    return replace(b, credential_hours=-1)


@_fault("handshake-expiry-ahead")
def expiry_far_ahead(b: OperatorBehaviour) -> OperatorBehaviour:
    """The credential lasts for a year."""
    return replace(b, credential_hours=365 * 24)


@_fault("handshake-all-connectors")
def upload_connector_unknown(b: OperatorBehaviour) -> OperatorBehaviour:
    """One of the connectors is refused."""
    return replace(b, refused_connectors=("operator_upload",))


@_fault("handshake-answer-in-time")
def handshake_late(b: OperatorBehaviour) -> OperatorBehaviour:
    """A handshake is answered after connectors have given up."""
    return replace(b, handshake_delay_s=LATE_S)


@_fault("handshake-extra-members")
def handshake_closed(b: OperatorBehaviour) -> OperatorBehaviour:
    """A handshake with an unknown member is refused."""
    return replace(b, closed=True)


@_fault("handshake-rotation-acknowledged")
def rotation_of_another(b: OperatorBehaviour) -> OperatorBehaviour:
    """The acknowledged rotation is that of another connector."""
    return replace(b, acknowledge=_with("rotation.connector_id", "another"))


@_fault("handshake-rotation-acknowledged")
def window_id_of_another_window(b: OperatorBehaviour) -> OperatorBehaviour:
    """The window id is not made of the time and the window."""
    return replace(b, acknowledge=_with("rotation.window_id", "20250921T122409Z-PT48H"))


@_fault("handshake-echo")
def echo_of_another_version(b: OperatorBehaviour) -> OperatorBehaviour:
    """The mirrored identity has another version than the sent one."""
    return replace(b, acknowledge=_with("echo.identity.version", "9.9.9"))


@_fault("handshake-credential-secret")
def credential_mirrored(b: OperatorBehaviour) -> OperatorBehaviour:
    """The credential stands in the mirrored request."""

    def mirror(answer: Json, request: Json) -> Json:
        return with_path(answer, "echo.rotation.credentials", request["rotation"].get("credentials"))

    return replace(b, acknowledge=mirror)


@_fault("handshake-credential-secret")
def credential_encoded(b: OperatorBehaviour) -> OperatorBehaviour:
    """The credential stands in the answer as Base64."""

    def encoded(answer: Json, request: Json) -> Json:
        token = str((request["rotation"].get("credentials") or {}).get("token", ""))
        return with_path(answer, "session.resume", base64.b64encode(token.encode()).decode())

    return replace(b, acknowledge=encoded)


@_fault("handshake-credential-needed")
def credential_optional(b: OperatorBehaviour) -> OperatorBehaviour:
    """Sessions are opened without a credential."""
    return replace(b, refuse_without_credential=False)


@_fault("handshake-wrong-credential")
def any_credential(b: OperatorBehaviour) -> OperatorBehaviour:
    """Any credential will do."""
    return replace(b, refuse_wrong_credential=False)


@_fault("handshake-credential-type")
def any_type_of_credential(b: OperatorBehaviour) -> OperatorBehaviour:
    """A credential of the type basic is taken."""
    return replace(b, refuse_other_types=False)


@_fault("handshake-identity-needed")
def identity_optional(b: OperatorBehaviour) -> OperatorBehaviour:
    """A handshake without identity is taken."""
    return replace(b, optional=("identity",))


@_fault("handshake-rotation-needed")
def rotation_hint_optional(b: OperatorBehaviour) -> OperatorBehaviour:
    """A handshake without the hint of its credential is taken."""
    return replace(b, optional=("rotation.token_hint",))


@_fault("handshake-contexts-needed")
def contexts_optional(b: OperatorBehaviour) -> OperatorBehaviour:
    """A handshake without any context is taken."""
    return replace(b, unchecked=("supported_contexts",))


@_fault("handshake-unasked-context")
def context_unasked(b: OperatorBehaviour) -> OperatorBehaviour:
    """The context is granted to those that do not support it."""
    return replace(b, grant_unasked=(STAGE_B,))


@_fault("handshake-window-form")
def any_window(b: OperatorBehaviour) -> OperatorBehaviour:
    """A rotation window may be any text."""
    return replace(b, unchecked=("rotation.rotation_window",))


@_fault("handshake-stale-credential")
def stale_credential_accepted(b: OperatorBehaviour) -> OperatorBehaviour:
    """A credential that is older than its window is taken for a fresh one."""
    return replace(b, stale="accept")


@_fault("handshake-unreadable")
def unreadable_body_fails(b: OperatorBehaviour) -> OperatorBehaviour:
    """A body that cannot be read ends in a 500."""
    return replace(b, unreadable_status=500)


@_fault("handshake-post-only")
def handshake_by_get(b: OperatorBehaviour) -> OperatorBehaviour:
    """The route takes a GET, and complains about its body."""
    return replace(b, methods=("GET", "POST"))


@_fault("handshake-hot-swap")
def old_credential_lives_on(b: OperatorBehaviour) -> OperatorBehaviour:
    """A credential that was swapped is still taken."""
    return replace(b, swap_retires=False)


@_fault("heartbeat-accepted")
def heartbeat_fails(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat ends in a 500."""
    return replace(b, beat_status=500)


@_fault("heartbeat-extra-members")
def heartbeat_closed(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat with an unknown member is refused."""
    return replace(b, beat_closed=True)


@_fault("heartbeat-label")
def label_unchecked(b: OperatorBehaviour) -> OperatorBehaviour:
    """The label may be empty, but not absent."""
    return replace(b, beat_unchecked=("chakra",))


@_fault("heartbeat-count")
def count_unchecked(b: OperatorBehaviour) -> OperatorBehaviour:
    """The number may be anything, but not absent."""
    return replace(b, beat_unchecked=("cycle_count",))


@_fault("heartbeat-context")
def context_of_beats_unchecked(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat may be for any context."""
    return replace(b, beat_unchecked=("context",))


@_fault("heartbeat-times")
def time_of_emission_unchecked(b: OperatorBehaviour) -> OperatorBehaviour:
    """The time of emission may be any text."""
    return replace(b, beat_unchecked=("emitted_at",))


@_fault("heartbeat-required-members")
def members_of_beats_optional(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat may lack its time of emission."""
    return replace(b, beat_optional=("emitted_at",))


@_fault("heartbeat-expired")
def expired_credential_unnoticed(b: OperatorBehaviour) -> OperatorBehaviour:
    """Heartbeats go on after the credential has expired."""
    return replace(b, refuse_expired=False)


@_fault("heartbeat-expiry-of-session")
def other_expiry_unnoticed(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat may tell the expiry of no session."""
    return replace(b, refuse_other_expiry=False)


@_fault("heartbeat-sequence")
def two_beats_at_most(b: OperatorBehaviour) -> OperatorBehaviour:
    """The third heartbeat of a session is refused."""
    return replace(b, beats_allowed=2)


@_fault("heartbeat-miss-shown")
def misses_unnoticed(b: OperatorBehaviour) -> OperatorBehaviour:
    """The status shows no missed beats."""
    return replace(b, show_misses=False)


@_fault("heartbeat-answer-in-time")
def heartbeat_late(b: OperatorBehaviour) -> OperatorBehaviour:
    """A heartbeat is answered after connectors have given up."""
    return replace(b, beat_delay_s=LATE_S)


@_fault("heartbeat-answer-body")
def heartbeat_answers_an_error(b: OperatorBehaviour) -> OperatorBehaviour:
    """The answer to a heartbeat says that it was refused, in a 202."""
    return replace(b, beat_body=b'{"status":"refused"}')


@_fault("heartbeat-answer-body")
def heartbeat_answers_a_page(b: OperatorBehaviour) -> OperatorBehaviour:
    """The answer to a heartbeat is a page of HTML."""
    return replace(b, beat_body=b"<html>ok</html>")


@_fault("operator-health-ok")
def connector_ill(b: OperatorBehaviour) -> OperatorBehaviour:
    """The health of connectors is 503."""
    return replace(b, health_status=503)


@_fault("operator-health-credential")
def health_fails_without_credential(b: OperatorBehaviour) -> OperatorBehaviour:
    """Health without a credential ends in a 500."""
    return replace(b, health_refusal=500)


@_fault("operator-command-answered")
def one_id_for_all_commands(b: OperatorBehaviour) -> OperatorBehaviour:
    """Commands have a name in place of an id."""
    return replace(b, command_id="command-1")


@_fault("operator-command-members")
def commands_unchecked(b: OperatorBehaviour) -> OperatorBehaviour:
    """A command may lack anything but who gives it."""
    return replace(b, commands_checked=False)


@_fault("operator-command-permitted")
def everybody_is_permitted(b: OperatorBehaviour) -> OperatorBehaviour:
    """Anybody may give commands."""
    return replace(b, permissions_checked=False)


@_fault("operator-upload-metadata")
def metadata_unchecked(b: OperatorBehaviour) -> OperatorBehaviour:
    """Metadata of uploads may be anything."""
    return replace(b, metadata_checked=False)


@_fault("operator-rotation-on-demand")
def rotation_without_return_code(b: OperatorBehaviour) -> OperatorBehaviour:
    """The summary of a rotation has no return code."""
    return replace(b, summary_lacks=("returncode",))
