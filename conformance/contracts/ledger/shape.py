"""The shape of one line: members and their types, as in `schemas/contracts/ledger-entry.json`.

Only what a single member shows by itself; how members agree with each other is in `rules`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from conformance.contracts.ledger.findings import quoted
from conformance.contracts.ledger.line import Body
from conformance.contracts.times import instant, length
from conformance.protocol.problems import kind_of


class Kind(NamedTuple):
    """A type of a value, and its name in a sentence."""

    fits: Callable[[Any], bool]
    expected: str


class Member(NamedTuple):
    """A member of an object; `kind` may be the members of an object inside."""

    kind: "Kind | Mapping[str, Member]"
    required: bool = False


Members = Mapping[str, Member]

_CHECKSUM = re.compile("[0-9a-fA-F]{64}")

TEXT: Final = Kind(lambda value: isinstance(value, str) and bool(value.strip()), "a text that is not empty")
TIME: Final = Kind(lambda value: instant(value) is not None, "a timestamp such as 2025-09-21T12:24:09Z")
DURATION: Final = Kind(lambda value: length(value) is not None, "a duration such as PT48H")
OBJECT: Final = Kind(lambda value: isinstance(value, dict), "an object")
ID: Final = Kind(lambda value: value is None or TEXT.fits(value), "a text that is not empty, or null")
CHECKSUM: Final = Kind(
    lambda value: isinstance(value, str) and _CHECKSUM.fullmatch(value) is not None, "64 hexadecimal digits"
)

ROTATION_WINDOW: Final[Members] = {
    "window_id": Member(TEXT, required=True),
    "started_at": Member(TIME, required=True),
    "expires_at": Member(TIME, required=True),
    "duration": Member(DURATION, required=True),
}
CREDENTIAL_WINDOW: Final[Members] = {
    "issued_at": Member(TIME),
    "expires_at": Member(TIME),
    "duration": Member(DURATION),
    "rotation_window_id": Member(ID),
}
CONTEXT: Final[Members] = {
    "status": Member(TEXT, required=True),
    "accepted_via": Member(TEXT),
    "evidence_path": Member(TEXT),
    "summary_path": Member(TEXT),
    "promoted_at": Member(TEXT),
}
TRACES: Final[Members] = {
    "rest": Member({"normalized": Member(OBJECT), "checksum": Member(CHECKSUM)}),
    "grpc": Member(
        {
            "response": Member({"handshake_equivalent": Member(OBJECT)}),
            "metadata": Member({"parity_checksum": Member(CHECKSUM)}),
        }
    ),
}


def core(body: Body) -> Iterator[str]:
    """C-ABZU-072: the members that every line has."""
    if not TEXT.fits(body.get("connector_id")):
        yield _misfit(body, "connector_id", "the name of the connector")
    if not isinstance(body.get("rotated_at"), str):
        yield _misfit(body, "rotated_at", TIME.expected)
    if not is_integer(body.get("window_hours")):
        yield _misfit(body, "window_hours", "an integer")


def is_integer(value: object) -> bool:
    """As in JSON Schema: 48 and 48.0 are integers, true is none."""
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def rotation_window(body: Body) -> Iterator[str]:
    return _optional(body, "rotation_window", ROTATION_WINDOW)


def credential_window(body: Body) -> Iterator[str]:
    return _optional(body, "credential_window", CREDENTIAL_WINDOW)


def credential_expiry(body: Body) -> Iterator[str]:
    if "credential_expiry" in body and not TIME.fits(body["credential_expiry"]):
        yield _misfit(body, "credential_expiry", TIME.expected)


def traces(body: Body) -> Iterator[str]:
    return _optional(body, "traces", TRACES)


def context_status(body: Body) -> Iterator[str]:
    """Every member is a context, whatever its name."""
    contexts = body.get("context_status", {})
    if not isinstance(contexts, dict):
        yield _misfit(body, "context_status", "an object")
        return
    for name, status in contexts.items():
        yield from _misfits(status, CONTEXT, f"context_status[{quoted(name)}]")


def _optional(body: Body, name: str, members: Members) -> Iterator[str]:
    if name in body:
        yield from _misfits(body[name], members, name)


def _misfits(value: object, members: Members, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is {kind_of(value)}, expected an object"
        return
    for name, (kind, required) in members.items():
        if name not in value:
            if required:
                yield f"{where}.{name} is missing"
        elif not isinstance(kind, Kind):
            yield from _misfits(value[name], kind, f"{where}.{name}")
        elif not kind.fits(value[name]):
            yield f"{where}.{name} is {quoted(value[name])}, expected {kind.expected}"


def _misfit(body: Body, name: str, expected: str) -> str:
    if name not in body:
        return f"{name} is missing, expected {expected}"
    return f"{name} is {quoted(body[name])}, expected {expected}"
