"""Progress on long work: a live line on a terminal, a plain line now and then in a log."""

import os
import threading
import time
from typing import Any, TextIO

import pytest

from conformance.plugin.live_line import LiveLine
from conformance.plugin.waits import WAITS, Board, Waits
from conformance.report.progress_line import Progress, progress_line

LIVE, PLAIN = 0.5, 30.0
"""Seconds between two lines."""
FASTEST = 0.1
"""Seconds between two changes of the line, however fast checks end."""


def shows_progress(config: pytest.Config) -> bool:
    """Not with -q, not where nothing runs, and not under a debugger."""
    option = config.option
    silent = option.collectonly or option.verbose < 0 or getattr(option, "usepdb", False) or option.trace
    return not silent and config.pluginmanager.get_plugin("terminalreporter") is not None


class ProgressReporter:
    """A pytest plugin, registered in the process that reports (not in xdist workers).

    pytest writes its own progress as ever; the line stands below it until the session ends.
    """

    def __init__(self, session: pytest.Session, every: float | None = None) -> None:
        config = session.config
        self._terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._live = is_live(config)
        self._every = every or (LIVE if self._live else PLAIN)
        self._board = Board()
        config.stash[WAITS] = Waits(self._board.directory, "main")
        config.add_cleanup(self.stop)
        self._session = session
        self._running: dict[str, None] = {}
        self._done = self._failing = 0
        self._began = self._shown = 0.0
        self._file: TextIO | None = None
        self._line: LiveLine | None = None
        self._stopped = threading.Event()
        self._showing = threading.Lock()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell an xdist worker where to tell its waits."""
        node.workerinput["conformance_waits"] = str(self._board.directory)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """The first check begins the line: until then pytest tells what it collects."""
        self._running[nodeid] = None
        if self._line is None and not self._stopped.is_set():
            self._began = time.monotonic()
            self._file = self._terminal._tw._file
            self._line = LiveLine(self._file, is_terminal=self._live)
            self._terminal._tw._file = self._line
            self._ticker.start()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._done += 1
        self._running.pop(nodeid, None)
        if self._live and self._line is not None and time.monotonic() - self._shown > FASTEST:
            self._show(self._line)

    def pytest_conformance_verdict(self, verdict: dict[str, Any]) -> None:
        self._failing += bool(verdict.get("red"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_enter_pdb(self) -> None:
        self.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the line away for good."""
        self._stopped.set()
        if self._line is not None:
            if self._ticker.is_alive():
                self._ticker.join(timeout=2 * LIVE)
            self._line.close()
            self._terminal._tw._file = self._file
            self._line = None
        self._board.close()

    def _tick(self) -> None:
        while not self._stopped.wait(self._every):
            line = self._line
            if line is not None:
                self._show(line)

    def _show(self, line: LiveLine) -> None:
        """One thread after the other, or what was counted earlier could be shown later."""
        with self._showing:
            line.show(self._text())
            self._shown = time.monotonic()

    def _text(self) -> str:
        text = progress_line(self._progress(), time.time())
        return text[: self._terminal._tw.fullwidth - 1] if self._live else f"progress: {text}"

    def _progress(self) -> Progress:
        total = max(self._session.testscollected, self._done)
        seconds = time.monotonic() - self._began
        return Progress(self._done, total, self._failing, tuple(self._running), self._board.read(), seconds)


def is_live(config: pytest.Config) -> bool:
    """Whether there is a terminal that understands cursor movements, and that only pytest writes to."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    return bool(terminal.isatty()) and os.environ.get("TERM", "dumb") != "dumb" and config.option.capture != "no"
