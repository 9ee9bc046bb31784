"""How a connector behaves when its gateway does not: rule by rule, as in `judges`."""

from collections.abc import Iterator
from typing import Final

from conformance.checks.outcomes import not_applicable, not_testable
from conformance.contracts.client.beats import expiry_in, is_session_expiry, with_beat
from conformance.contracts.client.driving import Driver, Seen
from conformance.contracts.handshake.answer import is_normal_time
from conformance.contracts.times import iso
from conformance.protocol.problems import shown

MACHINE_S: Final = 1.0
"""How much longer than promised a busy machine may make a pause."""


def retries(driver: Driver) -> Iterator[str]:
    seen, client = driver.in_trouble("failing-twice"), driver.client
    expected = min(client.attempts, 3) + _sessions(driver) - 1
    if len(seen.handshakes) != expected:
        yield f"{len(seen.handshakes)} attempts at a gateway that fails twice, expected {expected}"
        return
    if not seen.finished.succeeded:
        yield f"the third attempt was answered well: {seen.told}"
    for number, pause_s in enumerate(client.pauses_s[:2]):
        gap = seen.handshakes[number + 1].at - seen.handshakes[number].at
        promised = driver.profile.seconds(pause_s)
        if not 0.8 * promised <= gap <= 2 * promised + MACHINE_S:
            yield f"the pause after attempt {number + 1} is {gap:.2f} s, expected about {promised:g} s"


def _sessions(driver: Driver) -> int:
    """How many sessions the command opens when all is well: one, or one for each of its connectors."""
    return len(driver.healthy().handshakes)


def gives_up(driver: Driver) -> Iterator[str]:
    seen = driver.in_trouble("failing")
    most = driver.client.attempts * _sessions(driver)
    if len(seen.handshakes) > most:
        yield f"{len(seen.handshakes)} attempts, expected at most {most}"
    yield from _expect_failure(seen)


def no_retry(driver: Driver) -> Iterator[str]:
    for scenario in ("unauthorised", "invalid"):
        seen = driver.in_trouble(scenario)
        if len(seen.handshakes) > _sessions(driver):
            yield f"{scenario}: {len(seen.handshakes)} attempts, expected {_sessions(driver)}"
        yield from (f"{scenario}: {problem}" for problem in _expect_failure(seen))


def _expect_failure(seen: Seen) -> Iterator[str]:
    if not seen.failed:
        yield f"expected an exit code other than 0: {seen.told}"


def _fails_without_beat(driver: Driver, *scenarios: str) -> Iterator[str]:
    for scenario in scenarios:
        seen = driver.in_trouble(scenario)
        problems = list(_expect_failure(seen))
        if seen.beats_after_handshake:
            problems.append(f"{len(seen.beats_after_handshake)} heartbeats followed the handshake")
        yield from (f"{scenario}: {problem}" for problem in problems)


def unauthenticated(driver: Driver) -> Iterator[str]:
    if not driver.handshake.authenticated:
        not_applicable("no member says whether a session is authenticated (handshake.authenticated)")
    yield from _fails_without_beat(driver, "unauthenticated")


def context_needed(driver: Driver) -> Iterator[str]:
    yield from _fails_without_beat(driver, "no-context", "rejected-context")


def session_id_needed(driver: Driver) -> Iterator[str]:
    seen = driver.in_trouble("no-session-id")
    noticed = bool((seen.receipt or {}).get("doctrine_failures"))
    if not noticed:
        yield from _expect_failure(seen)


def expiry_needed(driver: Driver) -> Iterator[str]:
    _need_session_expiry(driver)
    yield from _fails_without_beat(driver, "no-expiry")


def _need_session_expiry(driver: Driver) -> None:
    seen, beat = with_beat(driver)
    if not is_session_expiry(seen, expiry_in(driver, beat)):
        not_applicable("the command sends an expiry of its own, not that of the session")


def expiry_normalised(driver: Driver) -> Iterator[str]:
    _need_session_expiry(driver)
    seen = driver.in_trouble("offset-expiry")
    if seen.failed and not seen.beats_after_handshake:
        return
    sent = expiry_in(driver, seen.heartbeats[-1]) if seen.heartbeats else None
    if not (is_session_expiry(seen, sent) and is_normal_time(sent)):
        yield f"{driver.beating.expiry} is {shown(sent)}, expected {iso(seen.stage.expires)}, or a run that fails"


def other_expiry(driver: Driver) -> Iterator[str]:
    _need_session_expiry(driver)
    if len(driver.handshake.expiry) < 2:
        not_applicable("the expiry has one name only (handshake.expiry)")
    seen = driver.in_trouble("other-expiry")
    sent = expiry_in(driver, seen.heartbeats[-1]) if seen.heartbeats else None
    if not is_session_expiry(seen, sent):
        yield f"an expiry named {driver.handshake.expiry[1]} is not understood: {seen.told}"


def times_out(driver: Driver) -> Iterator[str]:
    seen = driver.in_trouble("slow")
    limit = driver.profile.seconds(driver.client.max_answer_s)
    if not seen.handshakes:
        not_testable(f"no handshake arrived this time: {seen.told}")
    first, *others = seen.handshakes
    waited = (others[0].at if others else seen.finished.ended_at) - first.at
    pause = driver.profile.seconds(max(driver.client.pauses_s, default=0))
    if waited > 1.5 * limit + pause + MACHINE_S:
        yield f"the command waited {waited:.1f} s for an answer, expected about {limit:g} s"


def plain_contexts(driver: Driver) -> Iterator[str]:
    driver.healthy()
    if not driver.run().finished.succeeded:
        not_testable("the command fails with contexts as objects, too")
    seen = driver.run("plain-contexts")
    if not seen.finished.succeeded:
        yield f"contexts as plain texts are not accepted: {seen.told}"


def object_needed(driver: Driver) -> Iterator[str]:
    yield from _fails_without_beat(driver, "list")
