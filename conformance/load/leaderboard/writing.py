"""The files of a leaderboard."""

from collections.abc import Sequence

import msgspec

from conformance.load.leaderboard.charts import charts_of
from conformance.load.leaderboard.html import page
from conformance.load.leaderboard.markdown import markdown
from conformance.load.leaderboard.model import Leaderboard
from conformance.load.leaderboard.runs import Run
from conformance.load.leaderboard.sheet import sheet


def documents(board: Leaderboard, runs: Sequence[Run]) -> dict[str, str]:
    """Their contents by file name. The same board makes the same bytes."""
    return {
        "leaderboard.html": page(board, charts_of(board, runs)),
        "leaderboard.md": markdown(board),
        "leaderboard.csv": sheet(board),
        "leaderboard.json": msgspec.json.format(msgspec.json.encode(board), indent=1).decode() + "\n",
    }
