"""SIGTERM, which CI systems send to a job that they cancel, ends a run as Ctrl-C does: with its reports."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM is a KeyboardInterrupt in here, unless somebody else handles it already; a second one ends the process
    at once."""
    usual = signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if usual and threading.current_thread() is threading.main_thread():
        with _sigterm_interrupts(), _with_a_place():
            yield
    else:
        with _with_a_place():
            yield


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt("terminated")


@contextmanager
def _with_a_place() -> Iterator[None]:
    """A signal may come between two lines, where Python has no line number; pytest cannot show such a traceback, and
    would end in an error of its own."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if _has_a_place(interrupt.__traceback__):
            raise
        raise KeyboardInterrupt(*interrupt.args) from None


def _has_a_place(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        line: int | None = traceback.tb_lineno
        if line is None:
            return False
        traceback = traceback.tb_next
    return True
