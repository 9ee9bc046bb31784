"""Judges the receipt of a smoke run. Each judge returns what is wrong, as sentences."""

from collections.abc import Iterable, Iterator
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.paths import at_path
from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.times import hours, instant, iso
from conformance.protocol.problems import shown

Document = dict[str, Any]

_SHOWN = 5


def form(receipt: Document, settings: Receipts) -> Iterator[str]:
    yield from problems_with(receipt, settings.schema)
    if settings.stage and receipt.get("stage") != settings.stage:
        yield f"stage is {shown(receipt.get('stage'))}, expected {shown(settings.stage)}"
    yield from missing_targets(receipt.get("targets"), settings)


def missing_targets(found: Any, settings: Receipts) -> Iterator[str]:
    if isinstance(found, list | dict):
        missing = [name for name in settings.targets if name not in found]
        if missing:
            yield f"no {', '.join(missing)} among the {len(found)} that are named"


def failures(document: Document, settings: Receipts) -> Iterator[str]:
    """The failures that were written down. A list that is missing is told by the form."""
    found = document.get(settings.failures)
    if isinstance(found, list):
        yield from (str(shown(one)) for one in found[:_SHOWN])
        if len(found) > _SHOWN:
            yield f"and {len(found) - _SHOWN} more"


def verdict(document: Document, settings: Receipts) -> Iterator[str]:
    found, said = document.get(settings.failures), document.get(settings.verdict)
    if isinstance(found, list) and said is not None and said is not (not found):
        yield f"{settings.verdict} is {shown(said)} with {len(found)} failures"


def context(receipt: Document, settings: Receipts) -> Iterator[str]:
    listed = at_path(receipt, settings.contexts)
    if not isinstance(listed, list):
        return
    named = [one if isinstance(one, dict) else {"name": one} for one in listed]
    found = [one for one in named if one.get("name") == settings.context]
    if not found:
        names = ", ".join(str(one.get("name")) for one in named) or "nothing"
        yield f"{settings.context} is not among {settings.contexts}, only {names}"
    elif all(str(one.get("status", "")).strip().lower() in settings.not_accepted for one in found):
        yield f"{settings.context} has the status {shown(found[0].get('status'))}"


def heartbeat(receipt: Document, settings: Receipts) -> Iterator[str]:
    """The expiry of a heartbeat that was sent; one that was skipped leaves none."""
    text = at_path(receipt, settings.heartbeat_expiry)
    expires, ran = instant(text), ran_at(receipt)
    if expires is None:
        yield f"{settings.heartbeat_expiry} is {shown(text)}, expected a date-time with an offset"
    elif ran is not None and expires <= ran:
        yield f"{settings.heartbeat_expiry} is {iso(expires)}, not later than the run at {iso(ran)}"
    elif ran is not None and expires - ran > settings.max_credential_s + settings.clock_skew_s:
        yield f"{settings.heartbeat_expiry} is {hours(expires - ran)} after the run, expected at most " + hours(
            settings.max_credential_s
        )


def ran_at(receipt: Document) -> float | None:
    """When the run was, as far as the receipt tells: the latest of the times that it recorded."""
    known = [instant(one) for one in _times(receipt)]
    return max((one for one in known if one is not None), default=None)


def _times(receipt: Document) -> Iterable[Any]:
    for path in (
        "handshake.session.issued_at",
        "handshake.rotation.last_rotated",
        "handshake.echo.rotation.last_rotated",
    ):
        yield at_path(receipt, path)
    ledger = receipt.get("rotation_ledger")
    for line in ledger.values() if isinstance(ledger, dict) else ():
        yield at_path(line, "rotated_at")
        yield at_path(line, "traces.grpc.metadata.recorded_at")
