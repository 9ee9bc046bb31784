"""Answers to requests under a key, as a profile reads them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.contracts.idempotency.settings import Form, Idempotency
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import body_of
from conformance.wire.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the profile reads it."""

    exchange: Exchange
    settings: Idempotency

    @property
    def body(self) -> Any:
        return body_of(self.exchange)

    @property
    def succeeded(self) -> bool:
        return self.exchange.status in (*self.settings.accepted.status, *self.settings.completed.status)

    @property
    def completed(self) -> bool:
        if self.exchange.status not in self.settings.completed.status:
            return False
        return not self.settings.result or at_path(self.body, self.settings.result) is not None

    @property
    def task(self) -> Any:
        return at_path(self.body, self.settings.task) or None if self.settings.task else None

    @property
    def flagged(self) -> bool | None:
        """Whether the answer says that the request was a repeated one; None where such answers say nothing."""
        if self.settings.reused:
            return at_path(self.body, self.settings.reused) is True
        if self.settings.reused_header:
            return (self.exchange.header(self.settings.reused_header) or "").strip().lower() == "true"
        return None

    @property
    def result(self) -> str | None:
        """The result to the letter, as far as members and their order go."""
        found = at_path(self.body, self.settings.result)
        return None if found is None else json.dumps(found)

    def stable(self, path: str) -> Any:
        """A member that stays the same under one key."""
        found = at_path(self.body, path)
        return found or None if path == self.settings.task else found


def differences(first: Answer, second: Answer) -> list[str]:
    """In what the answers to the same request under the same key differ."""
    moved_on = first.exchange.status != second.exchange.status or first.completed != second.completed
    paths = [path for path in first.settings.same if path or not moved_on]
    return [
        f"{path or 'the body'} is {_shown(second.stable(path))}, and was {_shown(first.stable(path))}"
        for path in paths
        if first.stable(path) != second.stable(path)
    ]


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 100 else f"{text[:100]}…"


def form_problems(answer: Answer, form: Form, key: str | None, trace: str | None) -> Iterator[str]:
    """What an answer lacks of its form."""
    body = answer.body
    if not isinstance(body, dict):
        yield "the body is no JSON object"
        return
    for path, value in form.equal.items():
        if json.dumps(at_path(body, path)) != json.dumps(value):
            yield f"{path} is {_shown(at_path(body, path))}, not {_shown(value)}"
    for path in form.numbers:
        number = at_path(body, path)
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            yield f"{path} is {_shown(number)}, no whole number from 1"
    yield from (
        f"{path} is {_shown(at_path(body, path))}" for path in form.empty if at_path(body, path) not in (None, 0)
    )
    yield from (f"{path} is no object" for path in form.objects if not isinstance(at_path(body, path), dict))
    if form.key and key is not None and at_path(body, form.key) != key:
        yield f"{form.key} is {_shown(at_path(body, form.key))}, and {key} was sent"
    if form.trace and at_path(body, form.trace) != trace:
        yield f"{form.trace} is {_shown(at_path(body, form.trace))}, and the trace header {trace}"
