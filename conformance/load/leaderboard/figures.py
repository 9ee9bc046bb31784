"""Draws charts with matplotlib. Names come from servers: they are drawn as they are, never as formulas."""

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from conformance.load.leaderboard.curves import LOAD_PERCENTILES, Curve, Line, distribution, over_load
from conformance.load.leaderboard.model import Limit, Order
from conformance.load.leaderboard.palette import Palette
from conformance.load.leaderboard.placing import value_of
from conformance.load.results.model import Spread

_MARKS: Final = "os^Dv<>Pp*"
_DASHES: Final = ("solid", (0, (5, 2)), (0, (1, 1.5)))
_TICKS: Final = (50.0, 90.0, 99.0, 99.9, 99.99)
_WIDTH: Final = 8.6


def bars(lines: Sequence[Line], figures: Sequence[Spread], order: Order, unit: str, palette: Palette) -> Figure:
    """The ranking figure of each server with the lowest and highest of its rounds; the band is that of the best."""
    figure, axes = _canvas(0.34 * len(lines) + 0.9, palette)
    ends = [_ends(line.row.limit, spread) for line, spread in zip(lines, figures, strict=True)]
    values = [value_of(spread) for spread in figures]
    axes.axvspan(*ends[0], color=palette.text, alpha=0.12, linewidth=0)
    for at, (line, value, (low, high)) in enumerate(zip(lines, values, ends, strict=True)):
        axes.barh(at, value, height=0.62, color=palette.of(line.style), alpha=0.75)
        error = [[max(0.0, value - low)], [max(0.0, high - value)]]
        axes.errorbar(value, at, xerr=error, color=palette.text, elinewidth=1.2, capsize=4, fmt="none")
        axes.annotate(
            f"{value:,.3g}" if value < 1000 else f"{value:,.0f}", (max(high, value), at), (6, 0),
            textcoords="offset points", va="center", color=palette.text,
        )  # fmt: skip
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    axes.invert_yaxis()
    axes.set_xlim(0, max((high for _, high in ends), default=1) * 1.12 or 1)
    axes.set_xlabel(f"{unit}, {'more' if order == 'highest first' else 'less'} is better")
    axes.grid(axis="y", visible=False)
    return figure


def percentiles(lines: Sequence[Line], palette: Palette) -> Figure:
    """Response time over percentiles, the bands from the lowest to the highest round."""
    figure, axes = _canvas(4.2, palette, lines)
    curves = [(line, distribution(line.run)) for line in lines]
    for line, curve in curves:
        axes.fill_between(curve.x[: len(curve.low)], curve.low, curve.high, **_band(line, palette))
        axes.plot(curve.x, curve.y, markevery=(line.style % 7, 7), **_stroke(line, palette))
    _log_axes(axes, "percentile of response time", "response time in ms")
    last = max((curve.x[-1] for _, curve in curves if curve.x), default=10)
    shown = [at for at in _TICKS if 100 / (100 - at) <= last * 1.01]
    axes.set_xticks([100 / (100 - at) for at in shown], [f"{at:g} %" for at in shown])
    axes.minorticks_off()
    return figure


def latency_over_load(lines: Sequence[Line], palette: Palette) -> Figure:
    """A panel for each percentile: response time over the rate of good answers, step by step."""
    figure, panels = _canvas(3.6, palette, lines, columns=len(LOAD_PERCENTILES))
    for axes, percentile in zip(panels, LOAD_PERCENTILES, strict=True):
        for line in lines:
            curve = over_load(line.run, percentile)
            axes.plot(curve.x, curve.y, **_stroke(line, palette))
        _log_axes(axes, "good answers a second", "response time in ms" if axes is panels[0] else "")
        axes.set_title(f"p{percentile:g}", color=palette.text)
    return figure


def has_climb(line: Line) -> bool:
    curve: Curve = over_load(line.run, LOAD_PERCENTILES[0])
    return len(curve.x) > 1


def _ends(limit: Limit | None, spread: Spread) -> tuple[float, float]:
    return (limit.rate, limit.broken_at or limit.rate) if limit else (spread.low, spread.high)


def _canvas(height: float, palette: Palette, lines: Sequence[Line] = (), columns: int = 1) -> tuple[Figure, Any]:
    """A figure with its axes, or a row of them that share the vertical one, over a legend of the lines."""
    rows = -(-len(lines) // 2)
    figure = Figure(figsize=(_WIDTH, height + 0.2 * rows), layout="constrained", facecolor=palette.page)
    panels: Any = figure.subplots(1, columns, sharey=True)
    for axes in [panels] if columns == 1 else panels:
        axes.set_facecolor("none")
        axes.tick_params(colors=palette.text, which="both")
        axes.xaxis.label.set_color(palette.text)
        axes.yaxis.label.set_color(palette.text)
        axes.spines[:].set_color(palette.grid)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        axes.grid(color=palette.grid, linewidth=0.7)
    if lines:
        _legend(figure, lines, palette)
    return figure, panels


def _legend(figure: Figure, lines: Sequence[Line], palette: Palette) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **_stroke(line, palette)) for line in lines]
    labels = [str(at) for at in range(len(lines))]
    legend = figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, handlelength=3)
    for text, line in zip(legend.get_texts(), lines, strict=True):
        text.set_text(line.name)
        text.set_color(palette.text)


def _stroke(line: Line, palette: Palette) -> dict[str, Any]:
    return {
        "color": palette.of(line.style), "linewidth": 1.7, "marker": _MARKS[line.style % len(_MARKS)],
        "markersize": 4.5, "linestyle": _DASHES[line.style // len(_MARKS) % len(_DASHES)],
    }  # fmt: skip


def _band(line: Line, palette: Palette) -> dict[str, Any]:
    return {"color": palette.of(line.style), "alpha": 0.16, "linewidth": 0}


def _log_axes(axes: Axes, across: str, up: str) -> None:
    plain = FuncFormatter(lambda value, _: f"{value / 1000:g}k" if value >= 1000 else f"{value:g}")
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(plain)
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(across)
    axes.set_ylabel(up)
