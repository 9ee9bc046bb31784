"""Scrapes of every sort are read, or refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contracts.metrics.exposition import MAX_LINES, OPENMETRICS, merged, read_exposition
from tests.contracts.metrics.building import HEALTHY


def test_samples_are_found_by_name_and_labels() -> None:
    found = read_exposition(HEALTHY.encode())

    assert not found.problem
    assert found.total("validation_total") == 100
    assert found.buckets("validation_duration_seconds")[1] == (0.1, 98)
    assert found.kind("validation_duration_seconds_bucket") == "histogram"


def test_openmetrics_declares_counters_without_their_suffix() -> None:
    text = b"# TYPE jobs counter\njobs_total 3.0\n# EOF\n"

    found = read_exposition(text, OPENMETRICS)

    assert (found.total("jobs_total"), found.kind("jobs_total"), found.problem) == (3, "counter", "")


def test_the_name_is_the_one_on_the_wire() -> None:
    found = read_exposition(b"# TYPE uploads counter\nuploads 3\n")

    assert found.has("uploads")
    assert not found.has("uploads_total")


def test_a_declared_counter_that_counted_nothing_is_there() -> None:
    assert read_exposition(b"# TYPE jobs_total counter\n").has("jobs_total")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"jobs_total 3\njobs_total{a= 4\n", "line 2 cannot be read"),
        (b"jobs_total three\n", "line 1 cannot be read"),
        (b'jobs_total{a="1"} 3\njobs_total{a="1"} 4\n', "twice"),
        (b"jobs_total \xff\n", "not UTF-8 at byte 11"),
        (b"a" * 70_000, "line 1 is longer"),
        (b"\n" * (MAX_LINES + 1), "more than"),
        (b"<html><body>Not found</body></html>", "line 1 cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(body: bytes, said: str) -> None:
    assert said in read_exposition(body).problem


def test_openmetrics_without_its_end_mark_is_cut_off() -> None:
    assert read_exposition(b"# TYPE jobs counter\njobs_total 3.0\n", OPENMETRICS).problem


@given(st.one_of(st.binary(max_size=200), st.text('ab_{}=",\\ \n#TYPE0123.+eINFNan', max_size=120).map(str.encode)))
def test_reading_never_ends_in_an_error(body: bytes) -> None:
    for media_type in ("", "text/plain", OPENMETRICS):
        read_exposition(body, media_type)


def test_several_endpoints_make_one_system() -> None:
    found = merged([read_exposition(HEALTHY.encode()), read_exposition(b"# TYPE jobs_total counter\njobs_total 1\n")])

    assert found.has("validation_total")
    assert found.has("jobs_total")
