"""Opens a bundle that anybody may have made: nothing is unpacked to disk, and nothing is read without a bound."""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from conformance.release.bundle.problems import (
    BadBundle,
    BadName,
    ChangedMember,
    HiddenContent,
    NoBundle,
    TooLarge,
    Truncated,
)  # fmt: skip

MOST_BYTES: Final = 2 * 1024 * 1024 * 1024
MOST_MEMBERS: Final = 20_000
_LONGEST_NAME: Final = 400
_LOCAL: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_HEAD: Final = struct.Struct("<4s5H3I2H")
_NAME: Final = re.compile(r"(?!/)(?!.*(^|/)\.{1,2}(/|$))[^\x00-\x1f\x7f\\:]+(?<!/)")


class Archive:
    """The members of a ZIP file whose form is exactly that of a bundle. Raises `BadBundle`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._zip = _opened(data)
        infos = self._zip.infolist()
        self._infos = {info.filename: info for info in infos}
        for problem in _names(infos):
            raise problem
        if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
            raise TooLarge(f"holds more than {MOST_MEMBERS} members or {MOST_BYTES} bytes")
        _check_layout(data, infos, self._zip.start_dir)

    @property
    def names(self) -> list[str]:
        return list(self._infos)

    def size(self, name: str) -> int:
        return self._infos[name].file_size

    def read(self, name: str) -> bytes:
        """All of a member, whose size was bounded before. Raises `ChangedMember` when it cannot be unpacked."""
        info = self._infos[name]
        try:
            with self._zip.open(info) as file:
                data = file.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise ChangedMember(f"{name} cannot be unpacked: {error}") from None
        if len(data) != info.file_size:
            raise ChangedMember(f"{name} has {len(data)} bytes, and the archive says {info.file_size}")
        return data


def _opened(data: bytes) -> zipfile.ZipFile:
    if not data.startswith(_LOCAL):
        raise NoBundle("is no bundle of a release (no ZIP archive)")
    end = data.rfind(_END)
    if end < 0 or len(data) < end + _END_BYTES:
        raise Truncated("ends in the middle: the directory of the archive is missing")
    if len(data) != end + _END_BYTES:
        raise HiddenContent(f"{len(data) - end - _END_BYTES} bytes stand after the end of the archive")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise Truncated(f"its directory cannot be read: {error}") from None


def _names(infos: list[zipfile.ZipInfo]) -> Iterator[BadBundle]:
    for name, count in Counter(info.filename for info in infos).items():
        if count > 1:
            yield BadName(f"{name} is there {count} times")
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            yield BadName(f"{name[:80]!r} is no name of a member")


def _check_layout(data: bytes, infos: list[zipfile.ZipInfo], start_of_directory: int) -> None:
    """The members stand one after the other, from the first byte on, and what follows them is their directory."""
    at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset != at or len(data) < at + _HEAD.size:
            raise HiddenContent(f"bytes that belong to no member stand before {info.filename}")
        fields = _HEAD.unpack_from(data, at)
        name_bytes, extra_bytes = fields[9], fields[10]
        name = data[at + _HEAD.size : at + _HEAD.size + name_bytes].decode("utf-8", "replace")
        if fields[0] != _LOCAL or name != info.filename or extra_bytes or info.flag_bits & ~0x800:
            raise HiddenContent(f"{info.filename} has another header in the archive than in its directory")
        at += _HEAD.size + name_bytes + info.compress_size
    if at != start_of_directory:
        raise HiddenContent("bytes that belong to no member stand before the directory of the archive")
