"""Long waits are announced; short ones are not."""

from conformance.plugin.waiting import Pause


class Terminal:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def ensure_newline(self) -> None:
        pass

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def test_a_long_wait_is_announced() -> None:
    terminal = Terminal()

    Pause(terminal).announce(60, "a rate window")

    assert terminal.lines == ["waiting 60 s: a rate window"]


def test_a_short_wait_is_quiet() -> None:
    terminal, slept = Terminal(), list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)

    Pause(terminal, sleep)(0.001, "a moment")

    assert terminal.lines == []
    assert sum(slept) > 0


def test_signs_of_life_come_while_it_lasts() -> None:
    terminal = Terminal()
    pause = Pause(terminal)

    pause.progress(20, 60)
    pause.progress(60, 60)

    assert terminal.lines == ["waited 20 of 60 s"]
