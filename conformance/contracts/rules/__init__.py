"""The registry of contract rules: generic promises, each judged by one test of suites/contracts."""

from conformance.contracts.rules.registry import ContractRule, RuleError, Safety, load

__all__ = ["ContractRule", "RuleError", "Safety", "load"]
