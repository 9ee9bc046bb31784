"""Signals that come at any moment, and what pytest makes of them."""

import signal
from types import FunctionType

import pytest

from conformance.plugin.termination import interruptible


def _interrupted() -> None:
    raise KeyboardInterrupt("now")


def test_sigterm_interrupts_in_here_and_nowhere_else() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt, match="terminated"), interruptible():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) == before


def test_a_handler_of_somebody_else_stays() -> None:
    seen = list[int]()
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with interruptible():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert seen == [signal.SIGTERM]


def test_an_interrupt_between_two_lines_can_be_shown() -> None:
    nowhere = FunctionType(_interrupted.__code__.replace(co_linetable=b""), globals())
    with pytest.raises(KeyboardInterrupt) as without:
        nowhere()
    with pytest.raises(TypeError):
        without.getrepr()

    with pytest.raises(KeyboardInterrupt, match="now") as caught, interruptible():
        nowhere()

    assert "now" in str(caught.getrepr())


def test_any_other_interrupt_keeps_its_place() -> None:
    with pytest.raises(KeyboardInterrupt) as caught, interruptible():
        _interrupted()

    assert caught.traceback[-1].name == "_interrupted"
