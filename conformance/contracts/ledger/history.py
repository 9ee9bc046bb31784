"""C-ABZU-069: what an earlier copy of the ledger holds still stands there, in the same lines."""

from collections.abc import Iterable, Iterator

from conformance.contracts.ledger.findings import Finding
from conformance.contracts.ledger.line import Body, read
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import Line

CLAUSE = "C-ABZU-069"


class History:
    """Compares line by line; `earlier` is read along, never ahead."""

    def __init__(self, earlier: Iterable[Line], settings: LedgerSettings) -> None:
        self._earlier = iter(earlier)
        self._addable = frozenset() if settings.strict_profile else settings.rewritable_members

    def see(self, line: Line) -> Iterable[Finding]:
        before = next(self._earlier, None)
        if before is None or before.raw == line.raw or self._same(before, line):
            return ()
        return (Finding(CLAUSE, "must", line.number, "differs from the earlier copy; expected lines to be added only"),)

    def end(self) -> Iterator[Finding]:
        lost = next(self._earlier, None)
        if lost is not None:
            gone = 1 + sum(1 for _ in self._earlier)
            message = f"is not there, nor what followed: {gone} lines of the earlier copy were cut off"
            yield Finding(CLAUSE, "must", lost.number, message)

    def _same(self, before: Line, line: Line) -> bool:
        """The same members in another notation are the same; so is a line that was being written."""
        if not before.ended and line.raw.startswith(before.raw):
            return True
        (earlier, unread), (present, unreadable) = read(before), read(line)
        if unread or unreadable:
            return False
        return [self._lasting(body) for body in earlier] == [self._lasting(body) for body in present]

    def _lasting(self, body: Body) -> Body:
        return {name: value for name, value in body.items() if name not in self._addable}
