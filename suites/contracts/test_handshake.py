"""The handshake with an operator gateway: what it acknowledges, and what it refuses (docs/contracts/handshake.md)."""

import time
from collections.abc import Sequence

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.contracts import Caller, personas, rule
from conformance.contracts.handshake import answer
from conformance.contracts.handshake.bodies import Body
from conformance.contracts.handshake.gateway import Change, Gateway, Shaken, is_acknowledged, is_refused, is_success
from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.paths import at_path, with_path
from conformance.contracts.times import instant, iso
from conformance.plugin.waiting import Pause

SECTION = "handshake"
TRIES = 3


@pytest.fixture
def gateway(caller: Caller) -> Gateway:
    return Gateway(caller)


@pytest.fixture
def settings(gateway: Gateway) -> Handshake:
    return gateway.settings


def _expect_none(problems: list[str], expected: str, shaken: Shaken) -> None:
    expect(shaken.exchange).that(not problems, expected, "; ".join(problems))


def _set(path: str, value: object) -> Change:
    """A change of the member at a path; None leaves it out."""
    return lambda body: with_path(body, path, value)


def _expect_refused(shaken: Shaken, settings: Handshake, why: str, statuses: Sequence[int] | None = None) -> None:
    listed = "a 4xx" if statuses is None else "HTTP " + " or ".join(map(str, statuses))
    holds = is_refused(shaken, settings, statuses)
    expect(shaken.exchange).that(holds, f"a refusal ({why}): {listed}, or an answer that is not authenticated")


@rule("handshake-acknowledged")
def test_handshake_is_acknowledged(gateway: Gateway) -> None:
    """A handshake of a connector is answered with a 2xx and a JSON object."""
    shaken = gateway.shake()
    gateway.need_credential(shaken)
    expect(shaken.exchange).status_class(2).that(is_acknowledged(shaken), "a JSON object")


@rule("handshake-authenticated")
def test_acknowledgement_is_authenticated(gateway: Gateway, settings: Handshake) -> None:
    """The acknowledgement says that the connector is authenticated, as the boolean true."""
    if not settings.authenticated:
        not_applicable("the profile names no member that says so (handshake.authenticated)")
    shaken = gateway.acknowledged()
    holds = answer.is_authenticated(shaken.document, settings)
    expect(shaken.exchange).that(holds, f"{settings.authenticated}: true")


@rule("handshake-session-id")
def test_session_has_an_id(gateway: Gateway, settings: Handshake) -> None:
    """The acknowledgement carries the id of the session, not empty."""
    if not settings.session_id:
        not_applicable("sessions of this profile have no id (handshake.session_id)")
    shaken = gateway.acknowledged()
    expect(shaken.exchange).that(answer.session_id(shaken.document, settings), f"{settings.session_id}, not empty")


@rule("handshake-contexts-accepted")
def test_context_is_accepted(gateway: Gateway, settings: Handshake) -> None:
    """The accepted contexts name the one that the session is for, and do not reject it."""
    if not settings.context:
        not_applicable("sessions of this profile have no context (handshake.context)")
    shaken = gateway.acknowledged()
    problems = list(answer.context_problems(shaken.document, settings))
    _expect_none(problems, f"{settings.context} among {settings.accepted_contexts}", shaken)


@rule("handshake-credential-expiry")
def test_expiry_of_the_credential_is_told(gateway: Gateway, settings: Handshake) -> None:
    """The acknowledgement says when the credential of the session expires, as a date-time with an offset."""
    _need_expiry(settings)
    shaken = gateway.acknowledged()
    problems = list(answer.expiry_problems(shaken.document, settings))
    _expect_none(problems, f"a date-time with an offset in {' or '.join(settings.expiry)}", shaken)


@rule("handshake-expiry-ahead")
def test_expiry_of_the_credential_is_ahead(gateway: Gateway, settings: Handshake) -> None:
    """The credential of a new session expires in the future, and not later than a credential may last."""
    _need_expiry(settings)
    shaken = gateway.acknowledged()
    problems = list(answer.far_expiry_problems(shaken.document, settings, time.time()))
    longest = settings.max_credential_s / 3600
    _expect_none(problems, f"an expiry that is ahead, by {longest:g} h at most", shaken)


