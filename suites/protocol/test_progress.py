"""Progress (basic/utilities/progress, 2026-07-28 basic/patterns/progress)."""

from collections.abc import Callable
from contextlib import nullcontext

from conformance.checks import expect, need_result, not_testable, requirement, slow, timing
from conformance.checks.flow import PROGRESS, is_progress_of, is_same, is_token, member, notified
from conformance.checks.http_probes import plain_methods
from conformance.checks.listening import get_stream
from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer, call_params
from conformance.protocol.reply import LiveReply, Reply
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled

Role = Callable[[str], Filled]
TOKENS = ("conformance-progress", 271828, 0)


@requirement("progress-token-type")
def test_tokens_of_both_types_are_accepted(peer: Peer, surface: Surface) -> None:
    """A request may carry a string or an integer as its progress token."""
    method = plain_methods(surface)[-1]
    need_result(peer.request(method))
    for token in TOKENS:
        reply = peer.request(method, {"_meta": {"progressToken": token}})
        expect(reply).that(reply.has_result, f"a result of {method} with the progress token {token!r}")


@requirement("progress-token-type")
def test_tokens_come_back_as_they_were(peer: Peer, role: Role) -> None:
    """A token keeps its JSON type."""
    played = role("progress-tool")
    for token in TOKENS:
        reply = peer.call_tool(played.item, played.arguments, progressToken=token)
        need_result(reply)
        found = [one for one in _tokens(reply) if str(one) == str(token) and not is_same(one, token)]
        expect(reply).that(not found, f"the token {token!r} unchanged", found)


@requirement("progress-only-active-tokens")
def test_progress_has_the_token_of_its_request(peer: Peer, role: Role) -> None:
    """Progress has the token that the request gave; without a token there is none."""
    played = role("progress-tool")
    for token in ("conformance-first", "conformance-second", None):
        meta: JsonObject = {} if token is None else {"progressToken": token}
        reply = peer.call_tool(played.item, played.arguments, **meta)
        need_result(reply)
        strays = [one for one in _tokens(reply) if one != token]
        wanted = "no progress, as no token was given" if token is None else f"the token {token!r} in all progress"
        expect(reply).that(not strays, wanted, strays)


@requirement("progress-value-increases")
def test_progress_increases(peer: Peer, role: Role) -> None:
    """Each notification reports more progress than the one before."""
    played = role("progress-tool")
    token = "conformance-increases"
    reply = peer.call_tool(played.item, played.arguments, progressToken=token)
    values = [member(one, "progress") for one in notified(reply, PROGRESS) if is_progress_of(one, token)]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2:
        not_testable(f"{played.name} reported progress fewer than two times")
    expect(reply).that(numbers == sorted(set(numbers)), "progress that increases each time", numbers)


@requirement("progress-stop-after-completion")
@timing
@slow
def test_progress_ends_with_the_operation(
    new_peer: Callable[..., Peer], role: Role, surface: Surface, target: TargetProfile
) -> None:
    """After the response no progress of the request comes, on its own stream or another."""
    played, token = role("progress-tool"), "conformance-completion"
    peer = new_peer()
    with nullcontext() if surface.era == "modern" else get_stream(peer, target.grace) as stream:
        call = peer.start("tools/call", call_params(played.item, played.arguments, {"progressToken": token}))
        need_result(call.wait_for_response(peer.channel.timeout))
        if stream is not None:
            stream.wait_end(target.settle)
        before = _reports(stream, token)
        call.wait_end(target.grace)
        if stream is not None:
            stream.wait_end(target.grace)
        late = _after_response(call, token) + _reports(stream, token) - before
        expect(call.close()).that(not late, "no progress after the response", f"{late} late notifications")


def _tokens(reply: Reply) -> list[str | int | float]:
    tokens = [member(one, "progressToken") for one in notified(reply, PROGRESS)]
    return [token for token in tokens if is_token(token)]


def _reports(stream: LiveReply | None, token: str) -> int:
    """How often progress of this token has come on a GET stream."""
    return sum(is_progress_of(one, token) for one in stream.reply.messages) if stream is not None else 0


def _after_response(call: LiveReply, token: str) -> int:
    messages = call.reply.messages
    assert call.reply.response is not None
    return sum(is_progress_of(one, token) for one in messages[messages.index(call.reply.response) :])
