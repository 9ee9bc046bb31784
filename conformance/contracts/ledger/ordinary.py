"""Tells lines that are as every known writer writes them. No rule has anything to say about them, so none is asked.

This is what makes a long ledger fast. A line that is not ordinary is not wrong: the rules look at it.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from conformance.contracts.ledger.entry import Entry
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.times import instant, length

_MEMBERS: Final = frozenset({"connector_id", "rotated_at", "window_hours", "rotation_window", "credential_window"})
_CREDENTIAL_MEMBERS: Final = frozenset({"issued_at", "expires_at", "duration", "rotation_window_id"})
_LONGEST: Final = 64
_NAME = re.compile("[a-z0-9_-]+")
"""Too plain for a credential."""


def is_ordinary(entry: Entry, settings: LedgerSettings) -> bool:
    body, connector = entry.body, entry.connector
    promised = body.get("window_hours")
    if (
        entry.rotated is None or connector is None or type(promised) is not int or promised != settings.window_hours
        or not body.keys() <= _MEMBERS or len(connector) > _LONGEST or not _is_plain(connector)
    ):  # fmt: skip
        return False
    usual = _usual_window(body["rotated_at"], promised)
    if usual is None or ("rotation_window" in body and body["rotation_window"] != usual):
        return False
    return "credential_window" not in body or _is_ordinary_credential(body["credential_window"], usual["window_id"])


@lru_cache(256)
def _is_plain(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


@lru_cache(256)
def _usual_window(rotated_at: str, window_hours: int) -> dict[str, str] | None:
    """The `rotation_window` of a line, as writers write it; None if the timestamp is none of whole seconds with a Z."""
    begins, duration = rotated_at[:19], f"PT{window_hours}H"
    if len(rotated_at) != 20 or rotated_at[10::9] != "TZ" or rotated_at[17] == "6" or rotated_at[0] == "9":
        return None
    ends = datetime.fromisoformat(begins) + timedelta(hours=window_hours)
    return {
        "window_id": f"{begins.replace('-', '').replace(':', '')}Z-{duration}",
        "started_at": rotated_at,
        "expires_at": f"{ends.isoformat()}Z",
        "duration": duration,
    }


def _is_ordinary_credential(window: object, window_id: str) -> bool:
    if type(window) is not dict or not window.keys() <= _CREDENTIAL_MEMBERS:
        return False
    own = window.get("rotation_window_id")
    if own is not None and own != window_id:
        return False
    issued, expires, duration = window.get("issued_at"), window.get("expires_at"), window.get("duration")
    return (
        type(issued) is str and type(expires) is str and type(duration) is str
        and len(issued) + len(expires) + len(duration) <= _LONGEST and _agree(issued, expires, duration)
    )  # fmt: skip


@lru_cache(256)
def _agree(issued: str, expires: str, duration: str) -> bool:
    begins, ends, span = instant(issued), instant(expires), length(duration)
    return begins is not None and ends is not None and span is not None and ends - begins == span
