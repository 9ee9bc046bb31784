"""The badge of a run: an SVG that needs nothing else, and the JSON that shields.io makes a badge of."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from conformance.report.run_facts import headline, state
from conformance.report.verdict import Verdict

GREEN, YELLOW, RED, GREY = "brightgreen", "yellow", "red", "lightgrey"
FILLS: Final = {GREEN: "#2a7d2e", YELLOW: "#8a6100", RED: "#c03221", GREY: "#666666"}
"""Dark enough for white letters on them (contrast of at least 4.5)."""
TEMPLATE: Final = Path(__file__).with_name("badge.svg.template")
PADDING: Final = 6

WIDTHS: Final[Mapping[str, float]] = {
    **dict.fromkeys("ijl.,:;'|!", 3.9), **dict.fromkeys("Ift()[]/ -", 4.6), **dict.fromkeys("rsz", 5.4),
    **dict.fromkeys("mwMW@%", 10.2), **dict.fromkeys("ABCDGHNOQRU", 8.2),
}  # fmt: skip
"""Pixels of a letter of Verdana at 11 pixels, by kinds of letters; the text is stretched to what they add up to."""
LETTER: Final = 6.9


def render_svg(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    label, (message, colour) = _label(verdicts), _message(head, verdicts)
    widths = _width(label), _width(message)
    left, right = (width + 2 * PADDING for width in widths)
    title = f"{label}: {headline(head, verdicts)}"
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        width=left + right, left=left, right=right, fill=FILLS[colour],
        title=escape(title), quoted_title=quoteattr(title),
        label=escape(label), label_width=widths[0], label_middle=f"{left / 2:g}",
        message=escape(message), message_width=widths[1], message_middle=f"{left + right / 2:g}",
    )  # fmt: skip


def render_endpoint(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """See https://shields.io/badges/endpoint-badge."""
    message, colour = _message(head, verdicts)
    document = {"schemaVersion": 1, "label": _label(verdicts), "message": message, "color": colour}
    return json.dumps({**document, "isError": True} if colour == RED else document) + "\n"


def _label(verdicts: Sequence[Verdict]) -> str:
    return "MCP" if not verdicts or any(not one.is_contract for one in verdicts) else "MCP contracts"


def _message(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> tuple[str, str]:
    """Words and a colour."""
    match state(head, verdicts):
        case "broken":
            return f"{len({one.requirement for one in verdicts if one.red and one.status != 'error'})} broken", RED
        case "incomplete":
            return "incomplete", GREY
        case "good":
            return _good(verdicts)
        case _:
            return "not judged", GREY


def _good(verdicts: Sequence[Verdict]) -> tuple[str, str]:
    said = "conforms" if any(not one.is_contract for one in verdicts) else "kept"
    warned = {one.requirement for one in verdicts if one.status == "warn" and one.accepted is None}
    accepted = {one.requirement for one in verdicts if one.accepted is not None}
    notes = [f"{len(found)} {word}" for found, word in ((warned, "warned"), (accepted, "accepted")) if found]
    return ", ".join([said, *notes]), YELLOW if accepted else GREEN


def _width(text: str) -> int:
    return round(sum(WIDTHS.get(letter, LETTER) for letter in text))
