"""Our Level 3 system: health, metrics, a stub of Prometheus, and the business API of route set b."""

from conformance.reference.contracts.level3.app import create
from conformance.reference.contracts.level3.behaviour import Level3Behaviour

__all__ = ["HEALTHY", "Level3Behaviour", "create"]

HEALTHY = Level3Behaviour()
