"""Our operator gateway: the handshake, the heartbeats of its sessions, and a status page that shows missed ones."""

from conformance.reference.contracts.operator.behaviour import OperatorBehaviour
from conformance.reference.contracts.operator.gateway import create

__all__ = ["HEALTHY", "OperatorBehaviour", "create"]

HEALTHY = OperatorBehaviour()
