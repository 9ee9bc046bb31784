"""What a connector has to do, rule by rule. A judge drives the command and returns what is wrong, as sentences."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conformance.checks.outcomes import not_applicable, not_testable
from conformance.contracts.client import troubles
from conformance.contracts.client.beats import expiry_in, is_session_expiry, with_beat
from conformance.contracts.client.driving import Driver
from conformance.contracts.client.fake import Arrival
from conformance.contracts.client.scenarios import OTHER_CONTEXT, SESSION
from conformance.contracts.documents import problems_with
from conformance.contracts.handshake.answer import is_normal_time
from conformance.contracts.paths import at_path
from conformance.contracts.times import instant, iso
from conformance.protocol.problems import shown

Judge = Callable[[Driver], Iterator[str]]

BEATS: Final = 4
_PIECE: Final = 1 << 20


def handshake_sent(driver: Driver) -> Iterator[str]:
    seen = driver.run()
    if not seen.handshakes:
        yield f"no POST {driver.client.handshake_path} arrived: {seen.told}"
    holder = "/" + (driver.profile.credential.body or "").rpartition(".")[0].replace(".", "/")
    for arrival in seen.handshakes[:1]:
        problems = problems_with(arrival.document, driver.client.request_schema)
        yield from (one for one in problems if holder == "/" or not one.startswith(holder))


def handshake_first(driver: Driver) -> Iterator[str]:
    seen = driver.healthy()
    early = [one for one in seen.heartbeats if one.at < seen.handshakes[0].at]
    if early:
        yield f"{len(early)} heartbeats arrived before the first handshake"


def heartbeat_sent(driver: Driver) -> Iterator[str]:
    seen = driver.healthy()
    if not seen.heartbeats:
        yield f"no POST {driver.client.heartbeat_path} arrived: {seen.told}"
    for arrival in seen.heartbeats[-1:]:
        yield from problems_with(arrival.document, driver.client.heartbeat_schema)
        for path, expected in driver.client.heartbeat_expected.items():
            if at_path(arrival.document, path) != expected:
                yield f"{path} is {shown(at_path(arrival.document, path))}, expected {shown(expected)}"


def heartbeat_expiry(driver: Driver) -> Iterator[str]:
    seen, beat = with_beat(driver)
    sent = expiry_in(driver, beat)
    if not is_session_expiry(seen, sent) and not _is_override(driver, beat):
        others = "" if driver.client.expiry_alignment == "session" else ", or as far ahead as overrides are"
        expected = f"{iso(seen.stage.expires)}, as the session says{others}"
        yield f"{driver.beating.expiry} is {shown(sent)}, expected {expected}"


def _is_override(driver: Driver, beat: Arrival) -> bool:
    client, expires = driver.client, instant(expiry_in(driver, beat))
    if client.expiry_alignment == "session" or expires is None:
        return False
    return abs(expires - beat.clock - client.override_s) <= client.emitted_skew_s


def emitted_at(driver: Driver) -> Iterator[str]:
    path = driver.beating.emitted_at or not_applicable("beats carry no time of emission (heartbeat.emitted_at)")
    _, beat = with_beat(driver)
    sent = at_path(beat.document, path)
    emitted = instant(sent)
    if emitted is None or abs(emitted - beat.clock) > driver.client.emitted_skew_s:
        yield f"{path} is {shown(sent)}, expected the time of sending, {iso(int(beat.clock))}"
    elif not is_normal_time(sent):
        yield f"{path} is {shown(sent)}, expected the form {iso(int(emitted))}"


def skip_heartbeat(driver: Driver) -> Iterator[str]:
    driver.healthy()
    seen = driver.run(skip=True)
    if seen.heartbeats:
        yield f"{len(seen.heartbeats)} heartbeats arrived in spite of {driver.client.skip_option}"
    if seen.receipt is not None and seen.receipt.get("heartbeat") is not None:
        yield "the receipt has a heartbeat"


def flag_exact(driver: Driver) -> Iterator[str]:
    driver.healthy()
    for flag in driver.client.flags_off:
        seen = driver.run(flag=flag)
        switch = f"{driver.client.flag_variable}={flag!r}" if flag else f"without {driver.client.flag_variable}"
        if seen.arrivals:
            yield f"{switch}: {len(seen.arrivals)} requests arrived"
        if seen.finished.succeeded:
            yield f"{switch}: exit code 0"


def credential_sent(driver: Driver) -> Iterator[str]:
    seen = driver.healthy()
    path, document = driver.profile.credential.body, seen.handshakes[0].document
    if not path or not driver.client.token_variables:
        not_applicable("the profile names no place of the credential (credential.body), or no variable for it")
    if at_path(document, path) != seen.token:
        yield f"the credential is not at {path}"
    kind = driver.handshake.credential_type
    if kind and at_path(document, kind) != "bearer":
        yield f"{kind} is {shown(at_path(document, kind))}, expected bearer"


def credential_secret(driver: Driver) -> Iterator[str]:
    seen = driver.healthy()
    canary = seen.token.encode()
    outputs = {"standard output": seen.finished.stdout, "standard error": seen.finished.stderr}
    yield from (f"the credential stands in {name}" for name, data in outputs.items() if canary in data)
    if any(canary in beat.body for beat in seen.heartbeats):
        yield "the credential stands in a heartbeat"
    own = driver.profile.credential.body
    for place in _places_of(seen.token, seen.handshakes[0].document) if own else ():
        if place != own:
            yield f"the credential stands at {place} of the handshake"
    for path in driver.files():
        if _holds(path, canary):
            yield f"the credential stands in {path.name}"


def _places_of(text: str, value: Any, place: str = "") -> Iterator[str]:
    """The dotted paths of the texts that hold a text."""
    if isinstance(value, str) and text in value:
        yield place
    elif isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, one in inner:
            yield from _places_of(text, one, f"{place}.{step}".removeprefix("."))


def _holds(path: Any, canary: bytes) -> bool:
    """Piece by piece, as a ledger may be long."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if canary in tail + piece:
                return True
            tail = piece[-len(canary) :]
    return False


