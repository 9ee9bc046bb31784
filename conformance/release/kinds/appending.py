"""Files to which a command adds lines, such as a ledger: what it added, and whether it left the rest alone."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Before:
    """A file before the command; `size` is 0 where there was none."""

    path: Path
    size: int
    sha256: str


def appended_name(path: Path) -> str:
    """What the lines that were added are called among the evidence."""
    return f"appended-{path.name}"


def before(path: Path) -> Before:
    size = path.stat().st_size if path.is_file() else 0
    return Before(path, size, _digest(path, size))


def appended(earlier: Before) -> tuple[bytes, str]:
    """The lines that were added, and what is wrong, if anything is."""
    path = earlier.path
    if not path.is_file():
        return b"", "does not exist"
    if path.stat().st_size < earlier.size or _digest(path, earlier.size) != earlier.sha256:
        return b"", "what stood in it before was changed; it may only grow"
    with path.open("rb") as file:
        file.seek(earlier.size)
        added = file.read(MOST_BYTES)
    if not added.strip():
        return b"", "nothing was added to it"
    if not added.endswith(b"\n"):
        return added, "its last line was not finished"
    return added, ""


def _digest(path: Path, size: int) -> str:
    """Over the first `size` bytes."""
    digest = hashlib.sha256()
    if size:
        with path.open("rb") as file:
            while size > 0 and (chunk := file.read(min(size, _CHUNK))):
                digest.update(chunk)
                size -= len(chunk)
    return digest.hexdigest()
