"""What a test judges: a rule of the specification under a revision, or a rule of a contract under a profile."""

from dataclasses import dataclass
from typing import Any

import pytest

from conformance.requirements import Requirement, load

CONTRACT = "conformance_contract"
"""The marker that carries the rule as its profile promises it; set at collection."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`scope` is the revision, or the profile of a contract; `fails` whether breaking the rule is more than a warning,
    `counts_strict` whether a warning is red with --strict."""

    id: str
    area: str
    text: str
    level: str
    scope: str
    fails: bool
    counts_strict: bool = True
    links: tuple[str, ...] = ()
    profile: str | None = None
    clauses: tuple[str, ...] = ()
    advice: str | None = None
    bursts: bool = False

    @property
    def revision(self) -> str:
        return "" if self.profile else self.scope


def requirement_of(item: pytest.Item) -> Requirement | None:
    """The rule of the specification that a test judges, or None."""
    marker = item.get_closest_marker("requirement")
    return load().get(marker.args[0]) if marker else None


def judged(item: pytest.Item) -> Judged | None:
    """What a test of ours judges; None for a test that is not ours."""
    if contract := item.get_closest_marker(CONTRACT):
        return of_contract(contract.args[0])
    rule = requirement_of(item)
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return of_requirement(rule, str(params.get("revision", ""))) if rule else None


def of_requirement(rule: Requirement, revision: str) -> Judged:
    known = revision in rule.revisions
    return Judged(
        id=rule.id,
        area=rule.area,
        text=rule.text,
        level=rule.level_in(revision) if known else rule.level,
        scope=revision,
        fails=rule.fails_in(revision) if known else rule.is_must,
        counts_strict=rule.max_verdict == "fail",
        links=rule.links(revision) if revision in rule.where else (),
    )


def of_contract(promised: Any) -> Judged:
    """`promised` is an `InForce` of conformance.contracts.profiles."""
    rule = promised.rule
    return Judged(
        id=rule.id,
        area=rule.contract,
        text=rule.text,
        level=promised.level,
        scope=promised.profile,
        fails=promised.level == "MUST",
        profile=promised.profile,
        clauses=promised.clauses,
        advice=rule.advice,
        bursts=rule.safety == "noisy",
    )
