"""Long waits are announced before they begin, and show how far they are."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from conformance.plugin.progress import is_live
from conformance.plugin.waits import waits_of
from conformance.wire.pacing import Tell

WORTH_TELLING = 2.0
"""Seconds from which on a wait is announced."""
STEP = 10.0
"""Seconds between two signs of life."""


class Pause:
    """Waits, and says on the terminal why and for how long. An xdist worker has no terminal, so there it is quiet."""

    def __init__(
        self, terminal: Any = None, sleep: Callable[[float], None] = time.sleep, tell: Tell | None = None
    ) -> None:
        """`tell` shows the wait where the progress of the run is shown."""
        self._terminal = terminal
        self._sleep = sleep
        self._elsewhere = tell

    def __call__(self, seconds: float, why: str) -> None:
        """Wait `seconds`."""
        self.announce(seconds, why)
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._sleep(min(left, STEP))
            self.progress(seconds - max(0.0, ends - time.monotonic()), seconds)

    def announce(self, seconds: float, why: str) -> None:
        """Say that something takes this long, for one who does the waiting himself."""
        if self._elsewhere is not None:
            self._elsewhere(seconds, why)
        if seconds >= WORTH_TELLING:
            self._tell(f"waiting {seconds:.0f} s: {why}")

    def progress(self, passed: float, seconds: float) -> None:
        """Say how far a wait is that takes longer than a step."""
        if seconds > STEP and passed < seconds:
            self._tell(f"waited {passed:.0f} of {seconds:.0f} s")

    def _tell(self, line: str) -> None:
        if self._terminal is not None:
            self._terminal.ensure_newline()
            self._terminal.write_line(line)


@pytest.fixture(scope="session")
def pause(pytestconfig: pytest.Config) -> Pause:
    """`pause(seconds, why)` waits, telling the user before and meanwhile."""
    terminal = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    has_line = pytestconfig.pluginmanager.has_plugin("conformance.progress") and is_live(pytestconfig)
    return Pause(None if has_line else terminal, tell=waits_of(pytestconfig).tell)
