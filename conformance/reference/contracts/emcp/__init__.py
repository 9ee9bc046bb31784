"""Our server of the eMCP API: the gates in front, and the JSON-RPC layer behind them."""

from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.gateway import create

__all__ = ["HEALTHY", "EmcpBehaviour", "create"]

HEALTHY = EmcpBehaviour()
