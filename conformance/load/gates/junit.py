"""JUnit XML as pytest writes it: a test case for the validity of the run, and one for each gate.

A gate that failed is a failure. One that was not evaluated is an error, and so is an invalid run: neither may look as
if it had passed.
"""

from collections.abc import Sequence
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.load.gates.outcome import load_of
from conformance.load.results.model import Difference, Gate, Result
from conformance.report.text import printable

Problem = Literal["failure", "error"]

_LONGEST: Final = 2000


def junit_xml(result: Result, *, worse_fails: bool = False) -> str:
    """With `worse_fails`, each figure that was compared with the baseline is a test case as well."""
    cases = [_validity(result), *map(_of_gate, result.gates)]
    cases += [_of_difference(one) for one in result.baseline if worse_fails]
    root = Element("testsuites", name="mcp-conformance load")
    suite = SubElement(
        root, "testsuite", name="load", errors=_count(cases, "error"), failures=_count(cases, "failure"), skipped="0",
        tests=str(len(cases)), time=f"{sum(one.seconds for one in result.phases):.3f}",
        timestamp=_clean(result.started_at),
    )  # fmt: skip
    properties = SubElement(suite, "properties")
    for name, value in (("target", result.target.url), ("command", result.command)):
        SubElement(properties, "property", name=name, value=_clean(value))
    for case in cases:
        case.set("classname", f"load.{result.plan.scenario}")
        suite.append(case)
    indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _count(cases: Sequence[Element], problem: Problem) -> str:
    return str(sum(case.find(problem) is not None for case in cases))


def _case(name: str, problem: Problem | None = None, message: str = "", text: str = "") -> Element:
    case = Element("testcase", name=_clean(name), time="0.000")
    if problem:
        SubElement(case, problem, message=_clean(message)).text = _clean(text)
    return case


def _validity(result: Result) -> Element:
    wrong = [one for one in result.findings if one.invalidates]
    texts = "\n".join(one.text for one in wrong)
    codes = ", ".join(dict.fromkeys(one.code for one in wrong))
    return _case(f"the run is valid ({load_of(result)})", "error" if wrong else None, f"invalid: {codes}", texts)


def _of_gate(gate: Gate) -> Element:
    problems: dict[str, Problem] = {"fail": "failure", "not evaluated": "error"}
    name = f"{gate.operation}: {gate.threshold} ({gate.source})"
    return _case(name, problems.get(gate.verdict), f"{gate.verdict}: {gate.text}", gate.text)


def _of_difference(one: Difference) -> Element:
    name = f"{one.operation}: {one.figure} against the baseline"
    return _case(name, "failure" if one.verdict == "worse" else None, one.text, one.text)


def _clean(text: str) -> str:
    """Controls, and whatever else XML cannot hold, as escapes, line by line; bounded."""
    return "\n".join(printable(line) for line in text[:_LONGEST].split("\n"))
