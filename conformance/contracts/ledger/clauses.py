"""The clauses that are judged on a ledger. What they promise, and what to do, stands in the registries."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from conformance.contracts import clauses, rules
from conformance.contracts.ledger.findings import Severity
from conformance.contracts.rules import ContractRule

CONTRACT: Final = "ledger"
_LATEST_ONLY: Final = frozenset({"C-ABZU-074", "C-ABZU-079"})
"""Musts on the latest line; what is wrong on earlier ones can no longer be repaired."""


@dataclass(frozen=True)
class Clause:
    """`promised`: a document says it, not only source code. `history` is the severity on lines that are not the latest
    one. `rules` are those that judge the clause, by the severity of their findings."""

    id: str
    severity: Severity
    promised: bool
    history: Severity
    rules: Mapping[Severity, ContractRule]

    def judged(self, *, strict_profile: bool) -> bool:
        return strict_profile or self.promised

    def on(self, *, latest: bool) -> Severity:
        return self.severity if latest else self.history

    def rule(self, severity: Severity) -> ContractRule:
        """The rule that a finding of this severity breaks."""
        return self.rules.get(severity) or self.rules[self.severity]


@cache
def ledger_clauses() -> Mapping[str, Clause]:
    """All of them by id, in the order of the rules."""
    judging: dict[str, dict[Severity, ContractRule]] = {}
    for rule in rules.load().values():
        for id in rule.clauses if rule.contract == CONTRACT else ():
            judging.setdefault(id, {}).setdefault(rule.level, rule)
    return MappingProxyType({id: _clause(id, judging[id]) for id in sorted(judging)})


def _clause(id: str, judging: Mapping[Severity, ContractRule]) -> Clause:
    known = clauses.load()[id]
    history: Severity = "should" if id in _LATEST_ONLY else known.level
    return Clause(id, known.level, known.promised, history, judging)
