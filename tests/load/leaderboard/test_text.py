"""Names stay names, whatever is in them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.load.leaderboard.text import clean, code, for_sheet, words


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("plain-server 1.0", "plain-server 1.0"),
        ("  two\n lines\t", "two lines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x9b2Jgone", "gone"),
        ("bell\x07 null\x00", "bell null"),
        ("abc\u202edcba", "abcdcba"),
        ("zero\u200bwidth", "zerowidth"),
        ("a\u2028b", "a b"),
        ("e\u0301\u0302\u0303\u0304", "é\u0302\u0303"),
        ("日本語", "日本語"),
        ("\ud800", ""),
    ],
)
def test_what_steers_a_terminal_or_a_line_is_taken_out(told: str, shown: str) -> None:
    assert clean(told) == shown


def test_names_are_cut() -> None:
    assert clean("x" * 200) == "x" * 79 + "…"
    assert clean("x" * 80) == "x" * 80


@given(st.text(st.characters(), max_size=300))
def test_any_text_becomes_one_short_line_that_can_be_written(text: str) -> None:
    line = clean(text)

    assert len(line) <= 80
    assert line.encode().decode() == line
    assert line == line.strip()
    assert not {unicodedata.category(one) for one in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(line) == line


@pytest.mark.parametrize("told", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1"])
def test_formulas_are_marked_as_text(told: str) -> None:
    assert for_sheet(told) == f"'{told}"


def test_other_cells_stay() -> None:
    assert [for_sheet(each) for each in ("", "a=1", "1")] == ["", "a=1", "1"]


def test_a_code_span_cannot_be_left() -> None:
    span = code("a`b|c<d>")

    assert span[0] == span[-1] == "`"
    assert not set(span[1:-1]) & {"`", "|"}


def test_words_have_no_markup_and_no_links() -> None:
    assert words("<b>*x*</b>") == r"\<b\>\*x\*\</b\>"
    assert "http://" not in words("see http://evil.example")
    assert "@" not in words("ask @somebody")
