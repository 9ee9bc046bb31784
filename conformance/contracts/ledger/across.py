"""What only several lines show. Each tracker sees every entry in order, and keeps a bounded amount of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol

from conformance.contracts.ledger import shape
from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.contracts.ledger.entry import Entry
from conformance.contracts.ledger.findings import Finding, Severity, quoted
from conformance.contracts.ledger.line import Body
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.times import hours, instant, iso


class Tracker(Protocol):
    def see(self, entry: Entry) -> Iterable[Finding]: ...

    def end(self) -> Iterable[Finding]: ...


def finding(clause: str, line: int | None, message: str, severity: Severity | None = None) -> Finding:
    return Finding(clause, severity or ledger_clauses()[clause].severity, line, message)


class Freshness:
    """C-ABZU-075. A rotation that is still to come is no proof of a fresh one, whatever its age formula says."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._allowed = settings.max_age_s
        self._now = now
        self._latest_allowed = now + settings.max_clock_skew_s
        self._newest: tuple[float, int] | None = None
        self._future: int | None = None

    def see(self, entry: Entry) -> Iterable[Finding]:
        if entry.rotated is None:
            return ()
        if entry.rotated > self._latest_allowed:
            self._future = entry.number
        elif self._newest is None or entry.rotated >= self._newest[0]:
            self._newest = entry.rotated, entry.number
        return ()

    def end(self) -> Iterator[Finding]:
        if self._newest is None:
            if self._future is not None:
                yield finding("C-ABZU-075", self._future, f"every rotation is in the future; {self._expected()}")
            return
        rotated, line = self._newest
        if self._now - rotated > self._allowed:
            ignored = f" (line {self._future} is in the future and does not count)" if self._future else ""
            age = hours(self._now - rotated)
            message = f"the newest rotation, {iso(rotated)}, is {age} old{ignored}; {self._expected()}"
            yield finding("C-ABZU-075", line, message)

    def _expected(self) -> str:
        return f"expected one in the last {hours(self._allowed)}"


class ConnectorFreshness:
    """C-ABZU-076, unless the whole ledger is stale: that is said by C-ABZU-075."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._allowed = settings.max_age_s
        self._required = frozenset(settings.required_connectors)
        self._now = now
        self._latest_allowed = now + settings.max_clock_skew_s
        self._newest: dict[str, tuple[float, int]] = {}
        self._any = float("-inf")

    def see(self, entry: Entry) -> Iterable[Finding]:
        rotated, connector = entry.rotated, entry.connector
        if rotated is None or rotated > self._latest_allowed:
            return ()
        if rotated > self._any:
            self._any = rotated
        if connector is not None and connector in self._required:
            before = self._newest.get(connector)
            if before is None or rotated >= before[0]:
                self._newest[connector] = rotated, entry.number
        return ()

    def end(self) -> Iterator[Finding]:
        allowed = self._allowed
        if self._now - self._any > allowed:
            return
        for connector, (rotated, line) in sorted(self._newest.items()):
            if self._now - rotated > allowed:
                yield finding(
                    "C-ABZU-076", line,
                    f"the newest rotation of {quoted(connector)} is {hours(self._now - rotated)} old; "
                    f"expected at most {hours(allowed)}",
                )  # fmt: skip


class Future:
    """C-ABZU-077."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._now = now
        self._latest = now + settings.max_clock_skew_s

    def see(self, entry: Entry) -> Iterable[Finding]:
        if entry.rotated is None or entry.rotated <= self._latest:
            return ()
        ahead = hours(entry.rotated - self._now)
        message = f"rotated_at, {iso(entry.rotated)}, is {ahead} in the future; expected at most {iso(self._now)}"
        return (finding("C-ABZU-077", entry.number, message),)

    def end(self) -> Iterable[Finding]:
        return ()


class Connectors:
    """C-ABZU-078. A ledger without a readable line is broken, but misses nobody in particular."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._settings = settings
        self._missing = set(settings.followed_connectors)
        self._any = False

    def see(self, entry: Entry) -> Iterable[Finding]:
        self._any = True
        if entry.connector in self._missing:
            self._missing.remove(entry.connector)
        return ()

    def end(self) -> Iterator[Finding]:
        if not self._any:
            return
        required, expected = self._settings.required_connectors, self._settings.expected_connectors
        for name in required:
            if name in self._missing:
                yield finding("C-ABZU-078", None, f"no line is of the connector {quoted(name)}; expected at least one")
        for name in expected if self._settings.strict_profile else ():
            if name in self._missing and name not in required:
                message = f"no line is of the connector {quoted(name)}, which a whole rotation has"
                yield finding("C-ABZU-078", None, message, "should")


class Credentials:
    """C-ABZU-082, on the last line of each connector that is followed."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._now = now
        self._followed = settings.followed_connectors
        self._last: dict[str, Entry] = {}

    def see(self, entry: Entry) -> Iterable[Finding]:
        if entry.connector is not None and entry.connector in self._followed:
            self._last[entry.connector] = entry
        return ()

    def end(self) -> Iterator[Finding]:
        for entry in self._last.values():
            for message in shape.credential_expiry(entry.body):
                yield finding("C-ABZU-082", entry.number, message)
            expires = _credential_expiry(entry.body)
            if expires is not None and expires <= self._now:
                when = f"expired at {iso(expires)}; expected a time later than {iso(self._now)}"
                yield finding("C-ABZU-082", entry.number, f"the credential of {quoted(entry.connector)} {when}")