def _need_expiry(settings: Handshake) -> None:
    if not settings.expiry:
        not_applicable("sessions of this profile tell no expiry (handshake.expiry)")


@rule("handshake-all-connectors")
def test_every_connector_is_accepted(gateway: Gateway, settings: Handshake) -> None:
    """The handshake of every connector of the profile is accepted."""
    usual = gateway.acknowledged()
    granted = _is_accepted(usual, settings)
    for connector in settings.connectors:
        shaken = gateway.shake(connector=connector)
        holds = is_acknowledged(shaken) and (_is_accepted(shaken, settings) or not granted)
        expect(shaken.exchange).that(holds, f"the handshake of {connector} to be accepted")


def _is_accepted(shaken: Shaken, settings: Handshake) -> bool:
    document = shaken.document
    granted = not settings.context or answer.is_granted(document, settings, settings.context)
    return answer.is_authenticated(document, settings) and granted


@rule("handshake-answer-in-time")
def test_handshake_is_answered_in_time(gateway: Gateway, settings: Handshake) -> None:
    """A handshake is answered before connectors give up."""
    limit = gateway.profile.seconds(settings.max_answer_s)
    quickest = min((gateway.shake() for _ in range(TRIES)), key=lambda shaken: shaken.took_s)
    received = f"{quickest.took_s:.3f} s, the quickest of {TRIES}"
    expect(quickest.exchange).that(quickest.took_s < limit, f"an answer in less than {limit:g} s", received)


@rule("handshake-extra-members")
def test_unknown_members_are_tolerated(gateway: Gateway, settings: Handshake) -> None:
    """Members of a handshake that the gateway does not know are tolerated."""
    gateway.acknowledged()

    def extend(body: Body) -> Body:
        body = with_path(body, "conformance", {"nested": [1, 2]})
        return with_path(body, f"{settings.identity}.conformance", "unknown") if settings.identity else body

    shaken = gateway.shake(extend)
    expect(shaken.exchange).that(is_acknowledged(shaken), "a 2xx, although the request has further members")


@rule("handshake-new-session")
def test_each_handshake_ends_in_a_session(gateway: Gateway, settings: Handshake) -> None:
    """Each handshake ends in a session with an id and a credential in force."""
    first, second = gateway.acknowledged(), gateway.acknowledged()
    ids = [answer.session_id(one.document, settings) for one in (first, second)]
    if not all(ids):
        not_testable("the sessions have no ids to compare")
    expires = instant(answer.expiry_of(second.document, settings))
    in_force = expires is None or expires > time.time() - settings.clock_skew_s
    holds = ids[0] != ids[1] or in_force
    expect(second.exchange).that(holds, "a new session, or one that is in force", "the same session, expired")


@rule("handshake-rotation-acknowledged")
def test_acknowledged_rotation_is_that_of_the_connector(gateway: Gateway, settings: Handshake) -> None:
    """A rotation in the acknowledgement is that of this connector and has the right form."""
    shaken = gateway.acknowledged()
    if not isinstance(at_path(shaken.document, settings.acknowledged_rotation), dict):
        not_applicable("the acknowledgement has no rotation")
    problems = list(answer.rotation_problems(shaken.document, settings, shaken.sent))
    _expect_none(problems, "a rotation of this connector in the right form", shaken)


@rule("handshake-echo")
def test_mirrored_request_is_the_sent_one(gateway: Gateway, settings: Handshake) -> None:
    """What an acknowledgement mirrors of the request is what was sent."""
    shaken = gateway.acknowledged()
    if not isinstance(at_path(shaken.document, settings.echo), dict):
        not_applicable("the acknowledgement mirrors nothing")
    _expect_none(answer.echo_problems(shaken.document, settings, shaken.sent), "what was sent", shaken)


