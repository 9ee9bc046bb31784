"""What the processes of a run wait for, told where the progress is shown: by way of small files, as an xdist worker has
no other way to speak while a test runs."""

import contextlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.report.progress_line import Wait

SHORTEST = 1.0
"""Seconds from which on a wait is told."""

WAITS: pytest.StashKey["Waits"] = pytest.StashKey()


class Waits:
    """One process's word on what it waits for; `directory` is where others look, None: nobody does."""

    def __init__(self, directory: Path | None, name: str) -> None:
        self._path = directory / f"{name}.json" if directory is not None else None

    def tell(self, seconds: float, why: str) -> None:
        """Say that a wait of so many seconds begins. It is over by itself."""
        if self._path is None or seconds < SHORTEST:
            return
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            fresh.write_text(json.dumps({"until": time.time() + seconds, "why": why}), encoding="utf-8")
            os.replace(fresh, self._path)


class Board:
    """Where all processes of a run tell their waits, on this machine."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="mcp-conformance-"))

    def read(self) -> list[Wait]:
        """Waits that are not over."""
        now = time.time()
        found = [wait for path in sorted(self.directory.glob("*.json")) if (wait := _read(path)) is not None]
        return [wait for wait in found if wait.until > now]

    def close(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)


def _read(path: Path) -> Wait | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Wait(float(document["until"]), str(document["why"]))
    return None


def waits_of(config: pytest.Config) -> Waits:
    """Those of this process; without progress they go nowhere."""
    return config.stash.get(WAITS, Waits(None, ""))


def waits_of_worker(workerinput: dict[str, Any]) -> Waits:
    """A worker on another machine has no such directory."""
    directory = Path(workerinput.get("conformance_waits") or "-")
    return Waits(directory if directory.is_dir() else None, str(workerinput["workerid"]))
