"""Which rules a profile promises, and how strongly."""

from dataclasses import dataclass
from typing import Literal

from conformance.contracts.clauses import Clause
from conformance.contracts.clauses import load as load_clauses
from conformance.contracts.profiles.model import Profile
from conformance.contracts.rules import ContractRule

Level = Literal["MUST", "SHOULD"]


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule under a profile: its level, and the clauses that promise it."""

    rule: ContractRule
    profile: str
    level: Level
    clauses: tuple[str, ...] = ()


def in_force(rule: ContractRule, profile: Profile, *, strict_profile: bool) -> InForce | str | None:
    """The rule as the profile promises it; words when no document promises it; None when nobody does.

    What a profile says under `[rules]` comes first, then the clauses of its system, and without clauses the level of
    the rule itself. A clause that only source code shows (basis S) or that is inferred (I) counts with
    `strict_profile`.
    """
    said = profile.rules.get(rule.id)
    if said == "off":
        return None
    named = [load_clauses()[id] for id in rule.clauses]
    own = [clause for clause in named if clause.system == profile.clauses]
    counted = [clause for clause in own if clause.promised or strict_profile]
    if said is not None:
        return InForce(rule, profile.name, _upper(said), _ids(counted or own))
    if not profile.clauses:
        return InForce(rule, profile.name, _upper(rule.level))
    if not own:
        return None
    if not counted:
        return f"source code shows it or it is inferred ({', '.join(_ids(own))}); --strict-profile judges it"
    strictest = "must" if any(clause.level == "must" for clause in counted) else "should"
    return InForce(rule, profile.name, _upper(strictest), _ids(counted))


def _upper(level: str) -> Level:
    return "MUST" if level == "must" else "SHOULD"


def _ids(found: list[Clause]) -> tuple[str, ...]:
    return tuple(clause.id for clause in found)