def _credential_expiry(body: Body) -> float | None:
    """Of the line itself, or of its credential window."""
    if "credential_expiry" in body:
        return instant(body["credential_expiry"])
    window = body.get("credential_window")
    return instant(window.get("expires_at")) if isinstance(window, dict) else None


class Order:
    """C-ABZU-087: each step back is said once, where it happens."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._most = settings.remembered_lines
        self._before: dict[str, float] = {}

    def see(self, entry: Entry) -> Iterable[Finding]:
        connector, rotated = entry.connector, entry.rotated
        if connector is None or rotated is None:
            return ()
        before = self._before.get(connector)
        if before is not None or len(self._before) < self._most:
            self._before[connector] = rotated
        if before is None or rotated >= before:
            return ()
        message = f"rotated_at of {quoted(connector)} goes back from {iso(before)} to {iso(rotated)}"
        return (finding("C-ABZU-087", entry.number, message),)

    def end(self) -> Iterable[Finding]:
        return ()


class Duplicates:
    """C-ABZU-088, among at least the lines that are remembered; a copy from further back is a step back in time."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._most = settings.remembered_lines
        self._recent: dict[int, int] = {}
        self._older: dict[int, int] = {}

    def see(self, entry: Entry) -> Iterable[Finding]:
        if entry.connector is None or entry.rotated is None:
            return ()
        key = hash((entry.connector, entry.rotated))
        first = self._older.get(key) or self._recent.setdefault(key, entry.number)
        if len(self._recent) >= self._most:
            self._recent, self._older = {}, self._recent
        if first == entry.number:
            return ()
        message = f"connector and time are those of line {first}; expected each rotation once"
        return (finding("C-ABZU-088", entry.number, message),)

    def end(self) -> Iterable[Finding]:
        return ()


class Runs:
    """C-ABZU-090. Lines of one rotation name the same run, or are of different connectors and close in time."""

    def __init__(self, settings: LedgerSettings, now: float) -> None:
        self._close = settings.same_run_s
        self._first: Entry | None = None
        self._connectors: set[str | None] = set()

    def see(self, entry: Entry) -> Iterable[Finding]:
        first = self._first
        if first is None or entry.connector in self._connectors or not self._is_one_run(entry, first):
            self._first, self._connectors = entry, {entry.connector}
            return ()
        self._connectors.add(entry.connector)
        if entry.rotated == first.rotated and _share_window(entry.body, first.body):
            return ()
        differing = "window_id" if entry.rotated == first.rotated else "rotated_at"
        message = f"{differing} differs from line {first.number} of the same rotation; expected the same"
        return (finding("C-ABZU-090", entry.number, message),)

    def _is_one_run(self, entry: Entry, first: Entry) -> bool:
        if entry.rotated is None or first.rotated is None:
            return False
        if -self._close <= entry.rotated - first.rotated <= self._close:
            return True
        run = entry.body.get("stage_b_run_id")
        return run is not None and run == first.body.get("stage_b_run_id")

    def end(self) -> Iterable[Finding]:
        return ()


def _share_window(body: Body, first: Body) -> bool:
    """A line without a window contradicts none."""
    if body.get("rotation_window") == first.get("rotation_window"):
        return True
    own, other = _window_id(body), _window_id(first)
    return own is None or other is None or own == other


def _window_id(body: Body) -> object:
    window = body.get("rotation_window")
    return window.get("window_id") if isinstance(window, dict) else None


TRACKERS: Final[Mapping[str, Callable[[LedgerSettings, float], Tracker]]] = {
    "C-ABZU-075": Freshness,
    "C-ABZU-076": ConnectorFreshness,
    "C-ABZU-077": Future,
    "C-ABZU-078": Connectors,
    "C-ABZU-082": Credentials,
    "C-ABZU-087": Order,
    "C-ABZU-088": Duplicates,
    "C-ABZU-090": Runs,
}
