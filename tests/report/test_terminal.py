"""The summary on the terminal."""

from dataclasses import replace

from conformance.report.terminal import conclusion, summary, table
from conformance.report.verdict import Verdict

FAILED = Verdict(
    "tools-name-unique", "2025-06-18", "fail", level="MUST", area="tools", rule="Names are unique.", red=True,
    expected="a name only once", received="x" * 30 + " " + "word " * 60, replay="curl " + "y" * 200,
    links=("https://modelcontextprotocol.io/specification/2025-06-18/server/tools",),
)  # fmt: skip
WARNED = replace(FAILED, requirement="ping-promptly", area="ping", status="warn", level="SHOULD", red=False)
PASSED = Verdict("ping-respond-empty", "2025-11-25", "pass", level="MUST", area="ping")


def texts(verdicts: list[Verdict], width: int = 80, verbosity: int = 0) -> list[str]:
    return [text for text, _ in summary(verdicts, width, verbosity)]


def test_failures_come_before_warnings_and_the_table() -> None:
    heads = [line for line in texts([WARNED, PASSED, FAILED]) if line.startswith(("FAIL", "WARN", "area"))]

    assert [line.split()[0] for line in heads] == ["FAIL", "WARN", "area"]


def test_one_cause_is_one_finding() -> None:
    many = [replace(FAILED, subject=f"tool-{n:02}", revision=r) for n in range(9) for r in ("2025-06-18", "2025-11-25")]
    blocked = Verdict("tools-call-text", "2025-06-18", "blocked", reason="no list", blocked_by="tools-name-unique")

    lines = texts([*many, blocked])

    assert len([line for line in lines if line.startswith("FAIL")]) == 1
    assert "FAIL tools-name-unique (MUST, 2025-06-18, 2025-11-25)" in lines
    assert "  about     tool-00, tool-01, tool-02, tool-03, tool-04 and 4 more" in lines
    assert "  blocks    tools-call-text" in lines


def test_long_lines_are_broken_except_those_to_copy() -> None:
    lines = texts([FAILED], width=70)

    assert all(len(line) <= 70 for line in lines if "curl" not in line and "https:" not in line)
    assert f"  replay    {FAILED.replay}" in lines


def test_beyond_twenty_failures_one_line_each_unless_verbose() -> None:
    many = [replace(FAILED, requirement=f"rule-{number}") for number in range(30)]

    short, long = texts(many), texts(many, verbosity=1)

    assert len([line for line in short if line.startswith("FAIL")]) == 30
    assert len([line for line in short if line.startswith("  expected")]) == 20
    assert len([line for line in long if line.startswith("  expected")]) == 30
    assert not [line for line in texts(many, verbosity=-2) if line.startswith(("  ", "area"))]


def test_a_target_cannot_steer_the_terminal() -> None:
    nasty = replace(FAILED, received="\x1b[2Jgone\r\n\u202efdp", subject="a\x07b")

    shown = "\n".join(texts([nasty], width=200))

    assert "\\x1b[2Jgone\\r\\n\\u202efdp" in shown
    assert not {"\x1b", "\r", "\x07", "\u202e"} & set(shown)


def test_the_table_counts_requirements_not_checks() -> None:
    again = replace(PASSED, nodeid="another check of it")

    assert table([PASSED, again, FAILED]) == [
        ["area", "2025-06-18", "2025-11-25"],
        ["ping", "", "1/1"],
        ["tools", "0/1 1F", ""],
    ]


def test_the_conclusion_never_calls_an_unjudged_target_conforming() -> None:
    lost = Verdict("tools-name-unique", "2025-06-18", "blocked", reason="gone", blocked_by="TargetLost")
    error = Verdict("tools-name-unique", "2025-06-18", "error", reason="bug", red=True)

    assert conclusion([PASSED]) == "conforms, as far as it was judged"
    assert conclusion([PASSED, WARNED]) == "conforms, as far as it was judged, 1 requirement warned about"
    assert conclusion([PASSED, FAILED, WARNED]) == "1 requirement broken, 1 requirement warned about"
    assert conclusion([PASSED, lost]) == "the target was lost on the way"
    assert conclusion([PASSED, error]) == "not judged to the end, because of an error of the harness"
    assert conclusion([replace(PASSED, status="not applicable")]) == "nothing was judged"