@rule("handshake-credential-secret")
def test_credential_stands_nowhere_in_the_answer(gateway: Gateway) -> None:
    """The credential of the connector stands nowhere in the answer, as it is or encoded."""
    written = answer.writings(_credential(gateway))
    exchange = gateway.acknowledged().exchange
    told = [name for name, value in exchange.headers if any(one in value for one in written)]
    told += ["body"] if any(one.encode() in exchange.body for one in written) else []
    if told:
        violation("an answer without the credential", f"the credential in: {', '.join(told)}", None)


def _credential(gateway: Gateway) -> str:
    token = personas.token_of(personas.VALID, gateway.profile, gateway.caller.token)
    return token or not_testable("no credential is given, so none is needed or seen; give one, as with --token-env")


@rule("handshake-credential-needed")
def test_handshake_without_credential_is_refused(gateway: Gateway, settings: Handshake) -> None:
    """A handshake without a credential is refused."""
    _need_gate(gateway, settings)
    shaken = gateway.shake(persona=personas.NONE)
    _expect_refused(shaken, settings, "no credential", settings.unauthorised)


@rule("handshake-wrong-credential")
def test_handshake_with_wrong_credential_is_refused(gateway: Gateway, settings: Handshake) -> None:
    """A handshake with a wrong credential is refused and opens no session."""
    _need_gate(gateway, settings)
    shaken = gateway.shake(persona=personas.MALFORMED)
    _expect_refused(shaken, settings, "wrong credential", settings.unauthorised)
    expect(shaken.exchange).that(not answer.session_id(shaken.document, settings), "no session id")


@rule("handshake-credential-type")
def test_other_type_of_credential_is_refused(gateway: Gateway, settings: Handshake) -> None:
    """A credential of another type than bearer is refused."""
    _need_gate(gateway, settings)
    _need_member(gateway, settings.credential_type)
    _expect_refused(gateway.shake(_set(settings.credential_type, "basic")), settings, "credential of the type basic")


def _need_gate(gateway: Gateway, settings: Handshake) -> None:
    """What the gateway refuses says something only where the same handshake is taken with the right credential."""
    if not settings.credential_needed:
        not_applicable("the profile says that no credential is needed (handshake.credential_needed)")
    _credential(gateway)
    gateway.acknowledged()


def _need_member(gateway: Gateway, path: str) -> None:
    """A member that the handshakes of the profile do not have cannot be a wrong one."""
    if not path or at_path(gateway.body(), path) is None:
        not_applicable(f"handshakes of this profile have no such member ({path or 'empty'})")


@rule("handshake-identity-needed")
def test_identity_is_needed(gateway: Gateway, settings: Handshake) -> None:
    """A handshake that does not say who sends it is refused."""
    if not settings.identity:
        not_applicable("handshakes of this profile have no identity (handshake.identity)")
    gateway.acknowledged()
    _expect_refused(gateway.shake(_set(settings.identity, None)), settings, f"no {settings.identity}")


@rule("handshake-rotation-needed")
def test_rotation_is_needed(gateway: Gateway, settings: Handshake) -> None:
    """A handshake without its rotation, or a part of it, is refused."""
    if not settings.rotation:
        not_applicable("handshakes of this profile have no rotation (handshake.rotation)")
    gateway.acknowledged()
    for path in (settings.rotation, *(f"{settings.rotation}.{name}" for name in settings.rotation_required)):
        _expect_refused(gateway.shake(_set(path, None)), settings, f"no {path}")


@rule("handshake-contexts-needed")
def test_contexts_are_needed(gateway: Gateway, settings: Handshake) -> None:
    """A handshake that supports no context is refused."""
    if not settings.requested_contexts:
        not_applicable("handshakes of this profile name no contexts (handshake.requested_contexts)")
    gateway.acknowledged()
    _expect_refused(gateway.shake(_set(settings.requested_contexts, [])), settings, "no context")


