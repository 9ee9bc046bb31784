"""Sends requests under idempotency keys."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import msgspec

from conformance.checks.outcomes import Blocked, not_testable
from conformance.contracts.caller import Caller
from conformance.contracts.described import Described
from conformance.contracts.idempotency.answers import Answer, differences
from conformance.contracts.idempotency.settings import Idempotency
from conformance.contracts.paths import with_path
from conformance.contracts.requests import dressed
from conformance.wire.exchange import Exchange
from conformance.wire.http import Pending

RUN = f"mcp-conformance-{secrets.token_hex(6)}"
"""How every key of this run begins, so that what it left behind can be found."""

SHORTEST_POLL_S = 0.05

_numbers = count(1)


def fresh_key() -> str:
    return f"{RUN}-{next(_numbers)}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out. `key` goes into the header where there is one, `member_key` into the body."""

    key: str | None = None
    member_key: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    reordered: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """Sends variants of one request."""

    caller: Caller
    settings: Idempotency
    request: Described

    def on(self, **changes: Any) -> "Asker":
        """The same request elsewhere: `route`, `persona` or `variables` replaced."""
        return replace(self, request=msgspec.structs.replace(self.request, **changes))

    @contextmanager
    def on_new_connection(self) -> Iterator["Asker"]:
        with self.caller.channel.on_new_connection() as channel:
            yield replace(self, caller=replace(self.caller, channel=channel))

    def ask(self, key: str | None = None, **more: Any) -> Exchange:
        """Send and wait; a refusal for the rate is waited out."""
        return self.caller.send(self.request.route, **self.options(Sent(key, **more)))

    def start(self, key: str) -> Pending:
        return self.caller.open(self.request.route, **self.options(Sent(key)))

    def _placed(self, sent: Sent) -> Sent:
        """A key goes into the body where keys have no header."""
        if sent.key is None or self.settings.header:
            return sent
        return replace(sent, key=None, member_key=sent.member_key or sent.key)

    def options(self, sent: Sent) -> dict[str, Any]:
        """What `Caller.send` is given."""
        sent = self._placed(sent)
        body, headers = dressed(self.caller, self.request)
        changed = dict(body or {})
        for path, value in sent.changes.items():
            changed = with_path(changed, path, value)
        if sent.member_key is not None:
            changed = with_path(changed, self.settings.member, sent.member_key)
        if sent.key is not None:
            headers = {**headers, self.settings.header: sent.key}
        return {
            "method": self.request.http_method,
            "body": json.dumps(_reversed(changed)).encode() if sent.reordered else changed,
            "headers": {**headers, **sent.headers},
            "persona": self.request.persona,
            "variables": self.request.variables,
        }


def _reversed(value: Any) -> Any:
    """The same JSON value with its members in another order."""
    if isinstance(value, dict):
        return {name: _reversed(inner) for name, inner in reversed(value.items())}
    return [_reversed(inner) for inner in value] if isinstance(value, list) else value


def first(asker: Asker, key: str | None, **more: Any) -> Answer:
    """The first request under a key; when that is not accepted, nothing can be said about the next."""
    answer = Answer(asker.ask(key, **more), asker.settings)
    need_permission(answer)
    if not answer.succeeded:
        raise Blocked(f"the first request was answered with HTTP {answer.exchange.status}", by="idempotency-accepted")
    return answer


def need_permission(answer: Answer) -> None:
    """A credential that may not do this says nothing about keys."""
    if answer.exchange.status in (401, 403):
        not_testable(f"{answer.exchange.status}: the credential may not do this; give one that may")


def replayed(asker: Asker, key: str, **more: Any) -> Answer:
    """A repeated request, where another rule says that it is answered from the first one."""
    answer = Answer(asker.ask(key, **more), asker.settings)
    if not answer.succeeded or answer.flagged is False:
        raise Blocked("a repeated request is not answered from the first one", by="idempotency-reuse")
    return answer


def known_key(asker: Asker) -> tuple[str, Answer]:
    """A key that was used, and is known to be: otherwise nothing can be said about what it stands for."""
    key = fresh_key()
    answer = first(asker, key)
    if wrong := differences(answer, replayed(asker, key)):
        raise Blocked(f"a repeated request is not answered from the first one: {wrong[0]}", by="idempotency-reuse")
    return key, answer


def completed(asker: Asker, key: str) -> Answer | None:
    """Repeats a request until it is completed; None when the polls are used up."""
    settings, seconds = asker.settings, asker.caller.profile.seconds
    time.sleep(max(seconds(settings.first_poll_s), SHORTEST_POLL_S))
    for _ in range(settings.polls):
        answer = Answer(asker.ask(key), settings)
        if answer.completed:
            return answer
        if not answer.succeeded:
            return None
        time.sleep(max(seconds(settings.poll_s), SHORTEST_POLL_S))
    return None
