"""What a run has added to the ledger, and what stands there after an outage."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from conformance.contracts.ledger.line import read
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import lines
from conformance.contracts.paths import at_path
from conformance.contracts.receipts.reading import as_object
from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.times import instant, iso

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})")


def bodies(path: Path, after: int = 0) -> Iterator[dict[str, Any]]:
    """The objects of a ledger behind its first `after` lines; what cannot be read is told by its linter."""
    with path.open("rb") as stream:
        for line in islice(lines(stream, LedgerSettings().max_line_bytes), after, None):
            yield from read(line)[0]


def count(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(1 for line in lines(stream, LedgerSettings().max_line_bytes) if line.raw.strip())


def added(path: Path, before: Path) -> list[str]:
    """The connectors of the lines that a ledger has more than its earlier copy."""
    return [str(body.get("connector_id")) for body in bodies(path, count(before))]


def grown(connectors: list[str], settings: Receipts) -> Iterator[str]:
    missing = [name for name in settings.required_lines if name not in connectors]
    if missing:
        yield f"{len(connectors)} lines were added, none of {', '.join(missing)}"


def whole_rotation(connectors: list[str], settings: Receipts) -> Iterator[str]:
    wanted = list(settings.rotation_lines)
    runs = (connectors[start : start + len(wanted)] for start in range(len(connectors)))
    if wanted not in runs:
        yield f"the lines that were added are of {', '.join(connectors[:9]) or 'nobody'}, expected {', '.join(wanted)}"


def window_ids(path: Path) -> set[str]:
    found = (at_path(body, "rotation_window.window_id") for body in bodies(path))
    return {one for one in found if isinstance(one, str)}


def outage_began(data: bytes, settings: Receipts) -> float | None:
    """When an outage began, by the record of the incident; None if it names no time."""
    record, _ = as_object(data)
    told = instant(at_path(record, settings.outage_started)) if record and settings.outage_started else None
    if told is not None:
        return told
    times = (instant(text) for text in _TIME.findall(data.decode("utf-8", "replace")))
    return min((one for one in times if one is not None), default=None)


def restored(began: float | None, rotations: Iterable[dict[str, Any]]) -> Iterator[str]:
    """After an outage there is a rotation that is newer, and the record names the gap."""
    if began is None:
        yield "the record of the incident names no time, so the gap in the ledger is explained nowhere"
        return
    times = (instant(body.get("rotated_at")) for body in rotations)
    newest = max((one for one in times if one is not None), default=None)
    if newest is None or newest <= began:
        when = "nothing" if newest is None else iso(newest)
        yield f"the newest rotation in the ledger is {when}, expected one after the outage that began at {iso(began)}"
