"""Our orchestrator in the middle of an upgrade: an active worker at `/active/mcp`, its canary at `/canary/mcp`."""

from conformance.reference.contracts.upgrade.behaviour import UpgradeBehaviour
from conformance.reference.contracts.upgrade.orchestrator import create

__all__ = ["HEALTHY", "UpgradeBehaviour", "create"]

HEALTHY = UpgradeBehaviour()
