"""Where the systems are mounted in the server process: healthy, and with each fault and oddity."""

from conformance.reference.asgi import App
from conformance.reference.contracts.catalogue import app_of, contract_faults, contract_oddities, systems

HEALTHY = "contracts"
FAULT = "contract-faults"
ODDITY = "contract-oddities"


class Mounts:
    """Makes each instance when it is first asked for."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], App] = {}

    def at(self, path: str) -> tuple[App, str] | None:
        """The application behind `/<kind>/<name>/…`, and the rest of the path; None when nothing is mounted there."""
        kind, _, rest = path.lstrip("/").partition("/")
        name, _, inside = rest.partition("/")
        if kind not in (HEALTHY, FAULT, ODDITY) or not self._exists(kind, name):
            return None
        if (kind, name) not in self._running:
            self._running[kind, name] = self._made(kind, name)
        return self._running[kind, name], f"/{inside}"

    def _exists(self, kind: str, name: str) -> bool:
        known = {HEALTHY: systems, FAULT: contract_faults, ODDITY: contract_oddities}
        return name in known[kind]()

    def _made(self, kind: str, name: str) -> App:
        if kind == HEALTHY:
            return app_of(name)
        entry = contract_faults()[name] if kind == FAULT else contract_oddities()[name]
        return app_of(entry.system, entry.change)
