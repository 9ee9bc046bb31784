"""What bytes look like when they were encoded in the wrong way, and how long a text may be in bytes."""

import base64
import binascii
import re

_MEDIA = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xc0-\xef]|GIF8[79]a|RIFF....(WEBP|WAVE|AVI )|%PDF-|PK\x03\x04|\x1f\x8b\x08"
    rb"|OggS\x00|fLaC\x00|ID3[\x02-\x04]",
    re.DOTALL,
)
"""How files of well-known media types begin."""

_MEDIA_TYPE = re.compile("(image|audio|video)/(?!svg)|application/(pdf|zip|gzip|octet-stream)")

_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252")


def is_media_type(value: object) -> bool:
    """Whether a mimeType is one of binary files."""
    return isinstance(value, str) and bool(_MEDIA_TYPE.match(value))


def misencoding(data: str) -> str | None:
    """The name of the encoding of `data`, if it reads as Base64 but holds a well-known file in another one."""
    if re.fullmatch(r"\s*([0-9A-Fa-f]{2})+\s*", data) and _MEDIA.match(bytes.fromhex(data)):
        return "hexadecimal"
    outer = _decoded(data)
    inner = _decoded(outer.decode("ascii")) if outer and outer.isascii() else None
    return "twice Base64" if inner and _MEDIA.match(inner) else None


def holds_media(text: str) -> bool:
    """Whether a text is the Base64 of a well-known file, and nothing else."""
    data = _decoded(text)
    return bool(data and _MEDIA.match(data))


def byte_lengths(text: str) -> set[int]:
    """How many bytes a text file may have that is read as `text`: by encoding, byte order mark and line ends."""
    variants = (text, re.sub(r"(?<!\r)\n", "\r\n", text))
    return {len(one.encode(encoding, "replace")) for one in variants for encoding in _ENCODINGS}


def _decoded(data: str) -> bytes | None:
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", data), validate=True)
    except (binascii.Error, ValueError):
        return None
