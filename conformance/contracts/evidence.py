"""Artifacts that are judged without a target: receipts, ledgers, reports, dumps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.checks.outcomes import not_testable


@dataclass(frozen=True, slots=True)
class Evidence:
    """Paths by name, as given with --evidence NAME=PATH or under [evidence] in conformance.toml."""

    paths: Mapping[str, Path] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Where an artifact is; *not testable* when it was not given."""
        return self.paths.get(name) or not_testable(f"no {name} is given; name it with --evidence {name}=PATH")

    def read(self, name: str) -> bytes:
        """The bytes of a file; *not testable* when it was not given, or cannot be read."""
        path = self.path(name)
        try:
            return path.read_bytes()
        except OSError as error:
            not_testable(f"{name}: {path} cannot be read: {error.strerror or error}")

    def __contains__(self, name: str) -> bool:
        return name in self.paths
