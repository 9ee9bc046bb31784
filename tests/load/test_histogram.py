"""Histograms: exact when merged, the same after a round trip, and closed to what is none of ours."""

import base64
import struct
import zlib

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.recording.histogram import (
    HIGHEST_US,
    LOWEST_US,
    at_percentile,
    decoded,
    encoded,
    merged,
    new_histogram,
    record,
)

VALUES = st.lists(st.integers(min_value=-10, max_value=2 * HIGHEST_US), max_size=50)


def of(values: list[int]) -> HdrHistogram:
    histogram = new_histogram()
    record(histogram, values)
    return histogram


@given(st.lists(VALUES, max_size=4))
def test_merging_is_the_same_as_recording_everything_in_one(parts: list[list[int]]) -> None:
    whole = of([value for part in parts for value in part])

    together = merged(decoded(encoded(of(part))) for part in parts)

    assert list(together.counts) == list(whole.counts)
    assert together.total_count == whole.total_count
    assert encoded(together) == encoded(merged(reversed([of(part) for part in parts])))


@given(VALUES)
def test_the_text_form_keeps_every_count(values: list[int]) -> None:
    histogram = of(values)

    again = decoded(encoded(histogram))

    assert list(again.counts) == list(histogram.counts)
    assert encoded(again) == encoded(histogram)


@given(st.lists(st.integers(LOWEST_US, HIGHEST_US), min_size=1, max_size=80))
def test_values_are_kept_to_a_thousandth(values: list[int]) -> None:
    assert at_percentile(of(values), 100) == pytest.approx(max(values), rel=1e-3, abs=0.5)
    assert (at_percentile(of(values), 100) or 0) >= max(values)


@pytest.mark.parametrize(("value", "edge"), [(-5, LOWEST_US), (0, LOWEST_US), (10 * HIGHEST_US, HIGHEST_US)])
def test_what_is_out_of_range_counts_at_its_edge(value: int, edge: int) -> None:
    histogram = of([value, value])

    assert histogram.total_count == 2
    assert at_percentile(histogram, 50) == pytest.approx(edge, rel=1e-3)


def test_nothing_has_no_percentile() -> None:
    assert at_percentile(of([]), 50) is None
    assert decoded(encoded(of([]))).total_count == 0


def foreign(digits: int, highest: int) -> str:
    histogram = HdrHistogram(1, highest, digits)
    histogram.record_value(1000)
    return str(histogram.encode().decode("ascii"))


def packed(plain: bytes) -> str:
    body = zlib.compress(plain)
    return base64.b64encode(struct.pack(">II", 0x1C849314, len(body)) + body).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "not a histogram",
        encoded(of([1000]))[:-8],
        "AAAA" + encoded(of([1000]))[4:],
        foreign(2, HIGHEST_US),
        foreign(3, 10**12),
        packed(b""),
        packed(b"\0" * 40),
        packed(bytes(2**21)),
    ],
    ids=["empty", "short", "not ascii", "words", "cut off", "cookie", "digits", "range", "no header", "zeros", "bomb"],
)
def test_what_is_no_histogram_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an HdrHistogram"):
        decoded(text)


def test_a_foreign_resolution_is_named() -> None:
    with pytest.raises(ValueError, match="2 digits from 1 to"):
        decoded(foreign(2, HIGHEST_US))
