"""Verdicts as JUnit XML that keeps to the schema of Jenkins (junit-10.xsd), which the strictest readers insist on.

The schema has no properties of a single test case. They are lines of its output instead, `[[PROPERTY|name=value]]`,
as several test management systems read them; pytest's own --junitxml writes them as elements.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from conformance.report.failure_text import failure_text
from conformance.report.run_facts import RunFacts, headline, run_facts
from conformance.report.text import clipped, printable
from conformance.report.verdict import Verdict

MESSAGE_SHOWN: Final = 500
NAME_SHOWN: Final = 300
Outcome = str
"""failure, error, skipped, or nothing for what passed."""


def render(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """One suite for each revision or profile, one test case for each verdict."""
    root = Element("testsuites", {"name": "mcp-conformance", **_counts(verdicts, skipped=False)})
    facts = run_facts(head)
    for scope, judged in _by_scope(verdicts).items():
        suite = SubElement(root, "testsuite", _suite_attributes(scope, judged, facts))
        _properties(suite, {**_run_properties(facts), "conclusion": headline(head, verdicts)})
        for verdict in judged:
            _case(suite, verdict)
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def outcome(verdict: Verdict) -> Outcome:
    """What does not fail the run is no failure here either: a warning, or what a baseline accepts."""
    if verdict.status == "pass":
        return ""
    if not verdict.red:
        return "skipped"
    return "error" if verdict.status == "error" else "failure"


def _by_scope(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for one in verdicts:
        found.setdefault(one.scope, []).append(one)
    return dict(sorted(found.items()))


def _counts(verdicts: Sequence[Verdict], *, skipped: bool) -> dict[str, str]:
    outcomes = [outcome(one) for one in verdicts]
    counts = {"tests": len(outcomes), "failures": outcomes.count("failure"), "errors": outcomes.count("error")}
    if skipped:
        counts["skipped"] = outcomes.count("skipped")
    seconds = sum(one.seconds for one in verdicts)
    return {**{name: str(count) for name, count in counts.items()}, "time": f"{seconds:.3f}"}


def _suite_attributes(scope: str, judged: Sequence[Verdict], facts: RunFacts) -> dict[str, str]:
    named = {"name": _short(f"mcp-conformance {scope}".rstrip()), **_counts(judged, skipped=True)}
    return {**named, "timestamp": facts.started.removesuffix("Z")} if facts.started else named


def _run_properties(facts: RunFacts) -> dict[str, str]:
    return {
        "target": facts.url,
        "server": facts.server,
        "revisions": ", ".join(facts.revisions),
        "profiles": ", ".join(facts.profiles),
        "judged by": f"mcp-conformance {facts.version}".rstrip(),
        "complete": str(facts.complete).lower(),
    }


def _properties(parent: Element, values: Mapping[str, str]) -> None:
    listed = SubElement(parent, "properties")
    for name, value in values.items():
        if value:
            SubElement(listed, "property", {"name": name, "value": value})


def _case(suite: Element, verdict: Verdict) -> None:
    path, _, name = verdict.nodeid.partition("::")
    place = path.removesuffix(".py").replace("/", ".") or "mcp-conformance"
    attributes = {"classname": _short(place), "name": _short(name or verdict.requirement)}
    case = SubElement(suite, "testcase", {**attributes, "time": f"{verdict.seconds:.3f}"})
    if tag := outcome(verdict):
        found = SubElement(case, tag, {"type": _short(verdict.status), "message": _message(verdict)})
        found.text = failure_text(verdict)
    SubElement(case, "system-out").text = "\n".join(_property_lines(verdict))


def _property_lines(verdict: Verdict) -> Iterable[str]:
    values = {
        "requirement": verdict.requirement, "level": verdict.level, "area": verdict.area,
        "revision": verdict.revision, "profile": verdict.profile, "clauses": " ".join(verdict.clauses),
        "verdict": verdict.status, "subject": verdict.subject, "spec": " ".join(verdict.links),
        "accepted": verdict.accepted.reason if verdict.accepted else None,
    }  # fmt: skip
    return [f"[[PROPERTY|{name}={_short(value)}]]" for name, value in values.items() if value]


def _message(verdict: Verdict) -> str:
    said = verdict.reason or f"expected {verdict.expected}; received {verdict.received}"
    return printable(clipped(f"{verdict.requirement}: {said}", MESSAGE_SHOWN))


def _short(text: str) -> str:
    return printable(clipped(text, NAME_SHOWN))
