"""Writes the bundle: the same files make the same bytes, wherever and whenever."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from conformance import __version__
from conformance.release.results.html import page
from conformance.release.results.markdown import markdown
from conformance.release.results.model import Manifest, Member, Release
from conformance.release.running.masking import masked
from conformance.release.running.release import LEDGER
from conformance.release.running.state import replace
from conformance.wire.redact import Redactor

MANIFEST: Final = "manifest.json"
RECORD: Final = "release.json"
PAGE: Final = "release.html"
SUMMARY: Final = "release.md"

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o644 << 16


def documents(release: Release) -> dict[str, bytes]:
    """The record and its views."""
    return {
        RECORD: msgspec.json.format(msgspec.json.encode(release), indent=1) + b"\n",
        PAGE: page(release).encode("utf-8", "backslashreplace"),
        SUMMARY: markdown(release).encode("utf-8", "backslashreplace"),
    }


def receipt_of(step: str) -> str:
    """The member with what became of a step; its evidence is in the directory of the same name."""
    return f"steps/{step}.json"


def write_bundle(release: Release, directory: Path, checklist: tuple[Path, ...], redactor: Redactor) -> Path:
    """`release-<utc>.zip` with all that is behind the record, and its checksum beside it. Raises OSError."""
    members = dict(_members(release, directory, checklist, redactor))
    listed = tuple(
        Member(path=path, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        for path, data in sorted(members.items())
    )
    manifest = Manifest(tool=__version__, made=release.ended, verdict=release.verdict, members=listed)
    told = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    data = _zipped({MANIFEST: told, **dict(sorted(members.items()))})
    path = directory / f"release-{release.ended.replace('-', '').replace(':', '')}.zip"
    replace(path, data)
    replace(path.with_suffix(".zip.sha256"), f"{hashlib.sha256(data).hexdigest()}  {path.name}\n".encode())
    return path


def _members(
    release: Release, directory: Path, checklist: tuple[Path, ...], redactor: Redactor
) -> Iterator[tuple[str, bytes]]:
    yield from documents(release).items()
    if (directory / LEDGER).is_file():
        yield LEDGER, (directory / LEDGER).read_bytes()
    for number, path in enumerate(checklist):
        text = path.read_text(encoding="utf-8")
        yield f"checklist/{number}-{path.name}", masked(text, redactor).encode()
    for step in release.steps:
        yield receipt_of(step.id), msgspec.json.format(msgspec.json.encode(step), indent=1) + b"\n"
        for one in step.evidence:
            if one.path:
                yield one.path, (directory / one.path).read_bytes()


def _zipped(members: dict[str, bytes]) -> bytes:
    """In the order given, without times and owners."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in members.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = _MODE
            archive.writestr(info, data, compresslevel=6)
    return buffer.getvalue()
