"""A requirement for people: the rule, its level and pages by revision, and how it is tested."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from conformance.checks.invariants import Invariant, invariants
from conformance.plugin.invocation import suites_directory
from conformance.requirements import Requirement

CLAIMS = ("requirement", "rule")
"""The decorators by which a test says what it judges."""


def explain(rule: Requirement) -> str:
    lines = [f"{rule.id} ({rule.area})", f"  {rule.text}", ""]
    for revision in rule.revisions:
        lines.append(f"  {revision}  {rule.level_in(revision)}")
        lines += [f"              {link}" for link in rule.links(revision)]
    lines += ["", f"  how       {rule.how}", f"  needs     {rule.needs}"]
    if rule.notes:
        lines.append(f"  notes     {rule.notes}")
    if rule.max_verdict == "warn":
        lines.append("  verdict   never more than a warning")
    lines += [f"  tested by {place}" for place in tested_by().get(rule.id, ())]
    if rule.not_checked:
        lines.append(f"  not checked: {rule.not_checked}")
    return "\n".join(lines)


def listing(rules: Iterable[Requirement], area: str | None) -> str:
    chosen = [rule for rule in rules if area in (None, rule.area)]
    return "\n".join(f"{rule.level:<10} {rule.area:<15} {rule.id}" for rule in chosen)


@cache
def tested_by() -> Mapping[str, tuple[str, ...]]:
    """The tests and invariants that judge each requirement; tests are read from the source without running it."""
    found: dict[str, dict[str, None]] = {}
    for id, place in (*_tests(suites_directory()), *map(_place, invariants())):
        found.setdefault(id, {})[place] = None
    return {id: tuple(places) for id, places in found.items()}


def _tests(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("test_*.py")):
        for id, name in _claims(path):
            yield id, f"suites/{path.relative_to(root).as_posix()}::{name}"


def _claims(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            for one in node.decorator_list:
                if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in CLAIMS:
                    yield from ((str(arg.value), node.name) for arg in one.args if isinstance(arg, ast.Constant))


def _place(one: Invariant) -> tuple[str, str]:
    """A judge that was made by a function has no name of its own to look for."""
    module, name = one.judge.__module__.rpartition(".")[2], getattr(one.judge, "__qualname__", "<made>")
    return one.requirement, f"all traffic/{module}.py" + ("" if "<" in name else f"::{name}")
