"""The charts of a workload: one set for each machine, as runs of different machines are not compared."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from conformance.load.leaderboard import figures
from conformance.load.leaderboard.building import figure_of
from conformance.load.leaderboard.curves import Line
from conformance.load.leaderboard.drawing import Chart, drawn
from conformance.load.leaderboard.model import Leaderboard, Row, Workload
from conformance.load.leaderboard.runs import Run
from conformance.load.leaderboard.text import clean
from conformance.load.results.model import Spread

MOST: Final = 12
"""Servers in one chart: the best. The table has all."""
_NAME: Final = 36
Style = tuple[str, str, str]


def charts_of(board: Leaderboard, runs: Sequence[Run]) -> dict[str, list[Chart]]:
    """By the id of the workload."""
    by_hash = {run.sha256: run for run in runs}
    ranked = sorted({_style(row) for each in board.workloads for row in each.leaderboard})
    styles = {style: at for at, style in enumerate(ranked)}
    return {each.id: _of_workload(each, by_hash, styles) for each in board.workloads}


def _of_workload(workload: Workload, runs: Mapping[str, Run], styles: Mapping[Style, int]) -> list[Chart]:
    hardware = sorted({row.hardware for row in workload.leaderboard})
    charts = []
    for each in hardware:
        rows = [row for row in workload.leaderboard if row.hardware == each][:MOST]
        lines = [Line(_name(row, rows), styles[_style(row)], row, runs[row.input]) for row in rows]
        suffix = f", on {each}" if len(hardware) > 1 else ""
        charts += _of_machine(workload, lines, f"{workload.id}-{each.lower()}", suffix)
    return charts


def _of_machine(workload: Workload, lines: Sequence[Line], id: str, suffix: str) -> list[Chart]:
    count = f"{len(lines)} servers" if len(lines) > 1 else "1 server"
    charts = [_bars(workload, lines, f"{id}-bars", suffix)]
    if workload.shape != "breaking-point":
        what = f"Response time of {count} by percentile, bands from the lowest to the highest round."
        title = f"Percentiles of response time{suffix}"
        charts.append(drawn(f"{id}-percentiles", title, what, partial(figures.percentiles, lines)))
    if climbing := [line for line in lines if figures.has_climb(line)]:
        what = f"p50, p95 and p99 of {len(climbing)} of {count} over the rate of good answers, step by step."
        title = f"Latency over load{suffix}"
        charts.append(drawn(f"{id}-load", title, what, partial(figures.latency_over_load, climbing)))
    return charts


def _bars(workload: Workload, lines: Sequence[Line], id: str, suffix: str) -> Chart:
    spreads = [figure_of(line.row, workload.ranked_by) for line in lines]
    name, unit = workload.ranked_by, "good answers a second"
    if name == "rate":
        unit = "arrivals a second within the service level"
    elif name != "throughput":
        spreads, unit = [_in_ms(spread) for spread in spreads], f"{name} of response time in ms"
    ends = "the lowest rate that broke it" if name == "rate" else "the lowest and the highest round"
    what = f"{unit}, for each server, best first, with {ends}; the band is that of the first."
    draw = partial(figures.bars, lines, spreads, workload.order, unit)
    return drawn(id, f"Ranking figure: {name}{suffix}", what[:1].upper() + what[1:], draw)


def _in_ms(spread: Spread) -> Spread:
    def ms(value: float) -> float:
        return value / 1000

    return Spread(
        rounds=tuple(map(ms, spread.rounds)), median=ms(spread.median), low=ms(spread.low), high=ms(spread.high),
        pooled=None if spread.pooled is None else ms(spread.pooled),
    )  # fmt: skip


def _name(row: Row, rows: Sequence[Row]) -> str:
    """With what tells it from other rows of the same name."""
    same = [one for one in rows if one.server == row.server]
    parts = [row.server]
    if len({one.version for one in same}) > 1:
        parts.append(row.version)
    if len({one.revision for one in same}) > 1:
        parts.append(row.revision)
    return clean(" ".join(part for part in parts if part), _NAME)


def _style(row: Row) -> Style:
    return (row.server, row.version, row.revision)
