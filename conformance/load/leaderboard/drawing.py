"""Charts as SVG that stands in a page: the same bytes for the same figures, readable on light and dark."""

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from conformance.load.leaderboard.palette import MARKERS, Palette, themed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none", "text.parse_math": False, "font.size": 9.5, "axes.unicode_minus": False,
}  # fmt: skip
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True)
class Chart:
    """`title` and `text` say what the chart shows to those who do not see it."""

    id: str
    title: str
    text: str
    svg: str


def drawn(id: str, title: str, text: str, figure: "Callable[[Palette], Figure]") -> Chart:
    """`id` is unique in the page."""
    import matplotlib

    file = io.BytesIO()
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": id}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of glyphs that the font lacks: the browser has its own fonts
        figure(MARKERS).savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    return Chart(id, title, text, _inlined(file.getvalue().decode(), id, title, text))


def _inlined(svg: str, id: str, title: str, text: str) -> str:
    """Without what belongs to a document of its own, and with a name."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    name = f'<title id="{id}-title">{escape(title)}</title><desc id="{id}-text">{escape(text)}</desc>'
    head = f'<svg role="img" aria-labelledby="{id}-title {id}-text"'
    return re.sub(r"<svg([^>]*)>", lambda match: f"{head}{match[1]}>{name}", themed(body), count=1)
