"""The leaderboard in Markdown. Names of servers are code spans, so that nothing in them is markup or a link."""

from collections.abc import Iterator, Sequence

from conformance.load.leaderboard.cells import Cell, Column, columns_of, validity
from conformance.load.leaderboard.model import Leaderboard, Row, Workload
from conformance.load.leaderboard.reading import HOW_TO_READ
from conformance.load.leaderboard.text import code, words


def markdown(board: Leaderboard) -> str:
    return "\n".join(_lines(board)) + "\n"


def _lines(board: Leaderboard) -> Iterator[str]:
    yield f"# {words(board.title)}"
    yield ""
    yield f"{len(board.inputs)} runs, {len(board.workloads)} workloads, made at {board.generated_at_utc} by"
    yield f"mcp-conformance {board.tool}. There is no overall rank. Charts are in `leaderboard.html`."
    for workload in board.workloads:
        yield from ("", f"## {words(workload.title)}", "", words(workload.why))
        yield from _of_workload(workload, columns_of(workload, board.hardware))
    yield from ("", "## How to read this", "")
    yield from (f"- **{head}.** {words(text)}" for head, text in HOW_TO_READ)
    yield from ("", "## Hardware", "")
    yield from (f"- **{one.id}**: {code(one.text)}" for one in board.hardware)
    yield from ("", "## Made from", "")
    yield from (f"- {code(one.file)}: `{one.sha256}`" for one in board.inputs)


def _of_workload(workload: Workload, columns: Sequence[Column]) -> Iterator[str]:
    if workload.notes:
        yield from ("", *(f"> {words(note)}" for note in workload.notes))
    yield ""
    if workload.leaderboard:
        heads = [*(column.head for column in columns), "validity"]
        rules = ["---:" if column.numeric else "---" for column in columns] + ["---"]
        cells = [[*(_text(column.cell(row)) for column in columns), validity(row)] for row in workload.leaderboard]
        yield from map(_row, (heads, rules, *cells))
        yield from _repeats(workload.leaderboard)
    else:
        yield "No run of this workload can be ranked."
    if workload.unranked:
        yield from ("", "Not ranked:", "")
        yield from map(_unranked, workload.unranked)


def _unranked(row: Row) -> str:
    what = " ".join(part for part in (row.server, row.version, row.revision) if part)
    return f"- {code(what)}, {row.hardware}, {words(row.date[:10])}: {row.status}: {words(row.reason)}"


def _repeats(rows: Sequence[Row]) -> Iterator[str]:
    """A command has no line break and is indented, so it cannot end the block that it stands in."""
    yield from ("", "Repeated by, in the order of the rows:", "", "```sh")
    yield from (f"  {row.command}" for row in rows)
    yield "```"
    for row in rows:
        yield from ("", *(f"- {code(row.server)}: {words(each)}" for each in row.findings)) if row.findings else ()


def _text(cell: Cell) -> str:
    return code(cell.text) if cell.told else words(cell.text)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
