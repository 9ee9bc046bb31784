"""The leaderboard as CSV: a line for each row of each workload, ranked or not, times in milliseconds."""

import csv
import io
from typing import Final

from conformance.load.leaderboard.cells import PERCENTILES, of_level
from conformance.load.leaderboard.model import Leaderboard, Row, Workload
from conformance.load.leaderboard.placing import value_of
from conformance.load.leaderboard.text import for_sheet
from conformance.load.results.model import Spread

HEADS: Final = (
    "workload", "ranked_by", "status", "rank", "tied", "server", "version", "revision", "highest_rate", "broken_at",
    "throughput", "throughput_low", "throughput_high", *(
        f"{name}_ms{end}" for name in PERCENTILES for end in ("", "_low", "_high")
    ), "error_rate", "rounds", "spread", "hardware", "date", "conformance", "findings", "reason", "command", "input",
)  # fmt: skip

_Value = str | float | int | None


def sheet(board: Leaderboard) -> str:
    texts = {one.id: one.text for one in board.hardware}
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADS)
    for workload in board.workloads:
        for row in (*workload.leaderboard, *workload.unranked):
            values = _values(workload, row, texts[row.hardware])
            writer.writerow([for_sheet(value) if isinstance(value, str) else value for value in values])
    return file.getvalue()


def _values(workload: Workload, row: Row, hardware: str) -> list[_Value]:
    limit = row.limit
    percentiles = [end for name in PERCENTILES for end in _ends(row.percentiles.get(name), 1000)]
    return [
        workload.id, workload.ranked_by, row.status, row.rank, "yes" if row.tied else "no", row.server, row.version,
        row.revision, limit.rate if limit else None, limit.broken_at if limit else None, *_ends(row.throughput, 1),
        *percentiles, row.error_rate, row.rounds, row.spread, hardware, row.date, of_level(row.conformance),
        "; ".join(row.findings), row.reason, row.command, row.input,
    ]  # fmt: skip


def _ends(spread: Spread | None, divided_by: int) -> list[float | None]:
    if spread is None:
        return [None, None, None]
    return [value / divided_by for value in (value_of(spread), spread.low, spread.high)]
