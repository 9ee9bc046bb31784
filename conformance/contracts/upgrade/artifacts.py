"""Where the artifacts of an upgrade are, and how they are read: whatever a file holds, there is a plain answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.checks.outcomes import not_testable
from conformance.contracts.evidence import Evidence
from conformance.contracts.reading import Unreadable, read
from conformance.contracts.upgrade.settings import Upgrade

RUN: Final = "run-dir"
WORKSPACE: Final = "workspace"
LISTS: Final = frozenset({"steps", "shadow"})
"""Documents that are arrays; the others are objects."""


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The artifacts of one run: each given by name, found in the directory of the run, or in the workspace."""

    evidence: Evidence
    settings: Upgrade

    def find(self, name: str) -> Path | None:
        """Where an artifact is, or would have to be; None if nothing that was given leads to it."""
        if name in self.evidence:
            return self.evidence.path(name)
        if name in self.settings.run_files and (run := self.run()):
            return run / self.settings.run_files[name]
        if name in self.settings.workspace_files and WORKSPACE in self.evidence:
            return self.evidence.path(WORKSPACE) / self.settings.workspace_files[name]
        return None

    def run(self) -> Path | None:
        """The directory of the run: the given one, or the newest of the workspace."""
        if RUN in self.evidence:
            return self.evidence.path(RUN)
        if WORKSPACE not in self.evidence or not self.settings.runs:
            return None
        runs = self.evidence.path(WORKSPACE) / self.settings.runs
        found = sorted(one for one in runs.iterdir() if one.is_dir()) if runs.is_dir() else []
        return found[-1] if found else None

    def need(self, name: str) -> Path:
        """The path of an artifact that exists; *not testable* without it."""
        path = self.find(name)
        if path is None:
            other = f", or --evidence {RUN}=DIRECTORY" if name in self.settings.run_files else ""
            not_testable(f"no {name} is given; name it with --evidence {name}=PATH{other}")
        if not path.exists():
            not_testable(f"there is no {name} at {path}")
        return path

    def read(self, name: str) -> Any:
        """The document; *not testable* without one. That it can be read is a rule of its own."""
        try:
            return read(self.need(name))
        except Unreadable as error:
            not_testable(f"{name} {error}")

    def shaped(self, name: str) -> Any:
        """The document, if it is of the right kind at all: a rule of its own tells when it is not."""
        document = self.read(name)
        if not isinstance(document, list if name in LISTS else dict):
            not_testable(f"{name} is not an {'array' if name in LISTS else 'object'}")
        return document

    def optional(self, name: str) -> Any:
        """The document, or None."""
        path = self.find(name)
        try:
            return read(path) if path is not None and path.is_file() else None
        except Unreadable:
            return None
