"""Idempotency: a request that is sent again under the same key is carried out once (docs/contracts/idempotency.md)."""

import time
from typing import Any

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Profile, expect_refusal, is_refusal, rule
from conformance.contracts.idempotency.answers import Answer, differences, form_problems
from conformance.contracts.idempotency.asking import (
    Asker,
    completed,
    first,
    fresh_key,
    known_key,
    need_permission,
    replayed,
)
from conformance.contracts.idempotency.effects import effects_of
from conformance.contracts.idempotency.settings import Form, Idempotency
from conformance.contracts.paths import at_path
from conformance.plugin.waiting import Pause
from conformance.protocol.reply import Reply
from conformance.wire.exchange import Exchange

SECTION = "idempotency"

AT_ONCE = 10
"""Equal requests that are under way at the same time."""
REPEATS = 2

timing = pytest.mark.timing


@pytest.fixture
def settings(profile: Profile) -> Idempotency:
    assert profile.idempotency is not None
    return profile.idempotency


@pytest.fixture
def asker(caller: Caller, settings: Idempotency) -> Asker:
    return Asker(caller, settings, settings.request)


@rule("idempotency-accepted")
def test_request_with_a_key_is_accepted(asker: Asker, settings: Idempotency) -> None:
    """A new key is no obstacle."""
    answer = Answer(asker.ask(fresh_key()), settings)
    if is_refusal(answer.exchange, settings.unavailable):
        not_testable("nobody is there to carry out requests (unavailable)")
    need_permission(answer)
    statuses = sorted({*settings.accepted.status, *settings.completed.status})
    expect(answer.exchange).status(*statuses)


