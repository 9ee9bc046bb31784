"""Makes evidence of what a step leaves behind: without secrets, bounded, and with checksums."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from conformance.release.kinds.outcome import Seen, bounded
from conformance.release.results.model import Evidence
from conformance.release.running.masking import masked
from conformance.wire.redact import Redactor

LARGEST: Final = 64 * 1024 * 1024
MOST_FILES: Final = 200
_CHUNK: Final = 1024 * 1024


def seal(work: Path, root: Path, seen: Iterable[Seen], redactor: Redactor) -> tuple[Evidence, ...]:
    """The files in `work`, and those seen elsewhere, copied there. Paths are told from `root`."""
    told = [_copied(one, work, root, redactor) for one in seen]
    copies = {one.path for one in told}
    found = [one for one in _inside(work, root, redactor) if one.path not in copies]
    return tuple(sorted([*told, *found], key=lambda one: (one.path or one.name, one.name)))


def _inside(work: Path, root: Path, redactor: Redactor) -> Iterator[Evidence]:
    """Regular files only: a link could lead anywhere."""
    number = 0
    for directory, names, files in os.walk(work):
        names.sort()
        for name in sorted(files):
            path = Path(directory, name)
            if not stat.S_ISREG(path.lstat().st_mode):
                path.unlink()
                continue
            number += 1
            if number > MOST_FILES:
                path.unlink()
                continue
            sealed = _sealed(path, path.name, path.name, root, redactor)
            if not sealed.path:
                path.unlink()
            yield sealed


def _copied(one: Seen, work: Path, root: Path, redactor: Redactor) -> Evidence:
    """What is in the step's directory already is not copied."""
    path = one.path.resolve()
    if path.is_relative_to(work.resolve()):
        return _sealed(path, one.name, one.source, root.resolve(), redactor)
    size, digest = _facts(path)
    source = bounded(redactor.text(one.source))
    name = bounded(one.name, 80)
    if not one.keep or size > LARGEST:
        note = "only its checksum is kept" if not one.keep else f"larger than {LARGEST} bytes"
        return Evidence(name=name, source=source, bytes=size, sha256=digest, note=note)
    into = _free(work / "seen", path.name)
    into.parent.mkdir(exist_ok=True)
    shutil.copyfile(path, into)
    sealed = _sealed(into, name, source, root, redactor)
    if not sealed.path:
        into.unlink()
    return sealed


def _free(directory: Path, name: str) -> Path:
    """A name that no other file has there."""
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[-80:].lstrip(".")
    path = directory / (safe or "file")
    number = 2
    while path.exists():
        path = directory / f"{number}-{safe or 'file'}"
        number += 1
    return path


def _sealed(path: Path, name: str, source: str, root: Path, redactor: Redactor) -> Evidence:
    """Text is kept, without its secrets. In anything else they could not be found, so it is not kept."""
    size, digest = _facts(path)
    shown = {"name": bounded(name, 80), "source": bounded(redactor.text(source))}
    if size > LARGEST:
        return Evidence(**shown, bytes=size, sha256=digest, note=f"larger than {LARGEST} bytes")
    data = path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Evidence(**shown, bytes=size, sha256=digest, note="no text, so only its checksum is kept")
    clean = masked(text, redactor).encode()
    if clean != data:
        path.write_bytes(clean)
        size, digest = len(clean), hashlib.sha256(clean).hexdigest()
    return Evidence(**shown, path=path.relative_to(root).as_posix(), bytes=size, sha256=digest)


def _facts(path: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def is_whole(evidence: Iterable[Evidence], root: Path) -> bool:
    """Whether all that is kept is still there and the same."""
    for one in evidence:
        path = root / one.path
        if one.path and not (path.is_file() and _facts(path) == (one.bytes, one.sha256)):
            return False
    return True
