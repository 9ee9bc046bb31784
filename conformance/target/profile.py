"""What discovery found out about a target. Plain data, so that the xdist controller can hand it to the workers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from conformance.protocol.messages import JsonObject
from conformance.protocol.revisions import Era, era_of

LISTS = {
    "tools": "tools/list",
    "resources": "resources/list",
    "resourceTemplates": "resources/templates/list",
    "prompts": "prompts/list",
}
"""The key of each list in its result, and the method that gives it."""

CAPABILITY_OF = {"tools": "tools", "resources": "resources", "resourceTemplates": "resources", "prompts": "prompts"}


@dataclass(frozen=True, slots=True)
class Surface:
    """What the target shows under one revision.

    `items` maps the key of a list to its items over all pages, `pages` to the number of pages, `unread` to the
    reason why a list could not be read. `stateful` tells whether a session id was given, `assumed` whether the target
    did not tell its capabilities, so that `capabilities` has what it was found to serve.
    """

    revision: str
    capabilities: JsonObject = field(default_factory=dict)
    server_info: JsonObject = field(default_factory=dict)
    instructions: str | None = None
    items: Mapping[str, list[JsonObject]] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    stateful: bool = False
    assumed: bool = False

    @property
    def era(self) -> Era:
        return era_of(self.revision)

    @property
    def tools(self) -> list[JsonObject]:
        return self.items.get("tools", [])

    @property
    def resources(self) -> list[JsonObject]:
        return self.items.get("resources", [])

    @property
    def templates(self) -> list[JsonObject]:
        return self.items.get("resourceTemplates", [])

    @property
    def prompts(self) -> list[JsonObject]:
        return self.items.get("prompts", [])

    def declares(self, capability: str, *path: str) -> bool:
        """Whether a capability is declared; with a path, whether that flag of it is true."""
        value: Any = self.capabilities.get(capability)
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value is True if path else value is not None


@dataclass(frozen=True, slots=True)
class TargetProfile:
    """One target: what it speaks, and what it shows under each revision that it speaks.

    `url` is the endpoint after redirects, `not_spoken` maps a revision to the reason, `latency` is the median
    time of an answer in seconds, `guarded` whether requests without the credential are answered 401.
    """

    url: str
    surfaces: Mapping[str, Surface] = field(default_factory=dict)
    not_spoken: Mapping[str, str] = field(default_factory=dict)
    supported_versions: tuple[str, ...] = ()
    guarded: bool = False
    latency: float = 0.0
    requests: int = 0
    notes: tuple[str, ...] = ()

    @property
    def revisions(self) -> tuple[str, ...]:
        return tuple(self.surfaces)

    @property
    def eras(self) -> frozenset[Era]:
        return frozenset(era_of(revision) for revision in self.surfaces)

    @property
    def server(self) -> str:
        """Name and version as the target gives them, for people."""
        for surface in reversed(list(self.surfaces.values())):
            if surface.server_info:
                return " ".join(str(surface.server_info.get(key, "")) for key in ("name", "version")).strip()
        return "unnamed server"

    @property
    def grace(self) -> float:
        """Seconds to wait for something that may lawfully never come."""
        return min(5.0, max(0.3, 10 * self.latency))

    @property
    def settle(self) -> float:
        """Seconds to wait for what has been sent already, or is sent at the same time."""
        return min(1.0, max(0.1, 10 * self.latency))

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "TargetProfile":
        surfaces = {revision: Surface(**surface) for revision, surface in document["surfaces"].items()}
        versions, notes = tuple(document["supported_versions"]), tuple(document["notes"])
        return cls(**{**document, "surfaces": surfaces, "supported_versions": versions, "notes": notes})
