"""The leaderboard as one HTML page that needs no network. Whatever a file holds is text in it."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.load.leaderboard.cells import Cell, columns_of, validity
from conformance.load.leaderboard.drawing import Chart
from conformance.load.leaderboard.model import Leaderboard, Workload
from conformance.load.leaderboard.palette import DARK, LIGHT, variables
from conformance.load.leaderboard.reading import HOW_TO_READ


def page(board: Leaderboard, charts: Mapping[str, Sequence[Chart]]) -> str:
    """`charts` are by the id of their workload."""
    loader = PackageLoader("conformance.load.leaderboard", "page")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    script, style = (loader.get_source(environment, name)[0] for name in ("sort.js", "style.css"))
    return environment.get_template("leaderboard.html").render(
        board=board,
        charts=charts,
        columns_of=columns_of,
        validity=validity,
        sorting=_sorting,
        several_machines=_several_machines,
        how_to_read=HOW_TO_READ,
        light=Markup(variables(LIGHT)),
        dark=Markup(variables(DARK)),
        style=Markup(style),
        script=script,
        script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
    )


def _sorting(cell: Cell) -> str:
    return "" if cell.sort is None else str(cell.sort)


def _several_machines(workload: Workload) -> bool:
    return len({row.hardware for row in workload.leaderboard}) > 1
