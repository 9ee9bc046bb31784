"""The invariants, a module a subject. Importing this package registers them."""

from conformance.checks.rules import schema

__all__ = ["schema"]
