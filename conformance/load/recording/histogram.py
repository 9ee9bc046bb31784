"""Latency histograms: HdrHistogram, 3 significant digits, from a microsecond to an hour.

The text form is HdrHistogram's own V2 encoding, compressed and in Base64, so any HdrHistogram library can read it.
"""

from collections import Counter
from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

LOWEST_US = 1
HIGHEST_US = 3_600_000_000
DIGITS = 3


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
    """Raises ValueError when the text is no histogram."""
    try:
        return HdrHistogram.decode(text.encode("ascii"))
    except Exception as error:  # the library lets errors of zlib, base64 and ctypes through
        raise ValueError(f"not an HdrHistogram in its V2 encoding: {error}") from None


def merged(histograms: Iterable[HdrHistogram]) -> HdrHistogram:
    """The sum of histograms, exactly: counts of the same buckets are added."""
    total = new_histogram()
    for one in histograms:
        total.add(one)
    return total


def at_percentile(histogram: HdrHistogram, percentile: float) -> int | None:
    """Microseconds that `percentile` (0 to 100) of the values do not exceed; None when there are no values."""
    return int(histogram.get_value_at_percentile(percentile)) if histogram.total_count else None
