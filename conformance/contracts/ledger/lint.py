"""Judges a ledger as a stream: one line after the other, none kept but the one before."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from conformance.contracts.ledger.across import TRACKERS, finding
from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.contracts.ledger.entry import Entry, entry
from conformance.contracts.ledger.findings import Finding
from conformance.contracts.ledger.history import CLAUSE as HISTORY
from conformance.contracts.ledger.history import History
from conformance.contracts.ledger.line import read
from conformance.contracts.ledger.ordinary import is_ordinary
from conformance.contracts.ledger.rules import LATEST_RULES, LINE_RULES, Rule
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import Line

LINE = "C-ABZU-071"


class Linter:
    """`lines` and `entries` count what was read so far; `judged` are the ids of the clauses that apply."""

    def __init__(
        self,
        settings: LedgerSettings,
        now: float,
        earlier: Iterable[Line] | None = None,
        judged: Collection[str] | None = None,
    ) -> None:
        """`now` in seconds since 1970; `earlier` are the lines of an older copy of the ledger; `judged` are the ids of
        the clauses to look at, if not those that the settings make apply."""
        self.lines = 0
        self.entries = 0
        self.judged = frozenset(
            clause.id
            for clause in ledger_clauses().values()
            if (clause.judged(strict_profile=settings.strict_profile) if judged is None else clause.id in judged)
            and (earlier is not None or clause.id != HISTORY)
        )
        self._settings = settings
        self._history = History(earlier or (), settings)
        self._rules = _of(self.judged, LINE_RULES)
        self._latest_rules = self._rules + _of(self.judged, LATEST_RULES)
        self._trackers = [make(settings, now) for clause, make in TRACKERS.items() if clause in self.judged]
        self._see: list[Callable[[Entry], Iterable[Finding]]] = [tracker.see for tracker in self._trackers]

    def judge(self, lines: Iterable[Line]) -> Iterator[Finding]:
        """All findings as they turn up; those of a line come when the next one is read."""
        held: Entry | None = None
        has_history = HISTORY in self.judged
        for line in lines:
            self.lines = line.number
            if has_history:
                yield from self._history.see(line)
            bodies, problems = read(line)
            for severity, message in problems:
                yield Finding(LINE, severity, line.number, message)
            if bodies or problems:
                self.entries += 1
            for body in bodies:
                if held is not None:
                    yield from self._judged(held)
                held = entry(line.number, body)
        if held is not None:
            yield from self._judged_by(held, self._latest_rules, latest=True)
        yield from self._end()

    def _judged(self, entry: Entry) -> Iterable[Finding]:
        """All that is not the latest line."""
        if not is_ordinary(entry, self._settings):
            return self._judged_by(entry, self._rules, latest=False)
        found: list[Finding] = []
        for see in self._see:
            if seen := see(entry):
                found += seen
        return found

    def _judged_by(self, entry: Entry, rules: list[tuple[str, Rule]], *, latest: bool) -> list[Finding]:
        try:
            found = [
                Finding(clause, ledger_clauses()[clause].on(latest=latest), entry.number, message)
                for clause, rule in rules
                for message in rule(entry, self._settings)
            ]
        except RecursionError:
            found = [finding(LINE, entry.number, "is nested too deeply to be judged", "should")]
        for see in self._see:
            found += see(entry)
        return found

    def _end(self) -> Iterator[Finding]:
        if self.entries == 0:
            yield finding(LINE, None, "the ledger is empty, expected at least one line")
        for tracker in self._trackers:
            yield from tracker.end()
        if HISTORY in self.judged:
            yield from self._history.end()


def _of(judged: frozenset[str], rules: Mapping[str, Rule]) -> list[tuple[str, Rule]]:
    return [(clause, rule) for clause, rule in rules.items() if clause in judged]
