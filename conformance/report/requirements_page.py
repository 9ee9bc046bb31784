"""The page of the docs that lists every requirement: `python -m conformance.report.requirements_page`."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from conformance.report.explain import tested_by
from conformance.requirements import Requirement, load
from conformance.requirements.requirement import REVISIONS

OPENING = """\
# Requirements

<!-- Written by python -m conformance.report.requirements_page; change the registry, not this page. -->

The rules of the specification that bind a server: {rules}, in {areas} areas. {judged} of them are judged.
The rest are listed with the reason, so that nobody takes silence for a pass.

A level links to the sentence behind it. A broken MUST is a failure; *(warn)* marks a rule that never is more than
a warning, because the specification says it in passing or contradicts itself. *traffic* is judged on every exchange
of a run, *test* by a check of its own. `mcp-conformance explain ID` says how, and what a server needs for it.
"""

SPECIAL = re.compile(r"([\\`*_|<>\[\]])")


def page(rules: Iterable[Requirement]) -> str:
    """The page in Markdown. Rules of one area have to stand together, as they do in the registry."""
    listed = list(rules)
    areas = [(area, list(members)) for area, members in groupby(listed, key=lambda rule: rule.area)]
    judged = sum(rule.id in tested_by() for rule in listed)
    opening = OPENING.format(rules=len(listed), areas=len(areas), judged=judged)
    return "\n".join([opening, *(_section(area, members) for area, members in areas)])


def _section(area: str, rules: list[Requirement]) -> str:
    lines = [f"## {area}", "", f"| rule | {' | '.join(REVISIONS)} | judged |", "| --- " * (len(REVISIONS) + 2) + "|"]
    return "\n".join([*lines, *map(_row, rules), ""])


def _row(rule: Requirement) -> str:
    name = f'<a id="{rule.id}"></a>`{rule.id}`<br>{_escaped(rule.text)}'
    return f"| {' | '.join([name, *_levels(rule), _judged(rule)])} |"


def _levels(rule: Requirement) -> Iterator[str]:
    capped = " *(warn)*" if rule.max_verdict == "warn" else ""
    for revision in REVISIONS:
        known = revision in rule.levels
        yield f"[{rule.level_in(revision)}]({rule.links(revision)[0]}){capped}" if known else ""


def _judged(rule: Requirement) -> str:
    ways = sorted({"traffic" if place.startswith("all traffic") else "test" for place in tested_by().get(rule.id, ())})
    return " and ".join(ways) or f"no: {_escaped(rule.not_checked or 'no test yet')}"


def _escaped(text: str) -> str:
    """The text of a rule quotes protocol, which Markdown must not read."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


if __name__ == "__main__":
    print(page(load().values()), end="")
