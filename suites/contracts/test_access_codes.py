"""Access codes: who is let in, and what the others are told (docs/contracts/access-codes.md)."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked, NotTestable
from conformance.contracts import Caller, Profile, Refusal, is_refusal, rule
from conformance.contracts.access_codes.envelope import (
    envelope_problems,
    is_uuid,
    media_type_problems,
    trace_problems,
)
from conformance.contracts.access_codes.gates import effects, padded, refusals, send
from conformance.contracts.access_codes.settings import AccessCodes
from conformance.contracts.profiles.model import Errors
from conformance.contracts.refusals import expect_refused
from conformance.protocol.reply import Reply
from conformance.target.config import RunConfig
from conformance.wire.exchange import Exchange

SECTION = "access_codes"

JSON = {"content-type": "application/json"}
WIDE = "é"
TRIES = 3
REST_S = 0.5
LONGEST_REST_S = 5.0

Refusals = Mapping[str, Exchange]


@pytest.fixture
def codes(profile: Profile) -> AccessCodes:
    assert profile.access_codes is not None
    return profile.access_codes


@pytest.fixture
def errors(profile: Profile) -> Errors:
    return profile.errors or not_applicable(f"the profile {profile.name} has no [errors]: no error body is promised")


@pytest.fixture
def let_in(caller: Caller, codes: AccessCodes) -> Exchange:
    """The probe with the valid credential, which has to be served: else every refusal would be explained by it."""
    answer = caller.probe(route=codes.routes[0])
    if not answer.answered or (answer.status or 0) >= 400:
        not_testable(f"the probe is not served with the valid credential: {Reply(answer).outcome}")
    return answer


RefusesBearer = Callable[[str, Refusal | None], None]


@pytest.fixture
def refuses(caller: Caller, profile: Profile, codes: AccessCodes, let_in: Exchange) -> RefusesBearer:
    """Expects that a persona is refused on each guarded route."""

    def judge(persona: str, refusal: Refusal | None) -> None:
        promised = refusal or not_applicable(f"the profile {profile.name} does not say how {persona} is refused")
        for route in codes.routes:
            expect_refused(caller.probe(route=route, persona=persona), promised, profile, f"{persona} on {route}")

    return judge


@rule("access-no-credentials")
def test_without_a_credential_nobody_is_let_in(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A request without a credential is refused."""
    refuses("none", codes.no_credentials)


