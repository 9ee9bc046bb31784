"""What stands in the cells of a table, for the page and for Markdown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.load.leaderboard.model import Hardware, Row, Workload
from conformance.load.leaderboard.placing import value_of
from conformance.load.results.model import Conformance
from conformance.load.results.wording import number, share

PERCENTILES: Final = ("p50", "p95", "p99", "p99.9")
NONE: Final = "\N{EN DASH}"


@dataclass(frozen=True)
class Cell:
    """`sort` orders the column; None comes last. `told` says that the text is a name that the server gave."""

    text: str
    sort: float | str | None
    told: bool = False


@dataclass(frozen=True)
class Column:
    """`text` explains the head. Numbers are aligned right."""

    head: str
    text: str
    cell: Callable[[Row], Cell]
    numeric: bool = False


def columns_of(workload: Workload, hardware: Sequence[Hardware]) -> list[Column]:
    texts = {one.id: one.text for one in hardware}
    limit = Column("highest rate (1/s)", "Highest rate within the service level, lowest that broke it", _limit, True)
    return [
        Column("rank", "Equal ranks: closer than the noise", _rank, True),
        Column("server", "Name given for the run, or told by the server", lambda row: _name(row.server)),
        Column("version", "Told by the server", lambda row: _name(row.version)),
        Column("revision", "Revision of MCP that was spoken", lambda row: _name(row.revision)),
        *([limit] if workload.ranked_by == "rate" else []),
        Column("good answers/s", "Good answers a second", _throughput, True),
        *(Column(f"{name} (ms)", f"{name} of response time", _percentile(name), True) for name in PERCENTILES),
        Column("errors", "Share of requests without a good answer, and why", _errors, True),
        Column("rounds", "Repetitions behind the figures", lambda row: Cell(str(row.rounds), row.rounds), True),
        Column("spread", "Highest minus lowest round, of the figure ranked by", _spread, True),
        Column("against the best", "Ratio to the first row, with 95 % confidence", _against, True),
        Column("hardware", "Machine, see below", lambda row: Cell(row.hardware, texts[row.hardware])),
        Column("date", "Start of the run, UTC", lambda row: Cell(row.date[:10] or NONE, row.date)),
        Column("conformance", "Checks passed of those judged, by the suites", _conformance, True),
    ]


def of_level(conformance: Conformance | None) -> str:
    """`yes, 120 of 120` or `no, 117 of 120`; warnings are told as well."""
    if conformance is None:
        return NONE
    word = {True: "yes", False: "no", None: "incomplete"}[conformance.conforms]
    warned = f", {conformance.warned} warned" if conformance.warned else ""
    return f"{word}, {conformance.passed} of {conformance.passed + conformance.failed}{warned}"


def milliseconds(microseconds: float) -> str:
    """Three digits."""
    value = microseconds / 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def validity(row: Row) -> str:
    notes = len(row.findings)
    return "valid" if not notes else f"valid, {notes} note{'s' if notes > 1 else ''}"


def _name(text: str) -> Cell:
    return Cell(text or NONE, text or None, told=bool(text))


def _rank(row: Row) -> Cell:
    return Cell(f"{row.rank}{'=' if row.tied else ''}", row.rank)


def _throughput(row: Row) -> Cell:
    if row.throughput is None:
        return Cell(NONE, None)
    value = value_of(row.throughput)
    return Cell(number(value), value)


def _percentile(name: str) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        found = row.percentiles.get(name)
        return Cell(milliseconds(value_of(found)), value_of(found)) if found else Cell(NONE, None)

    return cell


def _errors(row: Row) -> Cell:
    if row.error_rate is None:
        return Cell(NONE, None)
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(row.failures.items()) if count)
    return Cell(share(row.error_rate) + (f" ({kinds})" if kinds else ""), row.error_rate)


def _spread(row: Row) -> Cell:
    return Cell(NONE, None) if row.spread is None else Cell(f"{100 * row.spread:.1f} %", row.spread)


def _against(row: Row) -> Cell:
    found = row.against_best
    if found is None:
        return Cell(NONE, None)
    interval = "" if found.low is None or found.high is None else f" ({found.low:.3g} to {found.high:.3g})"
    return Cell(f"{found.ratio:.3g}{interval}", found.ratio)


def _limit(row: Row) -> Cell:
    if row.limit is None:
        return Cell(NONE, None)
    broke = "never broken" if row.limit.broken_at is None else f"broken at {number(row.limit.broken_at)}"
    return Cell(f"{number(row.limit.rate)} ({broke})", row.limit.rate)


def _conformance(row: Row) -> Cell:
    told = row.conformance
    judged = told.passed + told.failed if told else 0
    return Cell(of_level(told), told.passed / judged if told and judged else None)
