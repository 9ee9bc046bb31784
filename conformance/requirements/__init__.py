"""The registry of MCP rules that a server can break on the wire, with their levels and spec anchors."""

from conformance.requirements.registry import RegistryError, load
from conformance.requirements.requirement import REVISIONS, Level, Requirement

__all__ = ["REVISIONS", "Level", "RegistryError", "Requirement", "load"]
