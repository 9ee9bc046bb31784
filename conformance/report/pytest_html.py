"""What the HTML report of pytest-html shows of a verdict: cells of its row, and the evidence under it."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from conformance.report.findings import by_family
from conformance.report.terminal import LEGEND, conclusion, table
from conformance.report.text import printable
from conformance.report.verdict import Verdict

TITLES = {"verdict": "Verdict", "requirement": "Requirement", "level": "Level", "scope": "Revision"}


def header_cells() -> list[str]:
    """The heads of our columns; pytest-html sorts by the name in `data-column-type`."""
    return [f'<th class="sortable" data-column-type="{name}">{title}</th>' for name, title in TITLES.items()]


def row_cells(verdict: Verdict | None) -> list[str]:
    """The cells of our columns; empty for a test that judges no requirement."""
    if verdict is None:
        return [f'<td class="col-{name}"></td>' for name in TITLES]
    values = {"verdict": verdict.status, **{name: getattr(verdict, name) for name in list(TITLES)[1:]}}
    return [f'<td class="col-{name}">{escape(values[name])}</td>' for name in TITLES]


def name_cell(nodeid: str) -> str:
    """A test id holds names that the target chose."""
    return f'<td class="col-testId">{escape(printable(nodeid))}</td>'


def spec_cell(verdict: Verdict | None) -> str:
    links = verdict.links if verdict else ()
    return f'<td class="col-links">{" ".join(_link(link, _short(link)) for link in links)}</td>'


def details(verdict: Verdict) -> str:
    """The rule and, where it is not simply kept, what was expected, what came, and the exchanges."""
    lines = [f"<b>{escape(verdict.rule)}</b>"]
    for label in ("subject", "expected", "received", "reason", "blocked_by", "advice"):
        if value := getattr(verdict, label):
            lines.append(f"{label.replace('_', ' '):<10} {escape(printable(value))}")
    lines += [escape(printable(reading)) for reading in verdict.readings]
    if verdict.replay:
        lines += ["replay", f"<code>{escape(printable(verdict.replay))}</code>"]
    lines += [_exchange(entry) for entry in verdict.transcript]
    return "\n".join(lines)


def overview(verdicts: Sequence[Verdict], target: Mapping[str, str]) -> str:
    """The conclusion, what was judged, and areas by revisions."""
    facts = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in target.items())
    tables = "".join(_table(judged) for judged in by_family(verdicts))
    return f"<h3>{escape(conclusion(verdicts))}</h3><table>{facts}</table>{tables}<p>{LEGEND}</p>"


def _table(verdicts: Sequence[Verdict]) -> str:
    rows = table(verdicts)
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _exchange(entry: Mapping[str, Any]) -> str:
    request, response = entry["request"], entry["response"]
    status = response["status"] or entry["failure"] or "no answer"
    title = f"{request['method']} {request['url']}: {status}"
    answer = [f"HTTP {response['status']}", *_headers(response["headers"]), "", response["body"]]
    text = [f"{request['method']} {request['url']}", *_headers(request["headers"]), "", request["body"], ""]
    text += answer if response["status"] else [str(entry["failure"] or "no answer")]
    shown = "\n".join(escape("\n".join(map(printable, part.splitlines()))) for part in text)
    return f"<details><summary>{escape(printable(title))}</summary>{shown}</details>"


def _headers(pairs: Iterable[Sequence[str]]) -> list[str]:
    return [f"{name}: {value}" for name, value in pairs]


def _link(url: str, text: str) -> str:
    return f'<a target="_blank" rel="noreferrer" href="{escape(url)}">{escape(text)}</a>'


def _short(url: str) -> str:
    return url.partition("/specification/")[2] or url.rpartition("/")[2]