@rule("handshake-unasked-context")
def test_unsupported_context_is_not_granted(gateway: Gateway, settings: Handshake) -> None:
    """A context that the connector does not support is not granted to it."""
    if not (settings.context and settings.requested_contexts):
        not_applicable("handshakes of this profile name no contexts (handshake.requested_contexts)")
    gateway.acknowledged()

    def ask_for_another(body: Body) -> Body:
        asked = at_path(body, settings.requested_contexts)
        first = asked[0] if isinstance(asked, list) and asked else {}
        other = {**first, settings.context_name: settings.unknown_context} if isinstance(first, dict) else None
        return with_path(body, settings.requested_contexts, [other or settings.unknown_context])

    shaken = gateway.shake(ask_for_another)
    granted = is_success(shaken.exchange) and answer.is_granted(shaken.document, settings, settings.context)
    expect(shaken.exchange).that(not granted, f"{settings.context} not to be granted unasked")


@rule("handshake-window-form")
def test_rotation_window_has_to_be_a_duration(gateway: Gateway, settings: Handshake) -> None:
    """A rotation window that is no duration of days, hours, minutes and seconds is refused."""
    _need_member(gateway, settings.rotation_window)
    gateway.acknowledged()
    for window in settings.wrong_window_forms:
        _expect_refused(gateway.shake(_set(settings.rotation_window, window)), settings, f"the window {window!r}")


@rule("handshake-stale-credential")
def test_stale_credential_is_flagged(gateway: Gateway, settings: Handshake) -> None:
    """A credential that is older than its own rotation window is not taken for a fresh one."""
    _need_member(gateway, settings.last_rotated)
    if not _is_accepted(gateway.acknowledged(), settings):
        not_testable("the context is not accepted with a fresh credential either")
    long_ago = iso(int(time.time() - settings.stale_age_s))
    shaken = gateway.shake(_set(settings.last_rotated, long_ago))
    status = (answer.contexts(shaken.document, settings) or {}).get(settings.context)
    flagged = is_success(shaken.exchange) and bool(settings.context) and status not in (None, "accepted")
    rejected = is_success(shaken.exchange) and not _is_accepted(shaken, settings)
    holds = flagged or rejected or is_refused(shaken, settings)
    expect(shaken.exchange).that(holds, f"a credential of {long_ago} to be refused or flagged")


@rule("handshake-unreadable")
def test_unreadable_body_is_refused(gateway: Gateway, settings: Handshake) -> None:
    """A body that is no JSON, or is labelled as something else, is refused as the sender's mistake."""
    broken = gateway.shake(lambda body: b'{"identity": ')
    _expect_refused(broken, settings, "broken JSON")
    headers: dict[str, str | None] = {"content-type": "text/plain"}
    text = gateway.caller.send(settings.route, body=b"hello", headers=headers)
    _expect_refused(Shaken({}, text), settings, "text/plain")


@rule("handshake-post-only")
def test_get_is_not_served(gateway: Gateway, settings: Handshake) -> None:
    """The route of handshakes takes no GET."""
    expect(gateway.caller.send(settings.route, method="GET")).status(405, 404)


@rule("handshake-hot-swap")
def test_old_credential_is_refused_after_a_swap(gateway: Gateway, settings: Handshake, pause: Pause) -> None:
    """After a swap the new credential is taken, and the old one no longer."""
    old, new = settings.swap_personas
    for persona in (old, new):
        if not gateway.caller.has(persona):
            not_testable(f"the drill needs a credential to swap; give it under [personas.{persona}] in the profile")
    if not answer.is_authenticated(gateway.acknowledged().document, settings):
        not_testable("the usual credential is not authenticated either")
    gateway.shake(persona=old)
    swapped = gateway.shake(persona=new)
    holds = is_acknowledged(swapped) and answer.is_authenticated(swapped.document, settings)
    expect(swapped.exchange).that(holds, "the new credential to be taken")
    pause(gateway.profile.seconds(settings.swap_grace_s), "the grace of the old credential")
    _expect_refused(gateway.shake(persona=old), settings, "credential that was swapped", settings.unauthorised)
