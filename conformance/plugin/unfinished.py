"""Checks that nobody made, because their xdist worker died and none took its place."""

from collections.abc import Callable, Iterable

from conformance.plugin.outcomes import stranded
from conformance.report.verdict import Verdict


class Unfinished:
    """Compares what the workers collected with what was reported."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._left: dict[str, None] = {}
        self._reported: set[str] = set()
        self._redact = redact

    def expect(self, nodeids: Iterable[str]) -> None:
        self._left.update((nodeid, None) for nodeid in nodeids if nodeid not in self._reported)

    def saw(self, nodeid: str) -> None:
        self._reported.add(nodeid)
        self._left.pop(nodeid, None)

    def verdicts(self) -> list[Verdict]:
        """One for each check of ours that is left."""
        found = (stranded(nodeid, self._redact) for nodeid in self._left)
        return [verdict for verdict in found if verdict is not None]
