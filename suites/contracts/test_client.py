"""Connectors and smoke commands under a gateway that the harness plays itself (docs/contracts/client.md)."""

from collections.abc import Callable

import pytest

from conformance.checks import expect, not_testable, violation
from conformance.contracts import Caller, Profile, rule
from conformance.contracts.client.driving import Driver
from conformance.contracts.client.judges import JUDGES
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import body_of
from conformance.contracts.rules import load
from conformance.plugin.waiting import Pause

SECTION = "client"

pytestmark = pytest.mark.xdist_group("client")

Judged = Callable[[str], None]


@pytest.fixture(scope="session")
def drivers() -> dict[str, Driver]:
    """By profile: the runs of a command are looked at by many rules."""
    return {}


@pytest.fixture
def judged(profile: Profile, drivers: dict[str, Driver], pause: Pause) -> Judged:
    """Judges the command of the profile by a rule."""
    driver = drivers.setdefault(profile.name, Driver(profile, announce=pause.announce))

    def judge(id: str) -> None:
        if problems := list(JUDGES[id](driver)):
            violation(load()[id].text, "; ".join(problems))

    return judge


@rule("client-handshake-sent")
def test_handshake_sent(judged: Judged) -> None:
    """The command opens a session: it sends a handshake that is valid."""
    judged("client-handshake-sent")


@rule("client-handshake-first")
def test_handshake_first(judged: Judged) -> None:
    """No heartbeat goes out before the handshake."""
    judged("client-handshake-first")


@rule("client-heartbeat-sent")
def test_heartbeat_sent(judged: Judged) -> None:
    """After the handshake the command sends a heartbeat that is valid."""
    judged("client-heartbeat-sent")


@rule("client-heartbeat-expiry")
def test_heartbeat_expiry(judged: Judged) -> None:
    """The heartbeat carries the expiry of the session's credential, or the override that was agreed."""
    judged("client-heartbeat-expiry")


@rule("client-heartbeat-emitted-at")
def test_emitted_at(judged: Judged) -> None:
    """The heartbeat says when it was sent, in UTC with a Z."""
    judged("client-heartbeat-emitted-at")


@rule("client-heartbeat-skipped")
def test_skip_heartbeat(judged: Judged) -> None:
    """With the option to skip heartbeats none is sent, and the receipt has none."""
    judged("client-heartbeat-skipped")


@rule("client-flag-exact")
def test_flag_exact(judged: Judged) -> None:
    """Without the switch, or with another value than 1, the command sends nothing and fails."""
    judged("client-flag-exact")


@rule("client-retries-failures")
def test_retries(judged: Judged) -> None:
    """A gateway that fails is asked again, after pauses that grow."""
    judged("client-retries-failures")


@rule("client-gives-up")
def test_gives_up(judged: Judged) -> None:
    """A gateway that goes on failing makes the command fail, after a few attempts."""
    judged("client-gives-up")


@rule("client-refusal-not-retried")
def test_no_retry(judged: Judged) -> None:
    """A refused handshake is not sent again."""
    judged("client-refusal-not-retried")


@rule("client-unauthenticated-fails")
def test_unauthenticated(judged: Judged) -> None:
    """An answer that is not authenticated is no session: no heartbeat, and the command fails."""
    judged("client-unauthenticated-fails")


@rule("client-context-needed")
def test_context_needed(judged: Judged) -> None:
    """Without its context accepted the command goes no further."""
    judged("client-context-needed")


@rule("client-session-id-needed")
def test_session_id_needed(judged: Judged) -> None:
    """A session without an id is noticed."""
    judged("client-session-id-needed")


@rule("client-expiry-needed")
def test_expiry_needed(judged: Judged) -> None:
    """Without an expiry of the credential no heartbeat is sent, and the command fails."""
    judged("client-expiry-needed")


@rule("client-expiry-normalised")
def test_expiry_normalised(judged: Judged) -> None:
    """An expiry in another notation is sent on in UTC with a Z and whole seconds, or makes the run fail."""
    judged("client-expiry-normalised")


@rule("client-other-expiry")
def test_other_expiry(judged: Judged) -> None:
    """The expiry is understood under its other name, too."""
    judged("client-other-expiry")


@rule("client-times-out")
def test_times_out(judged: Judged) -> None:
    """An answer that does not come is not waited for longer than promised."""
    judged("client-times-out")


@rule("client-plain-contexts")
def test_plain_contexts(judged: Judged) -> None:
    """Accepted contexts may be plain names."""
    judged("client-plain-contexts")


@rule("client-object-needed")
def test_object_needed(judged: Judged) -> None:
    """An acknowledgement that is no object makes the command fail."""
    judged("client-object-needed")


@rule("client-credential-sent")
def test_credential_sent(judged: Judged) -> None:
    """The credential goes to its place in the handshake, as a bearer token."""
    judged("client-credential-sent")


@rule("client-credential-secret")
def test_credential_secret(judged: Judged) -> None:
    """The credential stands in no output, heartbeat or file of the command."""
    judged("client-credential-secret")


@rule("client-rotation-overrides")
def test_rotation_overrides(judged: Judged) -> None:
    """Overrides of the rotation are sent as they are."""
    judged("client-rotation-overrides")


@rule("client-handshake-logged")
def test_handshake_logged(judged: Judged) -> None:
    """The command logs the handshake with the session and the accepted contexts, sorted."""
    judged("client-handshake-logged")


@rule("client-heartbeat-cadence")
def test_heartbeat_cadence(judged: Judged) -> None:
    """Heartbeats go out at the promised interval."""
    judged("client-heartbeat-cadence")


@rule("client-packet-offline")
def test_packet_offline(judged: Judged) -> None:
    """Making a rehearsal packet sends nothing to the gateway."""
    judged("client-packet-offline")


@rule("client-fallback-in-outage")
def test_service_falls_back_in_an_outage(caller: Caller, profile: Profile) -> None:
    """With its gateway down, a service says 503 with a reason; with MCP off it serves as before."""
    client = profile.client
    if client is None or not {"outage", "legacy"} <= profile.routes.keys():
        not_testable("no service to look at; name the routes outage (its gateway is down) and legacy (MCP is off)")
    down = caller.send("outage", body=client.outage_body)
    expect(down).status(503).that(at_path(body_of(down), "detail"), "a detail that says why")
    expect(caller.send("legacy", body=client.outage_body)).status_class(2)
