"""The verdict file of a run that goes on without it when the disk is full."""

from pathlib import Path
from typing import Any

import pytest

from conformance.report.journal import Journal, JournalBroken
from conformance.report.verdict import Verdict


class VerdictFile:
    """A journal that is given up, with one warning on the terminal, when it can no longer be written."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self._config = config
        self._path = path
        self._journal: Journal | None = None
        self.broken = False

    def begin(self, head: dict[str, Any]) -> None:
        try:
            self._journal = Journal(self._path, head)
        except JournalBroken as error:
            self._give_up(error)

    def add(self, verdict: Verdict) -> Verdict:
        """Write it, if the file was begun; returns it as it was written."""
        if self._journal is None:
            return verdict
        try:
            return self._journal.add(verdict)
        except JournalBroken as error:
            self._give_up(error)
            return verdict

    def finish(self, summary: dict[str, Any]) -> None:
        if self._journal is None:
            return
        try:
            self._journal.finish(summary)
        except JournalBroken as error:
            self._give_up(error)

    def _give_up(self, error: JournalBroken) -> None:
        kept = self._journal.count if self._journal else 0
        self._journal = None
        self.broken = True
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            if terminal._tw.width_of_current_line:
                terminal.write_line("")
            what = f"it keeps {kept} verdicts, marked incomplete" if kept else "nothing of this run is kept"
            terminal.write_line(f"mcp-conformance: {error}; {what}, and the run ends with exit code 3", red=True)
