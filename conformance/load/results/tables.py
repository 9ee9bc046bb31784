"""Rows of figures in columns."""

from collections.abc import Iterable, Sequence
from typing import Final

from conformance.load.recording.merging import TOTAL
from conformance.load.results.model import Figures, Phase, Spread
from conformance.load.results.summary import figures
from conformance.load.results.wording import bounded, duration, number, rate

SHOWN: Final = ("p50", "p95", "p99", "p99.9")
MOST_ROWS: Final = 40
_NAME: Final = 26
_WIDTHS: Final = (9, 8, 10, 9, 9, 9, 9, 9)
_HEAD: Final = ("good", "failed", "rate", *SHOWN, "max")


def of_operations(summary: Sequence[Figures], phases: Sequence[Phase]) -> list[str]:
    """Response times of each; of the total the service time as well, where it is another."""
    measured = [one for one in phases if one.measured]
    rows = [_row(_named(one), one, _longest(one, measured)) for one in summary[:MOST_ROWS]]
    if summary and summary[0].service != summary[0].percentiles:
        rows.insert(1, _line("  from sending", ["", "", "", *_times(summary[0].service), ""]))
    more = [f"  … and {len(summary) - MOST_ROWS} more in the result file"] if len(summary) > MOST_ROWS else []
    return [_line("response time of", _HEAD), *rows, *more]


def of_phases(phases: Iterable[Phase]) -> list[str]:
    """All work of each measured phase."""
    measured = [one for one in phases if one.measured]
    rows = [_row(_at(one), figures([one])[0], one.total.response.max_us) for one in measured[:MOST_ROWS]]
    more = [f"  … and {len(measured) - MOST_ROWS} more in the result file"] if len(measured) > MOST_ROWS else []
    return [_line("response time in", _HEAD), *rows, *more] if rows else []


def _named(one: Figures) -> str:
    return one.name if one.kind == "work" else f"({one.kind}) {one.name}"


def _at(one: Phase) -> str:
    if one.rate is None:
        return one.name
    return f"{one.name}, {rate(one.rate)}" + (f" to {rate(one.rate_end)}" if one.rate_end is not None else "")


def _longest(one: Figures, phases: Iterable[Phase]) -> int:
    parts = (part for phase in phases for part in ((phase.total,) if one.name == TOTAL else phase.operations))
    return max((part.response.max_us for part in parts if (part.name, part.kind) == (one.name, one.kind)), default=0)


def _row(name: str, one: Figures, longest: int) -> str:
    throughput = one.throughput.median if one.throughput.pooled is None else one.throughput.pooled
    times = [*_times(one.percentiles), duration(longest) if one.good else "-"]
    return _line(name, [number(one.good), number(sum(one.failures.values())), rate(throughput), *times])


def _times(percentiles: dict[str, Spread]) -> list[str]:
    return [_time(percentiles.get(name)) for name in SHOWN]


def _time(one: Spread | None) -> str:
    return "-" if one is None else duration(one.median if one.pooled is None else one.pooled)


def _line(name: str, cells: Sequence[str]) -> str:
    columns = "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
    return f"  {bounded(name, _NAME):<{_NAME}}{columns}".rstrip()
