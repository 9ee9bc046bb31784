"""The numbered promises of four real systems, in the order of their runbooks."""

from conformance.contracts.clauses.clause import Clause
from conformance.contracts.clauses.registry import ClauseError, load

__all__ = ["Clause", "ClauseError", "load"]
