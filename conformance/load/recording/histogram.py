"""Latency histograms: HdrHistogram, 3 significant digits, from a microsecond to an hour.

The text form is HdrHistogram's own V2 encoding, compressed and in Base64, so any HdrHistogram library can read it.
"""

import base64
import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Final

from hdrh.histogram import HdrHistogram

LOWEST_US = 1
HIGHEST_US = 3_600_000_000
DIGITS = 3

_OUTER: Final = 8
"""Bytes before the compressed part: cookie and length."""
_HEADER: Final = struct.Struct(">IIIIQQd")
"""Cookie, length, offset, digits, lowest and highest value, ratio; then the counts in at most 9 bytes each."""
_MOST_BYTES: Final = 1 << 20
"""Above what a histogram of ours can take uncompressed."""


def new_histogram() -> HdrHistogram:
    return HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)


def record(histogram: HdrHistogram, microseconds: Iterable[int]) -> None:
    """Add values. What is outside the range counts at its edge, so that no value is lost."""
    for value, count in Counter(microseconds).items():
        histogram.record_value(min(max(value, LOWEST_US), HIGHEST_US), count)


def encoded(histogram: HdrHistogram) -> str:
    text: bytes = histogram.encode()
    return text.decode("ascii")


def decoded(text: str) -> HdrHistogram:
    """Raises ValueError when the text is no histogram of the range and the digits of ours."""
    try:
        _check(base64.b64decode(text.encode("ascii"), validate=True))
        return HdrHistogram.decode(text.encode("ascii"))
    except Exception as error:  # the library lets errors of zlib, base64 and ctypes through
        raise ValueError(f"not an HdrHistogram in its V2 encoding: {error}") from None


def _check(data: bytes) -> None:
    """A file of someone else must not make the library inflate or allocate without a limit, nor mix resolutions."""
    inflating = zlib.decompressobj()
    plain = inflating.decompress(data[_OUTER:], _MOST_BYTES)
    if not inflating.eof:
        raise ValueError("too large, or cut off")
    digits, lowest, highest = _HEADER.unpack_from(plain)[3:6]
    if (lowest, highest, digits) != (LOWEST_US, HIGHEST_US, DIGITS):
        raise ValueError(f"{digits} digits from {lowest} to {highest}, not {DIGITS} from {LOWEST_US} to {HIGHEST_US}")


def merged(histograms: Iterable[HdrHistogram]) -> HdrHistogram:
    """The sum of histograms, exactly: counts of the same buckets are added."""
    total = new_histogram()
    for one in histograms:
        if one.total_count:  # an empty one would make the least value 0
            total.add(one)
    return total


def at_percentile(histogram: HdrHistogram, percentile: float) -> int | None:
    """Microseconds that `percentile` (0 to 100) of the values do not exceed; None when there are no values."""
    return int(histogram.get_value_at_percentile(percentile)) if histogram.total_count else None
