"""Logging (server/utilities/logging)."""

from collections.abc import Callable
from typing import Any, NoReturn

from conformance.checks import (
    capability,
    code_of,
    expect,
    need_result,
    not_applicable,
    not_testable,
    requirement,
    revisions,
    slow,
    timing,
)
from conformance.checks.flow import member, notified
from conformance.checks.http_probes import plain_methods
from conformance.checks.listening import get_stream
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.logging import LEVELS, MESSAGE, below, level_of
from conformance.checks.served import expect_empty
from conformance.protocol.legacy import Handshake
from conformance.protocol.messages import META_LOG_LEVEL, METHOD_NOT_FOUND, JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.reply import LiveReply, Reply
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled

NewPeer = Callable[..., Peer]
Role = Callable[[str], Filled]

SET_LEVEL = "logging/setLevel"
NO_LEVELS: tuple[JsonObject, ...] = (
    {"level": "verbose"}, {"level": "ERROR"}, {"level": 3}, {"level": None}, {}
)  # fmt: skip


@requirement("logging-set-level-answered")
@capability("logging")
def test_each_level_can_be_set(new_peer: NewPeer, shake_hands: Callable[..., Handshake]) -> None:
    """All eight levels are accepted, with an empty result."""
    peer = new_peer()
    for level in LEVELS:
        reply = _set_level(peer, level)
        expect(reply).that(reply.has_result, f"a result for the level {level}")
        expect_empty(reply, shake_hands, f"an empty result for the level {level}")


@requirement("logging-error-invalid-level")
@capability("logging")
def test_invalid_level_is_an_error(new_peer: NewPeer) -> None:
    """What is no level is refused as invalid params."""
    peer = new_peer()
    need_result(_set_level(peer, "info"))
    for params in NO_LEVELS:
        reply = peer.request(SET_LEVEL, params, probe=True)
        expect(reply).that(code_of(reply) == -32602, f"error -32602 for the params {params}")


@requirement("logging-level-filter")
@capability("logging")
@timing
@slow
def test_level_filters_what_is_logged(new_peer: NewPeer, role: Role, target: TargetProfile, surface: Surface) -> None:
    """Nothing below the level that was set is sent, and what reaches it is."""
    played = role("logging-tool")
    peer = new_peer()
    if not surface.stateful:
        not_applicable("the server keeps no session that could remember a level")
    with get_stream(peer, target.grace) as stream:
        need_result(_set_level(peer, "debug"))
        everything = _logged(peer, played, stream, target, target.grace)
        if not everything:
            _need_silence(peer, played, stream, target)
        for threshold in ("emergency", _highest(everything)):
            need_result(_set_level(peer, threshold))
            levels = _logged(peer, played, stream, target)
            low = [level for level in levels if below(level, threshold)]
            expect(Reply(peer.channel.record[-1].exchange)).that(
                not low, f"no message below {threshold}, the level that was set", low
            )


def _need_silence(peer: Peer, played: Filled, stream: LiveReply | None, target: TargetProfile) -> NoReturn:
    """What is logged at a level is logged at debug as well; a tool that never logs shows nothing."""
    need_result(_set_level(peer, "info"))
    levels = _logged(peer, played, stream, target)
    said = "at level debug the messages that come at level info"
    expect(Reply(peer.channel.record[-1].exchange)).that(not levels, said, f"{levels} at level info, none at debug")
    not_testable(f"{played.name} logged nothing at level debug")


@requirement("logging-capability-declared")
def test_who_logs_declares_the_capability(
    new_peer: NewPeer, role: Role, target: TargetProfile, surface: Surface
) -> None:
    """A tool that logs belongs to a server that declares logging."""
    played = role("logging-tool")
    peer = new_peer()
    if surface.era == "modern":
        reply = peer.call_tool(played.item, played.arguments, **_at("debug"))
        logged = [level_of(one) for one in notified(reply, MESSAGE)]
    else:
        with get_stream(peer, target.grace) as stream:
            logged = _logged(peer, played, stream, target, target.grace)
            reply = Reply(peer.channel.record[-1].exchange)
    if not logged:
        not_applicable(f"{played.name} sent no log message")
    expect(reply).that(surface.declares("logging"), "the capability logging, as log messages are sent")


