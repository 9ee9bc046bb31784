"""What a reader of a table has to know before comparing its rows."""

from collections.abc import Iterable, Sequence

from conformance.load.leaderboard.model import Row
from conformance.load.leaderboard.text import clean


def notes_on(rows: Sequence[Row], tools: Iterable[str]) -> tuple[str, ...]:
    """Of the rows that have a rank; `tools` are the versions that made the runs."""
    return tuple(
        note for note in (_machines(rows), _alone(rows), _called(rows), _revisions(rows), _made(tools)) if note
    )


def _machines(rows: Sequence[Row]) -> str:
    count = len({row.hardware for row in rows})
    if count < 2:
        return ""
    return f"The runs come from {count} machines. Ranks hold within a machine only; between machines nothing is ranked."


def _alone(rows: Sequence[Row]) -> str:
    alone = [row.server for row in rows if row.limit is None and row.rounds < 2]
    if not alone:
        return ""
    return f"A single round cannot tell its own noise: {_listed(alone)} differ from others only if by 25 % or more."


def _called(rows: Sequence[Row]) -> str:
    called = {row.operations for row in rows}
    return "Servers were asked for different operations, see their rows." if len(called) > 1 else ""


def _revisions(rows: Sequence[Row]) -> str:
    spoken = sorted({row.revision for row in rows})
    return f"Servers spoke different revisions of MCP: {_listed(spoken)}." if len(spoken) > 1 else ""


def _made(tools: Iterable[str]) -> str:
    versions = sorted({clean(tool) for tool in tools})
    return f"Runs were made by different versions of mcp-conformance: {_listed(versions)}." if len(versions) > 1 else ""


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
