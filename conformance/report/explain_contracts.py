"""A contract rule and a clause for people: what is promised, by whom, and how it is judged."""

from collections.abc import Iterable, Iterator
from typing import Final

from conformance.contracts.clauses import Clause
from conformance.contracts.clauses import load as load_clauses
from conformance.contracts.rules import ContractRule, Safety
from conformance.contracts.rules import load as load_rules
from conformance.report.explain import tested_by

BASES: Final = {
    "D": "D: the runbook itself says it",
    "P": "P: another document of the system says it",
    "S": "S: only its source code shows it; judged with --strict-profile",
    "I": "I: inferred; judged with --strict-profile",
}
PLANES: Final = {
    "wire": "in requests to the target",
    "fake-peer": "to a peer that this tool plays",
    "artifact": "in artifacts, which --evidence names",
    "time": "over time",
    "exec": "where commands are run on the system",
}
SAFETY: Final[dict[Safety, str]] = {
    "safe": "safe",
    "write": "leaves something behind: needs --allow-writes",
    "noisy": "a burst or a long wait: needs --allow-noisy",
    "destructive": "changes what the target serves: needs --allow-destructive",
    "offline": "asks nothing of the target",
}


def explain_rule(rule: ContractRule) -> str:
    lines = [f"{rule.id} ({rule.contract})", f"  {rule.text}", ""]
    lines.append(f"  level     {rule.level.upper()} in a profile of one's own, that of the clauses otherwise")
    lines += [f"  how       {rule.how}", f"  safety    {SAFETY[rule.safety]}", f"  when red  {rule.advice}"]
    if rule.see:
        lines.append(f"  see       {rule.see}")
    lines += [f"  promised by {_in_a_line(load_clauses()[id])}" for id in rule.clauses]
    lines += [f"  tested by {place}" for place in tested_by().get(rule.id, ())]
    return "\n".join(lines)


def explain_clause(clause: Clause) -> str:
    lines = [f"{clause.id} ({clause.system}, {clause.level.upper()})"]
    lines += [f"  given     {clause.given}", f"  when      {clause.when}", f"  then      {clause.then}", ""]
    lines += [f"  source    {clause.source}", f"  basis     {BASES[clause.basis]}"]
    lines += [f"  shows     {PLANES[clause.plane]}", f"  safety    {SAFETY[clause.safety]}"]
    if clause.notes:
        lines.append(f"  notes     {clause.notes}")
    for rule in judging(clause):
        lines.append(f"  judged by {rule.id}: {rule.text}")
        lines += [f"            {place}" for place in tested_by().get(rule.id, ())]
    if clause.excused:
        lines.append(f"  not judged: {clause.excused}")
    return "\n".join(lines)


def listing_of_rules(contract: str | None) -> Iterator[str]:
    for rule in load_rules().values():
        if contract in (None, rule.contract):
            yield f"{rule.level.upper():<10} {rule.contract:<15} {rule.id}"


def listing_of_clauses(system: str) -> Iterator[str]:
    """The clauses of a system, each with the rules that judge it."""
    for clause in load_clauses().values():
        if clause.system == system:
            judges = ", ".join(rule.id for rule in judging(clause))
            yield f"{clause.level.upper():<6} {clause.basis}  {clause.id}  {judges or f'not judged: {clause.excused}'}"


def judging(clause: Clause) -> Iterable[ContractRule]:
    return [rule for rule in load_rules().values() if clause.id in rule.clauses]


def _in_a_line(clause: Clause) -> str:
    return f"{clause.id} ({clause.system}, {clause.level.upper()}, {clause.basis}): {clause.then}"
