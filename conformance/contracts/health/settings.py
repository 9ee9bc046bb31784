"""What a system promises about its health endpoints."""

from msgspec import Struct


class Probe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One endpoint: its route, the statuses that mean well, and how long an answer may take, in real seconds."""

    route: str
    status: tuple[int, ...] = (200,)
    within_s: float = 5


class Health(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The probes; one that is left out is not promised.

    persona           who probes; by default nobody's credential is sent there
    samples, every_s  how often it is looked at before it counts as steady
    ready_within_s    how long after the first sign of life it is ready
    insecure_route    the route over plain HTTP that leads to HTTPS
    maintenance       whether the system is in maintenance now; then `maintenance_route` is out of service and it lives
    """

    live: Probe | None = None
    ready: Probe | None = None
    startup: Probe | None = None
    persona: str = "none"
    samples: int = 20
    every_s: float = 1
    ready_within_s: float = 25
    insecure_route: str = ""
    maintenance: bool = False
    maintenance_route: str = "main"
    maintenance_method: str = "GET"
