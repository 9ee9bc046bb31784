"""The parser of event streams, against WHATWG HTML 9.2.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.sse import Comment, Event, EventStreamParser


def parse(*chunks: bytes) -> list[Event | Comment]:
    parser = EventStreamParser()
    return [item for at, chunk in enumerate(chunks) for item in parser.feed(chunk, float(at))]


def data(*chunks: bytes) -> list[str]:
    return [item.data for item in parse(*chunks) if isinstance(item, Event)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_ends_lines_and_events(end: bytes) -> None:
    assert data(end.join((b"data: a", b"data: b", b"", b"data: c", b"", b""))) == ["a\nb", "c"]


def test_bare_cr_ends_the_last_event_without_waiting_for_more() -> None:
    assert data(b"data: a\r\r") == ["a"]


def test_crlf_split_between_chunks_is_one_line_ending() -> None:
    assert data(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == ["a\nb"]


def test_byte_order_mark_is_dropped_at_the_start_only() -> None:
    assert data(b"\xef\xbb", b"\xbfdata: a\n\n", "\ufeffdata: b\n\n".encode()) == ["a"]


def test_character_split_between_chunks_is_put_together() -> None:
    text = "data: \u4e16\U0001f30d\n\n".encode()

    assert data(*(bytes([byte]) for byte in text)) == ["\u4e16\U0001f30d"]


def test_one_leading_space_of_a_value_is_dropped() -> None:
    assert data(b"data:a\n\ndata: a\n\ndata:  a\n\n") == ["a", "a", " a"]


def test_comments_are_told_apart_from_events() -> None:
    assert parse(b": ping\n\n:\n") == [Comment(0.0, "ping"), Comment(0.0, "")]


def test_event_that_the_end_cuts_off_is_not_dispatched() -> None:
    parser = EventStreamParser()

    assert list(parser.feed(b"data: a\n", 0.0)) == []
    assert parser.unfinished


def test_id_and_retry_are_kept_without_data() -> None:
    assert parse(b"id: 7\nretry: 250\ndata:\n\n") == [Event(0.0, "", "message", "7", 250)]
    assert parse(b"id: 7\n\n") == [Event(0.0, "", "message", "7")]


@pytest.mark.parametrize("line", [b"retry: soon", b"retry: -1", b"retry: " + b"9" * 5000, b"id: a\0b", b"unknown: x"])
def test_fields_that_mean_nothing_are_ignored(line: bytes) -> None:
    assert parse(line + b"\ndata: a\n\n") == [Event(0.0, "a")]


def test_time_is_that_of_the_chunk_that_completes_the_event() -> None:
    assert [item.at for item in parse(b"data: a\n", b"\ndata: b\n\n")] == [1.0, 1.0]


@given(st.lists(st.sampled_from([b"data: x", b"id: 1", b":c", b"\r", b"\n", b"\r\n", b"\xc3", b"\xa4"]), max_size=30),
       st.integers(1, 7))  # fmt: skip
def test_result_does_not_depend_on_how_the_bytes_are_cut(parts: list[bytes], size: int) -> None:
    whole = b"".join(parts)
    cut = [whole[at : at + size] for at in range(0, len(whole), size)]

    assert data(*cut) == data(whole)