@requirement("logging-consistent-logger")
@capability("logging")
def test_loggers_have_lasting_names(new_peer: NewPeer, role: Role, surface: Surface) -> None:
    """The same call names the same loggers each time."""
    played = role("logging-tool")
    peer = new_peer()
    meta = _at("debug") if surface.era == "modern" else {}
    replies = [peer.call_tool(played.item, played.arguments, **meta) for _ in range(2)]
    names = [{str(member(one, "logger")) for one in notified(reply, MESSAGE)} for reply in replies]
    if not all(names):
        not_testable(f"{played.name} logged nothing on the stream of its call")
    expect(replies[1]).that(names[0] == names[1], f"the same loggers as before, {sorted(names[0])}", sorted(names[1]))


@requirement("logging-modern-no-optin-silent")
def test_nothing_is_logged_unasked(peer: Peer, role: Role) -> None:
    """A call without logLevel gets no log message, even right after one that asked for all."""
    played = role("logging-tool")
    for meta in ({}, _at("debug"), {}):
        reply = peer.call_tool(played.item, played.arguments, **meta)
        need_result(reply)
        silent = bool(meta) or not notified(reply, MESSAGE)
        expect(reply).that(silent, "no log message, as no logLevel was given")


@requirement("logging-modern-threshold")
def test_log_keeps_to_the_requested_level(peer: Peer, role: Role) -> None:
    """No message below the logLevel of the request is sent."""
    played = role("logging-tool")
    reply = peer.call_tool(played.item, played.arguments, **_at("debug"))
    levels = [level_of(one) for one in notified(reply, MESSAGE)]
    if not levels:
        not_testable(f"{played.name} logged nothing at level debug")
    for threshold in ("emergency", _highest(levels)):
        reply = peer.call_tool(played.item, played.arguments, **_at(threshold))
        low = [level for one in notified(reply, MESSAGE) if below(level := level_of(one), threshold)]
        expect(reply).that(not low, f"no message below {threshold}, the logLevel of the request", low)


@requirement("logging-modern-invalid-level")
@capability("logging")
@revisions("2026-07-28")
def test_invalid_log_level_is_an_error(peer: Peer, surface: Surface) -> None:
    """A request whose logLevel is no level is refused as invalid params."""
    method = plain_methods(surface)[-1]
    need_result(peer.request(method))
    for level in ("verbose", 3):
        reply = peer.request(method, {"_meta": {META_LOG_LEVEL: level}}, probe=True)
        expect(reply).that(code_of(reply) == -32602, f"error -32602 for logLevel {level!r} in {method}")


def _at(level: str) -> JsonObject:
    """The metadata that asks for log messages of this level."""
    return {META_LOG_LEVEL: level}


def _set_level(peer: Peer, level: str) -> Reply:
    reply = peer.request(SET_LEVEL, {"level": level})
    if reply.error_code == METHOD_NOT_FOUND:
        raise Blocked(f"{SET_LEVEL}: {reply.outcome}", by="lifecycle-declared-features-served")
    return reply


def _logged(
    peer: Peer, played: Filled, stream: LiveReply | None, target: TargetProfile, patience: float = 0.0
) -> list[Any]:
    """The levels that a call logs, on its own stream or on the GET stream."""
    before = _seen(stream)
    reply = peer.call_tool(played.item, played.arguments)
    need_result(reply)
    own = notified(reply, MESSAGE)
    if stream is not None:
        if not own:
            stream.pending.wait(lambda exchange: _seen(stream) > before, patience)
        stream.wait_end(target.settle)
        own = own + notified(stream.reply, MESSAGE)[before:]
    return [level_of(one) for one in own]


def _seen(stream: LiveReply | None) -> int:
    return len(notified(stream.reply, MESSAGE)) if stream is not None else 0


def _highest(levels: list[Any]) -> str:
    """The most severe of these levels."""
    return max((level for level in levels if level in LEVELS), key=LEVELS.index, default="emergency")
