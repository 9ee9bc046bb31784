"""The line that says how far a run is."""

import pytest

from conformance.report.progress_line import Progress, Wait, duration, estimated_end, progress_line


def at(done: int, total: int = 100, seconds: float = 10.0, **more: object) -> Progress:
    settings = {"failing": 0, "running": (), "waits": (), **more}
    return Progress(done, total, seconds=seconds, **settings)  # type: ignore[arg-type]


def test_a_line_says_what_a_person_asks() -> None:
    progress = at(
        20, failing=3, running=("suites/test_a.py::test_one[x]", "suites/test_a.py::test_two"),
        waits=(Wait(1030.0, "a rate window"), Wait(1010.0, "a rate window"), Wait(990.0, "over")),
    )  # fmt: skip

    assert progress_line(progress, 1000.0) == (
        "20/100 judged · 3 failing · about 70 s left · waiting 30 s: a rate window · test_one[x] and 1 more"
    )


def test_the_beginning_has_no_estimate() -> None:
    assert progress_line(at(9), 0.0) == "9/100 judged"
    assert estimated_end(at(50, seconds=1.0), 0.0) is None
    assert estimated_end(at(100), 0.0) is None


def test_a_wait_moves_the_end() -> None:
    assert estimated_end(at(50), 0.0) == pytest.approx(10.0)
    assert estimated_end(at(50, waits=(Wait(60.0, "x"),)), 0.0) == pytest.approx(70.0)


def test_a_name_from_the_target_cannot_steer_the_terminal() -> None:
    line = progress_line(
        at(1, running=(f"suites/a.py::test[\x1b[2J\u202e{'x' * 500}]",), waits=(Wait(9, "\r\n"),)), 0.0
    )

    assert line.isprintable()
    assert len(line) < 120


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (99.4, "99 s"), (100, "2 min"), (5999, "100 min"), (7200, "2.0 h")]
)
def test_durations_are_as_long_as_they_need_to_be(seconds: float, said: str) -> None:
    assert duration(seconds) == said