@rule("idempotency-accepted-form")
def test_accepted_request_is_described(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """The answer to a request that will be carried out later."""
    key = fresh_key()
    answer = first(asker, key)
    if answer.exchange.status not in settings.accepted.status:
        not_applicable(f"requests are carried out at once (HTTP {answer.exchange.status})")
    _expect_form(answer, settings.accepted, key, profile)


@rule("idempotency-completed-form")
def test_completed_request_is_described(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """The answer to a request that has been carried out, whether it always is at once or this time."""
    statuses = set()
    for request in (settings.request, *([settings.at_once] if settings.at_once else [])):
        key = fresh_key()
        answer = first(Asker(asker.caller, settings, request), key)
        statuses.add(answer.exchange.status)
        if answer.exchange.status in settings.completed.status:
            _expect_form(answer, settings.completed, key, profile)
    if not statuses & set(settings.completed.status):
        not_applicable(f"requests are carried out later (HTTP {min(status or 0 for status in statuses)})")


def _expect_form(answer: Answer, form: Form, key: str, profile: Profile) -> None:
    trace = answer.exchange.header(profile.errors.trace_header) if profile.errors else None
    wrong = list(form_problems(answer, form, key, trace))
    expect(answer.exchange).that(not wrong, "the members that are documented", "; ".join(wrong))


@rule("idempotency-reuse")
def test_same_key_and_payload_are_answered_from_the_first(asker: Asker) -> None:
    """The same task, said to be reused."""
    key = fresh_key()
    before = first(asker, key)
    if before.flagged:
        violation("a new key not to be called reused", "the flag of a repeated request", Reply(before.exchange))
    _expect_reuse(before, Answer(asker.ask(key), asker.settings))


def _expect_reuse(before: Answer, after: Answer) -> None:
    same = ", ".join(path or "body" for path in after.settings.same)
    expected = f"the answer of the first request (same {same})"
    expect(after.exchange).that(after.succeeded, expected)
    expect(after.exchange).that(after.flagged is not False, f"{expected}, told to be a repeated one")
    wrong = differences(before, after)
    expect(after.exchange).that(not wrong, expected, "; ".join(wrong))


@rule("idempotency-reuse-over-connections")
def test_reuse_does_not_hang_on_the_connection(asker: Asker) -> None:
    """Clients retry on new connections: that is why they retry."""
    key, before = known_key(asker)
    with asker.on_new_connection() as other:
        _expect_reuse(before, Answer(other.ask(key), asker.settings))


@rule("idempotency-shared-replicas")
def test_replicas_know_the_same_keys(asker: Asker, settings: Idempotency) -> None:
    """Clients retry, and a balancer sends them elsewhere."""
    if not settings.replicas:
        not_testable("a second replica is needed; name its route under idempotency.replicas")
    for route in settings.replicas:
        key, before = known_key(asker)
        _expect_reuse(before, Answer(asker.on(route=route).ask(key), settings))


@rule("idempotency-one-effect")
def test_repeated_request_is_carried_out_once(asker: Asker, settings: Idempotency) -> None:
    """A counter of what was carried out moves by one."""

    def act() -> None:
        key, _ = known_key(asker)
        for _ in range(REPEATS - 1):
            replayed(asker, key)

    found = effects_of(asker.caller, settings, act)
    _expect_one(found, f"{1 + REPEATS} requests under one key")


def _expect_one(found: int, what: str) -> None:
    if found == 0:
        not_testable("the counter does not move; see idempotency.effect and idempotency.settle_s")
    if found > 1:
        violation(f"{what} to be carried out once", f"{found} times, each time it was tried", None)


@rule("idempotency-parallel")
def test_equal_requests_at_the_same_time_are_one(asker: Asker, settings: Idempotency) -> None:
    """Equal requests over several connections at once: one task, whoever wins."""
    known, _ = known_key(asker)
    with asker.on_new_connection() as other:
        if Answer(other.ask(known), settings).flagged is False:
            raise Blocked("keys are not known on other connections", by="idempotency-reuse-over-connections")
    answers = [Answer(exchange, settings) for exchange in _at_once(asker, fresh_key())]
    served = [answer for answer in answers if answer.succeeded]
    if not served:
        not_testable(f"none of {AT_ONCE} requests at once was accepted (HTTP {answers[0].exchange.status})")
    odd = [one for one in answers if not one.succeeded and one.exchange.status not in (429, *settings.key_in_use)]
    if odd:
        not_testable(f"HTTP {odd[0].exchange.status} for one of {AT_ONCE} requests at once, so they were not compared")
    for one in served[1:]:
        wrong = differences(served[0], one)
        expect(one.exchange).that(not wrong, f"one task for {AT_ONCE} equal requests at once", "; ".join(wrong))
    firsts = [one for one in served if one.flagged is False]
    if len(firsts) > 1:
        expected = f"one of {AT_ONCE} equal requests at once to be the first"
        violation(expected, f"{len(firsts)} are", Reply(firsts[1].exchange))


def _at_once(asker: Asker, key: str) -> list[Exchange]:
    pending = [asker.start(key) for _ in range(AT_ONCE)]
    for one in pending:
        one.wait_end(asker.caller.channel.timeout + 5)
    return [one.close() for one in pending]


@rule("idempotency-conflict")
def test_same_key_with_another_payload_is_refused(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """A key stands for one payload, also when the first request is completed."""
    key, before = known_key(asker)
    refused = asker.ask(key, changes=settings.changed)
    expect_refusal(refused, settings.conflict, profile, "the key was used with another payload")
    if not before.completed and completed(asker, key):
        refused = asker.ask(key, changes=settings.changed)
        expect_refusal(refused, settings.conflict, profile, "the key was used with another payload, and is completed")


@rule("idempotency-conflict-without-effect")
def test_conflict_changes_nothing(asker: Asker, settings: Idempotency) -> None:
    """After a conflict the key still stands for the first request, and nothing else was carried out."""

    def act() -> None:
        key, before = known_key(asker)
        if not is_refusal(asker.ask(key, changes=settings.changed), settings.conflict):
            raise Blocked("another payload is not refused", by="idempotency-conflict")
        _expect_reuse(before, Answer(asker.ask(key), settings))

    if settings.effect is None:
        act()
        return
    found = effects_of(asker.caller, settings, act)
    if found > 1 and effects_of(asker.caller, settings, lambda: known_key(asker)) == found:
        raise Blocked("a request without a conflict is carried out as often", by="idempotency-one-effect")
    _expect_one(found, "a request, and another one that conflicts with it,")


@rule("idempotency-ignored-members")
def test_members_beside_the_payload_are_no_other_payload(asker: Asker, settings: Idempotency) -> None:
    """A retry has another JSON-RPC id, and maybe another session."""
    if not settings.ignored and not settings.ignored_headers:
        not_applicable("nothing is promised to be beside the payload (idempotency.ignored)")
    key, before = known_key(asker)
    after = Answer(asker.ask(key, changes=settings.ignored, headers=settings.ignored_headers), settings)
    names = ", ".join([*settings.ignored, *settings.ignored_headers])
    expect(after.exchange).that(after.succeeded, f"a replay, as {names} are no part of the payload")
    _expect_reuse(before, after)


@rule("idempotency-member-order")
def test_order_of_members(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """JSON objects are unordered (RFC 8259, 4), so a payload is compared in a canonical form."""
    if not settings.member_order:
        not_applicable("nothing is promised about the order of members (idempotency.member_order)")
    key, before = known_key(asker)
    after = asker.ask(key, reordered=True)
    if settings.member_order == "ignored":
        _expect_reuse(before, Answer(after, settings))
    else:
        expect_refusal(after, settings.conflict, profile, "the order of members counts")


@rule("idempotency-trace-of-first")
def test_replay_tells_the_trace_of_the_first(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """The header belongs to this request, the member to the one that was carried out."""
    if not settings.trace or not profile.errors or not profile.errors.trace_header:
        not_applicable("no trace ids are promised (idempotency.trace, errors.trace_header)")
    name, key = profile.errors.trace_header, fresh_key()
    first(asker, key, headers={name: f"{key}-first"})
    after = replayed(asker, key, headers={name: f"{key}-second"})
    expect(after.exchange).header(name, f"{key}-second")
    found = at_path(after.body, settings.trace)
    expect(after.exchange).that(found == f"{key}-first", f"{settings.trace} of the first request", found)


@rule("idempotency-key-in-body")
def test_key_in_the_body_is_a_key(asker: Asker, settings: Idempotency) -> None:
    """The member does what the header does."""
    if not settings.member:
        not_applicable("keys do not go into the body (idempotency.member)")
    known_key(asker)
    key = fresh_key()
    before = first(asker, None, member_key=key)
    _expect_key(before, key)
    _expect_reuse(before, Answer(asker.ask(None, member_key=key), settings))


@rule("idempotency-header-wins")
def test_key_in_the_header_wins(asker: Asker, settings: Idempotency) -> None:
    """Of two keys the one in the header counts."""
    if not settings.member or not settings.header:
        not_applicable("keys go to one place only")
    known_key(asker)
    header, member = fresh_key(), fresh_key()
    before = first(asker, header, member_key=member)
    _expect_key(before, header)
    with_header = Answer(asker.ask(header), settings)
    if not with_header.succeeded or with_header.flagged is False or differences(before, with_header):
        violation("the key in the header to be the one that counts", "it is not known", Reply(with_header.exchange))


def _expect_key(answer: Answer, key: str) -> None:
    path = answer.settings.accepted.key or answer.settings.completed.key
    if path:
        found = at_path(answer.body, path)
        expect(answer.exchange).that(found == key, f"{path} to be {key}", found)


@rule("idempotency-without-key")
def test_requests_without_a_key(asker: Asker, settings: Idempotency) -> None:
    """Without a key each request is one of its own, or equal ones are taken for repeated."""
    if not settings.without_key:
        not_applicable("nothing is promised about requests without a key (idempotency.without_key)")
    before = first(asker, None)
    after = Answer(asker.ask(None), settings)
    expect(after.exchange).that(after.succeeded, "a second request without a key to be accepted")
    if settings.without_key == "replayed":
        _expect_reuse(before, after)
        return
    again = after.flagged or (settings.task and after.task == before.task)
    expect(after.exchange).that(not again, "a second request without a key to be one of its own")


@rule("idempotency-derived-key")
def test_request_without_a_key_gets_one(asker: Asker, settings: Idempotency) -> None:
    """What is carried out at once gets a key that is made of its payload."""
    if settings.at_once is None or not settings.derived_key_prefix:
        not_testable("a request that is carried out at once is needed; describe it under [idempotency.at_once]")
    at_once = Asker(asker.caller, settings, settings.at_once)
    known_key(at_once)
    before = first(at_once, None)
    if before.exchange.status not in settings.completed.status:
        not_applicable(f"requests are carried out later (HTTP {before.exchange.status})")
    path = settings.completed.key
    found = at_path(before.body, path)
    derived = isinstance(found, str) and found.startswith(settings.derived_key_prefix)
    expect(before.exchange).that(derived, f"{path} to begin with {settings.derived_key_prefix}", found)
    _expect_reuse(before, Answer(at_once.ask(None), settings))


@rule("idempotency-invalid-payload")
def test_invalid_payload_is_refused(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """What cannot be carried out is not accepted either."""
    if not settings.invalid:
        not_applicable("no invalid payload is named (idempotency.invalid)")
    for one in settings.invalid:
        body: Any = one.raw.encode() if one.raw is not None else one.body
        refused = _send(asker, body, {})
        expect_refusal(refused, one.refusal, profile, one.name)


def _send(asker: Asker, body: Any, headers: dict[str, str]) -> Exchange:
    request = asker.request
    return asker.caller.send(
        request.route, method=request.http_method, body=body, headers={**request.headers, **headers},
        persona=request.persona, variables=request.variables,
    )  # fmt: skip


@rule("idempotency-failure-keeps-no-key")
def test_refused_request_does_not_use_up_its_key(asker: Asker, settings: Idempotency) -> None:
    """A request that was refused was not carried out, so its key is still free."""
    if not settings.invalid or not settings.header:
        not_testable("an invalid payload is needed; describe one under [[idempotency.invalid]]")
    first(asker, fresh_key())
    key, wrong = fresh_key(), settings.invalid[0]
    refused = _send(asker, wrong.raw.encode() if wrong.raw is not None else wrong.body, {settings.header: key})
    if (refused.status or 0) < 400:
        raise Blocked(f"{wrong.name} is not refused", by="idempotency-invalid-payload")
    after = Answer(asker.ask(key), settings)
    expected = f"a good request to be accepted under a key whose first request was refused ({wrong.name})"
    expect(after.exchange).that(after.succeeded and not after.flagged, expected)


@rule("idempotency-dispatch-get")
def test_route_is_not_for_reading(asker: Asker, settings: Idempotency) -> None:
    """GET is refused, and no accident."""
    if not settings.refuse_get:
        not_applicable("nothing is promised about GET (idempotency.refuse_get)")
    request = asker.request
    got = asker.caller.send(request.route, method="GET", persona=request.persona, variables=request.variables)
    expect(got).status(404, 405)


@rule("idempotency-unavailable")
def test_no_worker_is_said(asker: Asker, settings: Idempotency, profile: Profile) -> None:
    """Nothing is accepted that nobody will carry out."""
    if settings.without_worker is None:
        not_testable("a server without a worker is needed; describe it under [idempotency.without_worker]")
    refused = Asker(asker.caller, settings, settings.without_worker).ask(fresh_key())
    expect_refusal(refused, settings.unavailable, profile, "nobody is there to carry it out")


@pytest.fixture
def done(asker: Asker, settings: Idempotency) -> tuple[str, Answer]:
    """A completed request and its key."""
    key, answer = known_key(asker)
    found = answer if answer.completed else completed(asker, key)
    return (key, found) if found else _uncompleted(settings)


def _uncompleted(settings: Idempotency) -> Any:
    if settings.must_complete:
        raise Blocked("no request is completed", by="idempotency-completes")
    not_testable("no request was completed in time, and failed ones stay as they are; see idempotency.polls")


@rule("idempotency-completes")
@timing
def test_accepted_request_is_completed(asker: Asker, settings: Idempotency) -> None:
    """Repeating the request reads its result, once there is one."""
    key, answer = known_key(asker)
    if answer.completed:
        return
    if completed(asker, key) is None:
        last = Answer(asker.ask(key), settings)
        if last.exchange.status in settings.accepted.status and not settings.must_complete:
            not_testable(f"not completed after {settings.polls} polls: is a worker running? see must_complete")
        violation(f"a result within {settings.polls} polls", f"HTTP {last.exchange.status}", Reply(last.exchange))


@rule("idempotency-result")
def test_result_is_the_answer_to_the_request(done: tuple[str, Answer], settings: Idempotency) -> None:
    """What the worker got is passed on."""
    if not settings.result or not settings.result_equal:
        not_applicable("nothing is promised about results (idempotency.result_equal)")
    found = at_path(done[1].body, settings.result)
    for path, value in settings.result_equal.items():
        expect(done[1].exchange).that(at_path(found, path) == value, f"{path} of the result to be {value!r}")


@rule("idempotency-replay-equal")
def test_each_replay_has_the_same_result(done: tuple[str, Answer], asker: Asker, settings: Idempotency) -> None:
    """A result is kept, not made anew."""
    key, answer = done
    for _ in range(REPEATS):
        again = replayed(asker, key)
        same = again.result == answer.result if settings.result else not differences(answer, again)
        expect(again.exchange).that(same, "the result of the replay before, to the letter")


@rule("idempotency-kept")
@timing
def test_key_is_kept_as_long_as_promised(asker: Asker, settings: Idempotency, pause: Pause) -> None:
    """A retry comes late sometimes."""
    ttl_s, began = _ttl_s(asker, settings), time.monotonic()
    key, before = known_key(asker)
    pause(ttl_s * 0.6, "a retry that comes late")
    after = Answer(asker.ask(key), settings)
    if time.monotonic() - began > ttl_s:
        not_testable("the machine was too slow to repeat a request in time")
    _expect_reuse(before, after)


@rule("idempotency-expiry")
@timing
def test_key_expires(asker: Asker, settings: Idempotency, pause: Pause) -> None:
    """After its time a key is free, also for another payload."""
    ttl_s = _ttl_s(asker, settings)
    key = fresh_key()
    before = first(asker, key)
    second_s = asker.caller.profile.seconds(1)
    pause(ttl_s + second_s + 0.1, "a key that expires")
    after = Answer(asker.ask(key, changes=settings.changed), settings)
    expected = f"another payload to be accepted as new {ttl_s + second_s:.3g} s after the first"
    expect(after.exchange).that(after.succeeded and not after.flagged, expected)
    expect(after.exchange).that(not settings.task or after.task is None or after.task != before.task, expected)


def _ttl_s(asker: Asker, settings: Idempotency) -> float:
    """How long keys are kept, in real seconds."""
    if settings.ttl_s is None:
        not_testable("how long keys are kept is not known; name it as idempotency.ttl_s")
    ttl_s = asker.caller.profile.seconds(settings.ttl_s)
    if ttl_s > settings.longest_wait_s:
        not_testable(f"keys are kept for {ttl_s:g} s; idempotency.longest_wait_s is {settings.longest_wait_s:g}")
    return ttl_s


@rule("idempotency-identities-apart")
def test_key_of_somebody_else(asker: Asker, settings: Idempotency) -> None:
    """Nobody is answered from the request of somebody else."""
    if not settings.other_persona:
        not_testable("a second identity is needed; name it as idempotency.other_persona")
    _expect_apart(asker, asker.on(persona=settings.other_persona), settings.identities)


@rule("idempotency-servers-apart")
def test_key_on_another_server(asker: Asker, settings: Idempotency) -> None:
    """Nothing is answered from the request to another server."""
    if not settings.other_server:
        not_testable("a second server is needed; give its variables under [idempotency.other_server]")
    usual = asker.request.variables
    variables = {**usual, **settings.other_server}
    asker.caller.need_elsewhere(asker.request.route, usual, variables, "idempotency.other_server")
    other = asker.on(variables=variables)
    _expect_apart(asker, other, settings.servers)


def _expect_apart(asker: Asker, other: Asker, promised: str) -> None:
    key, before = known_key(asker)
    exchange = other.ask(key)
    answer, settings = Answer(exchange, asker.settings), asker.settings
    conflict = is_refusal(exchange, settings.conflict)
    if not answer.succeeded and not conflict:
        not_testable(f"{other.request} was answered with HTTP {exchange.status}, so nothing is known about its keys")
    reused = answer.flagged or (answer.task is not None and answer.task == before.task)
    if reused and not is_refusal(asker.ask(key, changes=settings.changed), settings.conflict):
        raise Blocked("another payload is not refused either", by="idempotency-conflict")
    allowed = {"separate": not conflict, "conflict": conflict}.get(promised, True)
    expected = {"separate": "a request of its own", "conflict": "a conflict"}.get(promised, "its own, or a conflict")
    expect(exchange).that(allowed and not reused, f"{expected}, not the answer to {asker.request}")