@rule("access-malformed-token")
def test_a_malformed_token_is_refused(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A credential that is no token at all is refused."""
    refuses("malformed", codes.bad_token)


@rule("access-tampered-token")
def test_a_tampered_token_is_refused(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A token whose signature was changed is refused."""
    refuses("tampered", codes.bad_token)


@rule("access-alg-none")
def test_an_unsigned_token_is_refused(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A token with the algorithm none is refused."""
    refuses("alg-none", codes.bad_token)


@rule("access-expired-token")
def test_an_expired_token_is_refused(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A token whose time is over is refused."""
    refuses("expired", codes.expired)


@rule("access-wrong-audience")
def test_a_token_for_another_audience_is_refused(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A token that was made for another audience is refused."""
    refuses("wrong-audience", codes.bad_token)


@rule("access-wrong-issuer")
def test_a_token_of_another_issuer_is_refused(refuses: RefusesBearer, codes: AccessCodes) -> None:
    """A token of another issuer is refused."""
    refuses("wrong-issuer", codes.bad_token)


def _missing_scope(caller: Caller, codes: AccessCodes, *, should: bool) -> None:
    promised = codes.missing_scope or not_applicable("no refusal for a missing scope is promised")
    chosen = [one for one in codes.scoped if one.should is should]
    if not chosen:
        not_applicable("no method and persona are given under [[access_codes.scoped]]")
    for one in chosen:
        expect_refused(send(caller, one), promised, caller.profile, str(one))


@rule("access-missing-scope")
def test_a_missing_scope_is_refused(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """A method that the scopes of a token do not cover is refused."""
    _missing_scope(caller, codes, should=False)


@rule("access-missing-scope-advised")
def test_a_missing_scope_that_is_advised_is_refused(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """So is one for which that is only advised."""
    _missing_scope(caller, codes, should=True)


@rule("access-scope-suffices")
def test_a_token_for_everything_passes(caller: Caller, codes: AccessCodes) -> None:
    """A token that covers everything passes the scope gate for every mapped method."""
    if not codes.full_persona or not codes.full_methods or codes.missing_scope is None:
        not_applicable("name `full_persona` and `full_methods` under [access_codes]")
    for method in codes.full_methods:
        answer = caller.call(method, route=codes.routes[0], persona=codes.full_persona)
        refused = is_refusal(answer, codes.missing_scope)
        expect(answer).that(not refused, f"{method} is not refused for its scope as {codes.full_persona}")


@rule("access-session-required")
def test_without_a_session_nobody_is_let_in(caller: Caller, codes: AccessCodes) -> None:
    """A route for browsers is closed to those without a session."""
    promised = codes.no_session or not_applicable("no route with sessions is promised")
    for route in codes.session_routes:
        expect_refused(caller.probe(route=route, persona="none"), promised, caller.profile, route)


def _gates(caller: Caller, codes: AccessCodes, *, should: bool) -> None:
    """Each gate that can be reached; a persona or route that is not configured leaves its gate out."""
    chosen = [gate for gate in codes.gates if gate.should is should]
    if not chosen:
        not_applicable("no further gate is promised under [[access_codes.gates]]")
    left_out: list[NotTestable] = []
    for gate in chosen:
        try:
            answer = send(caller, gate)
        except NotTestable as reason:
            left_out.append(reason)
        else:
            expect_refused(answer, gate.refusal, caller.profile, gate.name)
    if len(left_out) == len(chosen):
        raise left_out[0]


@rule("access-gates")
def test_further_gates_refuse(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """Every further gate of the profile refuses as it says."""
    _gates(caller, codes, should=False)


@rule("access-gates-advised")
def test_further_gates_that_are_advised_refuse(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """So does every one that is only advised."""
    _gates(caller, codes, should=True)


@rule("access-unknown-server")
def test_unknown_servers_are_not_found(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """A server or route that does not exist is refused as unknown."""
    promised = codes.unknown_server or not_applicable("no refusal for an unknown server is promised")
    routes = [route for route in codes.unknown_routes if route in caller.profile.routes]
    if not routes:
        not_applicable(f"no unknown route is given; name one of {', '.join(codes.unknown_routes)} under [routes]")
    for route in routes:
        expect_refused(caller.probe(route=route), promised, caller.profile, caller.url(route))


def _wrong_methods(caller: Caller, codes: AccessCodes, promised: Refusal | None, persona: str) -> None:
    wanted = promised or not_applicable("no refusal for a wrong method is promised")
    for method in codes.wrong_methods:
        answer = caller.send(codes.routes[0], method=method, persona=persona)
        expect_refused(answer, wanted, caller.profile, f"{method} as {persona}")


@rule("access-wrong-method")
def test_wrong_methods_are_refused(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """An HTTP method that the route does not have is refused."""
    _wrong_methods(caller, codes, codes.wrong_method, "valid")


@rule("access-wrong-method-unauthenticated")
def test_wrong_methods_of_strangers_are_refused(caller: Caller, codes: AccessCodes) -> None:
    """Without a credential, a wrong HTTP method is refused by the first gate, or as a wrong method."""
    _wrong_methods(caller, codes, codes.wrong_method_unauthenticated, "none")


@pytest.fixture
def posted(codes: AccessCodes, run_config: RunConfig) -> tuple[str, ...]:
    """Routes that may be sent what an open gate would let be carried out: the probe is harmless on the first one."""
    return codes.routes if run_config.allow_writes else codes.routes[:1]


def _as_type(caller: Caller, codes: AccessCodes, media_type: str | None, route: str = "") -> Exchange:
    return caller.probe(route=route or codes.routes[0], headers={"content-type": media_type})


@rule("access-media-type")
def test_another_media_type_is_refused(
    caller: Caller, codes: AccessCodes, posted: tuple[str, ...], let_in: Exchange
) -> None:
    """A body of another media type than JSON is refused."""
    promised = codes.media_type or not_applicable("no refusal for a wrong media type is promised")
    for route in posted:
        answer = _as_type(caller, codes, codes.wrong_media_type, route)
        expect_refused(answer, promised, caller.profile, f"{codes.wrong_media_type} on {route}")


@rule("access-media-type-missing")
def test_a_missing_media_type_is_refused(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """A body without a Content-Type is refused."""
    promised = codes.media_type or not_applicable("no refusal for a wrong media type is promised")
    expect_refused(_as_type(caller, codes, None), promised, caller.profile, "no Content-Type")


def _taken(caller: Caller, codes: AccessCodes, media_types: tuple[str, ...]) -> None:
    promised = codes.media_type or not_applicable("no refusal for a wrong media type is promised")
    for media_type in media_types:
        answer = _as_type(caller, codes, media_type)
        taken = answer.answered and not is_refusal(answer, promised)
        expect(answer).that(taken, f"Content-Type: {media_type} is taken for JSON")


@rule("access-media-type-parameters")
def test_parameters_of_the_media_type_are_ignored(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """JSON with a parameter in its Content-Type is taken."""
    _taken(caller, codes, codes.same_media_types)


@rule("access-media-type-case")
def test_the_case_of_the_media_type_is_ignored(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """JSON is taken in whatever case its Content-Type is written."""
    _taken(caller, codes, codes.same_media_types_in_other_case)


def _limit(codes: AccessCodes) -> tuple[int, Refusal]:
    if codes.payload_limit_bytes is None or codes.too_large is None:
        not_applicable("no limit is given; name `payload_limit_bytes` and `too_large` under [access_codes]")
    return codes.payload_limit_bytes, codes.too_large


def _of_size(caller: Caller, codes: AccessCodes, size: int, **headers: str) -> Exchange:
    return caller.send(codes.routes[0], body=padded(caller, size), headers=headers or JSON)


@rule("access-payload-over-limit")
def test_a_body_over_the_limit_is_refused(
    caller: Caller, codes: AccessCodes, posted: tuple[str, ...], let_in: Exchange
) -> None:
    """A body over the limit is refused as too large."""
    limit, promised = _limit(codes)
    for route in posted:
        for letter in ("x", WIDE):
            answer = caller.send(route, body=padded(caller, limit + 1, letter), headers=JSON)
            expect_refused(answer, promised, caller.profile, f"{limit + 1} bytes of {letter} on {route}")


@rule("access-payload-at-limit")
def test_a_body_of_the_limit_is_taken(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """A body of exactly the limit, or of one byte less, is not refused as too large."""
    limit, promised = _limit(codes)
    for size in (limit - 1, limit):
        answer = _of_size(caller, codes, size)
        taken = answer.answered and not is_refusal(answer, promised)
        expect(answer).that(taken, f"a body of {size} bytes is not too large, the limit being {limit}")


@rule("access-gate-order")
def test_the_first_gate_refuses(caller: Caller, codes: AccessCodes, let_in: Exchange) -> None:
    """When several gates would refuse, the first one in the documented order does."""
    if codes.order != ("media_type", "too_large"):
        not_applicable('only the order ["media_type", "too_large"] can be judged; give it as access_codes.order')
    limit, _ = _limit(codes)
    promised = codes.media_type or not_applicable("no refusal for a wrong media type is promised")
    answer = _of_size(caller, codes, limit + 1, **{"content-type": codes.wrong_media_type})
    expect_refused(answer, promised, caller.profile, "a wrong media type and too large as well")


@pytest.fixture(scope="module")
def seen() -> dict[str, Refusals]:
    return {}


@pytest.fixture
def refused(caller: Caller, run_config: RunConfig, trace: str, seen: dict[str, Refusals]) -> Refusals:
    """Each refusal that really was one, by its reason; the rules of the gates judge the others. Each is sent once for
    all rules about refusals, with a trace id of ours."""
    if caller.profile.name not in seen:
        errors = caller.profile.errors
        headers = {errors.trace_header: trace} if errors and errors.trace_header else {}
        seen[caller.profile.name] = dict(_refused(caller, run_config, headers))
    return seen[caller.profile.name]


@pytest.fixture(scope="module")
def trace() -> str:
    return f"mcp-conformance-{uuid.uuid4()}"


def _refused(caller: Caller, run_config: RunConfig, headers: Mapping[str, str]) -> Iterator[tuple[str, Exchange]]:
    for one in refusals(caller, noisy=run_config.allow_noisy, writes=run_config.allow_writes):
        with suppress(NotTestable):
            answer = one.send(headers)
            if answer.answered and (answer.status or 0) >= 400:
                yield f"for {one.why} (HTTP {answer.status})", answer


@rule("access-error-envelope")
def test_refusals_have_the_error_body(refused: Refusals, errors: Errors) -> None:
    """Every refusal has the documented error body and nothing else."""
    _none_wrong(refused, lambda answer: envelope_problems(answer, errors), "an error body as in [errors]")


@rule("access-error-media-type")
def test_refusals_are_json(refused: Refusals, errors: Errors) -> None:
    """Every refusal is JSON."""
    promised = f"Content-Type {' or '.join(errors.media_types)}"
    _none_wrong(refused, lambda answer: media_type_problems(answer, errors), promised)


@rule("access-trace-in-refusals")
def test_refusals_carry_the_trace_id(caller: Caller, refused: Refusals, trace: str, errors: Errors) -> None:
    """Every refusal carries the trace id of its request, in the header and in the body."""
    header = _trace_header(errors)
    if caller.probe(headers={header: trace}).header(header) != trace:
        raise Blocked("no answer carries the trace id of its request", by="access-trace-kept")
    _none_wrong(refused, lambda answer: trace_problems(answer, trace, errors), f"the trace id {trace}")


def _none_wrong(refused: Refusals, problems: Callable[[Exchange], list[str]], promised: str) -> None:
    if not refused:
        not_testable("no request was refused, so there is no error body to look at")
    wrong = {why: found for why, answer in refused.items() if (found := problems(answer))}
    if wrong:
        said = "; ".join(f"{why}: {', '.join(found)}" for why, found in wrong.items())
        violation(f"{promised} on every refusal", said, Reply(refused[next(iter(wrong))]))


def _trace_header(errors: Errors) -> str:
    return errors.trace_header or not_applicable("no header for trace ids is promised; see errors.trace_header")


@rule("access-trace-kept")
def test_the_trace_id_comes_back(caller: Caller, errors: Errors, codes: AccessCodes) -> None:
    """The trace id of a request comes back."""
    name, trace = _trace_header(errors), f"mcp-conformance-{uuid.uuid4()}"
    answer = caller.probe(route=codes.routes[0], headers={name: trace})
    expect(answer).that(answer.header(name) == trace, f"{name}: {trace}", f"{name}: {answer.header(name)}")


@rule("access-trace-made")
def test_a_trace_id_is_made(let_in: Exchange, errors: Errors) -> None:
    """A request without a trace id is given one."""
    name = _trace_header(errors)
    found = let_in.header(name)
    expect(let_in).that(is_uuid(found), f"a UUID in {name}", f"{name}: {found}")


@rule("access-trace-unique")
def test_trace_ids_differ(caller: Caller, errors: Errors, codes: AccessCodes, let_in: Exchange) -> None:
    """Two requests without a trace id are given different ones."""
    name = _trace_header(errors)
    first = let_in.header(name) or not_testable(f"the answer has no {name}")
    again = caller.probe(route=codes.routes[0])
    expect(again).that(again.header(name) != first, f"another {name} than before", f"{name}: {first} twice")


@rule("access-refusal-without-effect")
def test_refused_calls_have_no_effect(caller: Caller, codes: AccessCodes) -> None:
    """A refused call has no effect. Calls of others move the counter as well, but not each time."""
    if codes.effect is None:
        not_applicable("no counter of effects is given; name `effect` and `effect_path` under [access_codes]")
    for _ in range(TRIES):
        before = _at_rest(caller)
        if before is None:
            not_testable(f"nothing is at {codes.effect_path} of {codes.effect}; see access_codes.effect_path")
        calls = [send(caller, one) for one in codes.scoped] or not_applicable("no call is refused for its scope")
        after = _at_rest(caller)
        if after == before:
            return
    expect(calls[-1]).that(False, f"{codes.effect_path} stays {before}", f"{codes.effect_path} is {after}")


def _at_rest(caller: Caller) -> Any:
    """The counter once what was accepted before has been carried out, as far as that can be waited for."""
    deadline = time.monotonic() + LONGEST_REST_S
    now, last = effects(caller), None
    while now != last and time.monotonic() < deadline:
        time.sleep(REST_S)
        now, last = effects(caller), now
    return now
