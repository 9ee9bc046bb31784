"""The report as one HTML file that needs no network: what is read first is plain HTML, the long list is data."""

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance import __version__
from conformance.report.comparing import Comparison, changes
from conformance.report.html.finding import FindingView, findings, not_judged
from conformance.report.html.inert import inert
from conformance.report.html.listing import as_script_data, listing
from conformance.report.html.matrix import NAMES, matrices
from conformance.report.html.standing import Standing, counts, overall, standings
from conformance.report.merging import TargetRun, VerdictFile, merged
from conformance.report.verdict import Verdict

GLYPHS = {
    "pass": "✓", "fail": "✕", "error": "!", "warn": "▲", "blocked": "■", "not-testable": "?", "not-applicable": "·",
}  # fmt: skip
"""A status must not be told by its colour alone."""
AT_ONCE = 12
"""Findings above the matrix; the others open with one press."""


@dataclass(frozen=True, slots=True)
class TargetView:
    """What identifies one target and its run, for people."""

    name: str
    url: str
    server: str
    started: str
    facts: tuple[tuple[str, str], ...]
    not_spoken: tuple[tuple[str, str], ...]
    standings: tuple[Standing, ...]
    files: int
    repeated: int


def page_of_run(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """The page of one verdict file."""
    return page(merged([VerdictFile("verdicts.json", head, tuple(verdicts))]))


def page(runs: Sequence[TargetRun], comparison: Comparison | None = None) -> str:
    """The whole document."""
    loader = PackageLoader("conformance.report.html", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(glyphs=GLYPHS, names=NAMES, inert=inert, changes=changes, at_once=AT_ONCE)
    style, script = (loader.get_source(environment, name)[0] for name in ("style.css", "script.js"))
    labels = [inert(f"T{number} {run.server or run.url}", 80) for number, run in enumerate(runs, start=1)]
    found = findings(runs, labels)
    return environment.get_template("report.html.j2").render(
        targets=[_target(run, number) for number, run in enumerate(runs, start=1)],
        overall=overall([standings(run) for run in runs]),
        counts=counts(runs),
        findings=found,
        further=_further(found[AT_ONCE:]),
        not_judged=not_judged(runs),
        matrices=matrices(runs, labels),
        comparison=comparison,
        data=Markup(as_script_data(listing(runs, labels))),
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        version=__version__,
    )  # fmt: skip


def _further(findings: Sequence[FindingView]) -> str:
    """How many of what, for the line that opens them."""
    tally = Counter(one.status for one in findings)
    return ", ".join(f"{count} {NAMES[status]}" for status, count in tally.items())


def _hash(text: str) -> str:
    """As a Content-Security-Policy names an inline element that may be used."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _target(run: TargetRun, number: int) -> TargetView:
    facts: dict[str, Any] = {
        "server": run.server,
        "revisions": ", ".join(run.revisions) or "none",
        "profiles": ", ".join(f"{name} {version}" for name, version in run.profiles.items()),
        "begun": run.started.replace("T", " ").replace("Z", " UTC"),
        "took": f"{run.seconds:,.1f} s, {run.requests:,} requests" if run.complete else "",
        "judged by": f"mcp-conformance {run.tool}",
    }
    return TargetView(
        name=f"T{number}",
        url=inert(run.url, 300),
        server=inert(run.server, 100),
        started=inert(facts["begun"], 40),
        facts=tuple((name, inert(value, 300)) for name, value in facts.items() if value),
        not_spoken=tuple((inert(revision, 40), inert(reason, 400)) for revision, reason in run.not_spoken.items()),
        standings=tuple(standings(run)),
        files=len(run.files),
        repeated=run.repeated,
    )
