"""The numbered promises of four real systems, in their runbooks' order."""

from conformance.contracts.clauses.registry import Clause, load

__all__ = ["Clause", "load"]
