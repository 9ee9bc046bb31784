"""Files that people write: both languages say the same, and what is wrong is one line that names the place."""

from datetime import date
from pathlib import Path

import pytest

from conformance.baseline.reading import read_baseline
from conformance.target.errors import ConfigError
from tests.baseline.samples import ENTRY, baseline

IN_TOML = """
[[baseline]]
requirement = "ping-respond-empty"
target = "https://*.example.com/*"
revision = 2025-06-18
subject = "a"
reason = "why"
owner = "ann"
expires = "2026-12-31"
link = "https://example.com/1"

[promote]
tools-name-case-sensitive = "we promise it"

[accept]
logging-level-order = "nobody reads it"
"""
IN_YAML = """
baseline:
  - requirement: ping-respond-empty
    target: https://*.example.com/*
    revision: 2025-06-18
    subject: a
    reason: why
    owner: ann
    expires: 2026-12-31
    link: https://example.com/1
promote:
  tools-name-case-sensitive: we promise it
accept:
  logging-level-order: nobody reads it
"""


def test_toml_and_yaml_say_the_same() -> None:
    first, second = baseline(IN_TOML), baseline(IN_YAML, "baseline.yml")

    assert first.entries == second.entries
    assert (first.promote, first.accept) == (second.promote, second.accept)
    (entry,) = first.entries
    assert (entry.revision, entry.expires, entry.subject) == ("2025-06-18", date(2026, 12, 31), "a")


@pytest.mark.parametrize(("text", "name"), [("", "a.toml"), ("", "a.yaml"), ("baseline:", "a.yaml"), ("#", "a.yml")])
def test_an_empty_file_accepts_nothing(text: str, name: str) -> None:
    assert baseline(text, name).entries == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[baseline]\n", "not valid TOML"),
        (ENTRY.replace("owner", "ownr"), r"unknown field `ownr` - at `entry 1`"),
        (ENTRY.replace('owner = "ann"', ""), r"missing required field `owner` - at `entry 1`"),
        (ENTRY.replace("2026-12-31", '"soon"'), r"date - at `entry 1\.expires`"),
        (ENTRY + ENTRY.replace("2026-12-31", "31"), r"at `entry 2\.expires`"),
        (ENTRY + 'revision = "2025-06-19"', r"entry 1 .*no such revision; known: 2024-11-05"),
        (ENTRY.replace('"ann"', '" "'), r"entry 1 \(ping-respond-empty\): owner is empty"),
        ('[accept]\nping-respond-empty = ""', r"\[accept\] ping-respond-empty: write a reason"),
        ("[entries]", "unknown field `entries`"),
        ("baseline = 1", "Expected `array`"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        baseline(text)
    assert str(caught.value).startswith("--baseline: baseline.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "said"), [("baseline: [", "not valid YAML"), ("- a", "Expected"), ("a: b", "`a`")])
def test_yaml_is_held_to_the_same(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        baseline(text, "b.yaml")
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    binary, other = tmp_path / "a.toml", tmp_path / "a.json"
    binary.write_bytes(b"\xff\xfe")
    other.write_text("{}")

    for path, said in ((tmp_path / "none.toml", "No such file"), (binary, "not UTF-8"), (other, "end in .toml")):
        with pytest.raises(ConfigError, match=said):
            read_baseline(path)
