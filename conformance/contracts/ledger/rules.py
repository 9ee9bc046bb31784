"""What one line has to be by itself. A rule returns one sentence for each thing that is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from conformance.contracts.ledger import shape, traces
from conformance.contracts.ledger.entry import Entry
from conformance.contracts.ledger.findings import quoted
from conformance.contracts.ledger.secrets import credentials_elsewhere, credentials_in_request
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.times import compact, hours, instant, is_utc, iso, length

Rule = Callable[[Entry, LedgerSettings], Iterable[str]]


def core(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    return shape.core(entry.body)


def utc(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    text = entry.body.get("rotated_at")
    if not isinstance(text, str) or (entry.rotated is not None and text[-1:] == "Z"):
        return ()
    if entry.rotated is None:
        return (f"rotated_at is {quoted(text)}, expected {shape.TIME.expected}",)
    if is_utc(text) and not settings.strict_profile:
        return ()
    return (f"rotated_at is {quoted(text)}, expected UTC with a Z: {iso(entry.rotated)}",)


def window_hours(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    hours_ = entry.body.get("window_hours")
    if hours_ == settings.window_hours or not shape.is_integer(hours_):
        return ()
    return (f"window_hours is {quoted(hours_)}, expected {settings.window_hours:g}",)


def rotation_window(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    if "rotation_window" not in entry.body:
        return ()
    misfits = list(shape.rotation_window(entry.body))
    return misfits or list(_window_relations(entry, entry.body["rotation_window"], settings))


def _window_relations(entry: Entry, window: Mapping[str, str], settings: LedgerSettings) -> Iterator[str]:
    """`window` has the right shape. Beside a wrong window_hours, which is said already, it is its own measure."""
    started, expires = instant(window["started_at"]), instant(window["expires_at"])
    duration = length(window["duration"])
    assert started is not None and expires is not None and duration is not None  # noqa: PT018
    promised = settings.window_s if entry.body.get("window_hours") == settings.window_hours else duration
    begin = started if entry.rotated is None else entry.rotated
    if _differ(started, begin):
        yield _misfit(window, "started_at", f"rotated_at, {iso(begin)}")
    if _differ(duration, promised):
        yield _misfit(window, "duration", f"{hours(promised)}, as window_hours says")
    if _differ(expires - begin, promised):
        yield _misfit(window, "expires_at", f"{iso(begin + promised)}, {hours(promised)} later")
    if not _is_id(window["window_id"], begin, duration, promised):
        yield _misfit(window, "window_id", quoted(f"{compact(begin)}-{window['duration']}"))


def _is_id(window_id: object, begin: float, *durations: float) -> bool:
    """The beginning, a hyphen, and one of the durations, in any notation."""
    stamp, _, span = window_id.partition("-") if isinstance(window_id, str) else ("", "", "")
    return stamp == compact(begin) and length(span) in durations


def _misfit(window: Mapping[str, str], name: str, expected: str) -> str:
    return f"rotation_window.{name} is {quoted(window[name])}, expected {expected}"


def _differ(one: float, other: float) -> bool:
    """Writers cut times to the second."""
    return abs(one - other) >= 1


def has_rotation_window(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    return () if "rotation_window" in entry.body else ("rotation_window is missing on the latest line",)


def credential_window(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    if "credential_window" not in entry.body:
        return ()
    return list(shape.credential_window(entry.body)) or list(_credential_relations(entry, settings))


def _credential_relations(entry: Entry, settings: LedgerSettings) -> Iterator[str]:
    """The credential window has the right shape."""
    window = entry.body["credential_window"]
    issued, expires = instant(window.get("issued_at")), instant(window.get("expires_at"))
    duration = length(window.get("duration"))
    if issued is not None and expires is not None:
        between = expires - issued
        if between < 0:
            yield f"credential_window.expires_at is {quoted(window['expires_at'])}, before issued_at"
        elif duration is not None and _differ(between, duration):
            yield f"credential_window.duration is {quoted(window['duration'])}, expected {hours(between)}"
    own, rotation = window.get("rotation_window_id"), entry.body.get("rotation_window")
    other = rotation.get("window_id") if isinstance(rotation, dict) else None
    right = entry.rotated is not None and _is_id(own, entry.rotated, settings.window_s)
    if own is not None and other is not None and own != other and not right:
        yield f"credential_window.rotation_window_id is {quoted(own)}, expected {quoted(other)}"


def context_status(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    if "context_status" not in entry.body:
        return ()
    contexts = entry.body["context_status"]
    unknown = [name for name in contexts if name not in settings.contexts] if isinstance(contexts, dict) else []
    known = ", ".join(sorted(settings.contexts))
    return [
        *shape.context_status(entry.body),
        *(f"context_status names {quoted(name)}, expected one of {known}" for name in unknown),
    ]


def known_members(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    if entry.body.keys() <= settings.known_members:
        return ()
    return (f"the member {quoted(name)} is unknown" for name in entry.body if name not in settings.known_members)


LINE_RULES: Final[Mapping[str, Rule]] = {
    "C-ABZU-058": credentials_elsewhere,
    "C-ABZU-072": core,
    "C-ABZU-073": utc,
    "C-ABZU-074": window_hours,
    "C-ABZU-079": rotation_window,
    "C-ABZU-081": credential_window,
    "C-ABZU-083": traces.checksums,
    "C-ABZU-084": traces.normal_forms,
    "C-ABZU-085": credentials_in_request,
    "C-ABZU-086": context_status,
    "C-ABZU-089": known_members,
}
LATEST_RULES: Final[Mapping[str, Rule]] = {"C-ABZU-080": has_rotation_window}