def rotation_overrides(driver: Driver) -> Iterator[str]:
    values: Mapping[str, Any] = driver.client.rotation_values
    if not values or not driver.client.rotation_variables:
        not_applicable("the profile names no variables that override the rotation (client.rotation_variables)")
    document = driver.healthy().handshakes[0].document
    for path, expected in values.items():
        sent = at_path(document, path)
        same_time = instant(sent) is not None and instant(sent) == instant(expected)
        if sent != expected and not same_time:
            yield f"{path} is {shown(sent)}, expected {shown(expected)}"


def handshake_logged(driver: Driver) -> Iterator[str]:
    seen, event = driver.healthy(), driver.client.log_event
    if not event:
        not_applicable("the profile names no event of the log (client.log_event)")
    text = (seen.finished.stderr + b"\n" + seen.finished.stdout).decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if event in line]
    if not lines:
        yield f"no line says {event}"
    elif not any(SESSION in line for line in lines):
        yield f"no line of {event} has the id of the session"
    elif not any(_has_sorted_contexts(line, driver.handshake.context) for line in lines):
        yield f"no line of {event} has the accepted contexts, sorted by name"


def _has_sorted_contexts(line: str, context: str) -> bool:
    places = [line.find(name) for name in sorted((context, OTHER_CONTEXT))]
    return -1 not in places and places == sorted(places)


def heartbeat_cadence(driver: Driver) -> Iterator[str]:
    seen = driver.loop(BEATS)
    interval, tolerance = (driver.profile.seconds(one) for one in (
        driver.client.interval_s, driver.client.interval_tolerance_s
    ))  # fmt: skip
    beats = seen.heartbeats
    if len(beats) < BEATS:
        yield f"{len(beats)} heartbeats, expected {BEATS} at intervals of {interval:g} s: {seen.told}"
        return
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(beats)]
    wrong = [gap for gap in gaps if abs(gap - interval) > max(tolerance, interval / 4)]
    if wrong:
        yield f"intervals of {', '.join(f'{gap:.2f}' for gap in gaps)} s, expected {interval:g} s"


def packet_offline(driver: Driver) -> Iterator[str]:
    seen = driver.packet()
    if seen.arrivals:
        yield f"{len(seen.arrivals)} requests arrived while the packet was made, the first at {seen.arrivals[0].path}"
    elif not seen.finished.succeeded:
        not_testable(f"the command that makes the packet failed: {seen.told}")


JUDGES: Final[Mapping[str, Judge]] = {
    "client-handshake-sent": handshake_sent,
    "client-handshake-first": handshake_first,
    "client-heartbeat-sent": heartbeat_sent,
    "client-heartbeat-expiry": heartbeat_expiry,
    "client-heartbeat-emitted-at": emitted_at,
    "client-heartbeat-skipped": skip_heartbeat,
    "client-flag-exact": flag_exact,
    "client-retries-failures": troubles.retries,
    "client-gives-up": troubles.gives_up,
    "client-refusal-not-retried": troubles.no_retry,
    "client-unauthenticated-fails": troubles.unauthenticated,
    "client-context-needed": troubles.context_needed,
    "client-session-id-needed": troubles.session_id_needed,
    "client-expiry-needed": troubles.expiry_needed,
    "client-expiry-normalised": troubles.expiry_normalised,
    "client-other-expiry": troubles.other_expiry,
    "client-times-out": troubles.times_out,
    "client-plain-contexts": troubles.plain_contexts,
    "client-object-needed": troubles.object_needed,
    "client-credential-sent": credential_sent,
    "client-credential-secret": credential_secret,
    "client-rotation-overrides": rotation_overrides,
    "client-handshake-logged": handshake_logged,
    "client-heartbeat-cadence": heartbeat_cadence,
    "client-packet-offline": packet_offline,
}
