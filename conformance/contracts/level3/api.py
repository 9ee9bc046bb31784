"""Speaks the business API by the route set of a profile."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from conformance.checks.expect import expect
from conformance.checks.outcomes import not_testable, violation
from conformance.contracts.caller import Caller
from conformance.contracts.level3.settings import Level3, Operation
from conformance.contracts.paths import at_path
from conformance.contracts.refusals import Refusal, body_of, expect_refusal
from conformance.protocol.reply import Reply
from conformance.wire.exchange import Exchange

_NAME = re.compile(r"\{(\w+)\}")
_LEFT_OUT: Final = object()
_FILE: Final = "{content}"


@dataclass(frozen=True, slots=True)
class Api:
    caller: Caller
    settings: Level3

    def operation(self, name: str) -> Operation:
        """How something is asked for; *not testable* where the route set has no such call."""
        known = self.settings.sets.get(self.settings.route_set)
        if known is None:
            sets = ", ".join(self.settings.sets)
            not_testable(f"the profile has no route set {self.settings.route_set}; choose one of {sets}")
        place = f"[level3.sets.{self.settings.route_set}.{name}]"
        return known.get(name) or not_testable(f"this route set has no call {name}; describe it under {place}")

    def has(self, name: str) -> bool:
        return name in self.settings.sets.get(self.settings.route_set, {})

    def send(self, operation_name: str, /, **values: Any) -> Exchange:
        """Make a call; what it is made with, by name."""
        return self.send_raw(operation_name, self.body(operation_name, **values), **values)

    def body(self, operation_name: str, /, **values: Any) -> Any:
        """The JSON body of a call."""
        samples = self.settings.samples
        defaults = {
            "schema": samples.schema, "artifact_type": samples.artifact_type, "strategy": samples.strategy,
            "strict": True, "rollback_on_failure": True, "approval_required": False, "limit": 100, "offset": 0,
        }  # fmt: skip
        filled = _filled(self.operation(operation_name).body, {**defaults, **values})
        return None if filled is _LEFT_OUT else filled

    def send_raw(self, operation_name: str, body: Any, /, **values: Any) -> Exchange:
        """Make a call with a body of one's own."""
        operation = self.operation(operation_name)
        path = _filled(operation.path, {name: quote(str(value), safe="@") for name, value in values.items()})
        headers: dict[str, str | None] = {}
        if operation.form == "multipart" and isinstance(body, Mapping):
            body, headers["content-type"] = _multipart(body)
        return self.caller.send(
            self.settings.route, method=operation.method, body=body, headers=headers, variables={"path": path}
        )

    def succeed(self, operation_name: str, /, **values: Any) -> Exchange:
        """Make a call that has to be carried out."""
        exchange = self.send(operation_name, **values)
        expect(exchange).status(*self.operation(operation_name).status)
        return exchange

    def need(self, operation_name: str, /, **values: Any) -> Exchange:
        """Make a call that a check stands on; *not testable* where it is refused, which other rules judge."""
        exchange = self.send(operation_name, **values)
        if exchange.status not in self.operation(operation_name).status:
            not_testable(f"{operation_name} answers with {exchange.status or exchange.failure}")
        return exchange

    def part(self, operation_name: str, what: str, exchange: Exchange) -> Any:
        """What an answer says about something; None where it says nothing."""
        path = self.operation(operation_name).result.get(what)
        return None if path is None else at_path(body_of(exchange), path)

    def tells(self, operation_name: str, what: str) -> bool:
        """Whether answers of this route set say anything about it."""
        return self.has(operation_name) and what in self.operation(operation_name).result

    def needed(self, operation_name: str, what: str, exchange: Exchange) -> Any:
        """What an answer has to say."""
        place = self.operation(operation_name).result.get(what)
        found = self.part(operation_name, what, exchange)
        if found is None:
            violation(f"{what} at {place or '(not described)'}", _shown(exchange), Reply(exchange))
        return found

    def expect_refused(self, exchange: Exchange, status: tuple[int, ...], code: tuple[str, ...], why: str) -> None:
        expect_refusal(exchange, Refusal(status=status, code=code), self.caller.profile, why)


def fresh_name(prefix: str) -> str:
    """A name that nobody has used, short enough for any registry."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its names replaced; what has no value is left out of objects and arrays."""
    if isinstance(template, dict):
        filled = {key: _filled(value, values) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value is not _LEFT_OUT}
    if isinstance(template, list):
        return [one for one in (_filled(value, values) for value in template) if one is not _LEFT_OUT]
    if not isinstance(template, str):
        return template
    if whole := _NAME.fullmatch(template):
        value = values.get(whole[1])
        return _LEFT_OUT if value is None else value
    return _NAME.sub(lambda match: str(values.get(match[1], "")), template)


def _multipart(parts: Mapping[str, Any]) -> tuple[bytes, str]:
    """The parts as multipart/form-data (RFC 7578), bytes as files and everything else as JSON."""
    boundary = f"conformance-{uuid.uuid4().hex}"
    body = bytearray()
    for name, value in parts.items():
        is_file = isinstance(value, bytes)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        head += '; filename="artifact"\r\nContent-Type: application/octet-stream' if is_file else ""
        body += f"{head}\r\n\r\n".encode()
        body += value if is_file else (value if isinstance(value, str) else json.dumps(value)).encode()
        body += b"\r\n"
    return bytes(body + f"--{boundary}--\r\n".encode()), f"multipart/form-data; boundary={boundary}"


def _shown(exchange: Exchange) -> str:
    return f"HTTP {exchange.status}: {exchange.text[:300]}"
