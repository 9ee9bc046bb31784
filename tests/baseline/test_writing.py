"""Files that the command writes: it reads what it wrote, and takes out entries without touching anything else."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.baseline.model import Entry
from conformance.baseline.reading import parse_baseline, read_baseline
from conformance.baseline.starting import entries_for
from conformance.baseline.writing import without, write_whole, written
from conformance.report.verdict import Verdict
from conformance.target.errors import ConfigError
from tests.baseline.samples import MUST, TODAY, URL, verdicts

HOSTILE = 'a"\\ \x07\x1b[31m\x7f\x85\ufeff\n]]>\u2028 = "x" # [[baseline]] ✓ 😀'


def started(*judged: Verdict) -> list[Entry]:
    return [entry for entry, _ in entries_for(judged, URL, "TODO", TODAY)]


def one(revision: str = "2025-06-18", status: Any = "fail", **members: Any) -> Verdict:
    return replace(verdicts(MUST, status, revision)[0], **members)


def test_what_fails_everywhere_is_one_entry() -> None:
    (entry,) = started(one(), one("2025-11-25"), one("2026-07-28", "not testable"))

    assert (entry.requirement, entry.revision, entry.subject, entry.target) == (MUST, None, None, URL)
    assert (entry.reason, entry.owner, entry.expires) == ("TODO", "TODO", TODAY)


def test_what_fails_under_one_revision_is_accepted_under_that_one() -> None:
    assert [entry.revision for entry in started(one(), one("2025-11-25", "pass"))] == ["2025-06-18"]


def test_what_fails_for_one_tool_is_accepted_for_that_one() -> None:
    judged = (one(subject="a"), one(subject="b", status="pass"), one("2025-11-25", "pass", subject="a"))

    assert [(entry.revision, entry.subject) for entry in started(*judged)] == [("2025-06-18", "a")]


def test_nothing_that_passes_or_only_warns_is_accepted() -> None:
    assert started(one(status="pass"), one("2025-11-25", "warn"), one("2026-07-28", "error")) == []


def test_the_entries_of_a_contract_name_its_profile() -> None:
    broken = Verdict("rule-a", "", "fail", profile="emcp", red=True)
    kept = Verdict("rule-a", "", "pass", profile="operator")

    assert [(entry.profile, entry.revision) for entry in started(broken, kept)] == [("emcp", None)]


@pytest.mark.parametrize("name", ["baseline.toml", "baseline.yaml"])
def test_what_is_written_reads_the_same_whatever_the_target_says(name: str) -> None:
    path = Path(name)
    failing = one(subject=HOSTILE, received=HOSTILE, rule=HOSTILE, red=True)
    entries = entries_for([failing, one(subject="b", status="pass")], URL, "ann", TODAY)

    text = written(path, f"Failures of {HOSTILE}", entries)

    assert parse_baseline(path, text).entries == tuple(entry for entry, _ in entries)
    assert entries[0][0].subject == HOSTILE
    assert not [character for character in text if character != "\n" and ord(character) < 32]


def test_a_subject_that_no_file_can_say_is_left_out() -> None:
    assert [entry.subject for entry in started(one(subject="\ud83d"), one(subject="b", status="pass"))] == [None]


COMMENTED = """\
# Kept by the team; see the wiki.

# The proxy does this.
[[baseline]]
requirement = "ping-respond-empty"   # since May
reason = \"\"\"
first line
[[not an entry]]
\"\"\"
owner = "ann"
expires = 2026-12-31

# Goes with the one below,
# on two lines.
[[ baseline ]]
requirement = "tools-list-result-shape"
reason = "why"
owner = "bob"
expires = 2026-12-31

[accept]
# SHOULDs
logging-level-order = "nobody reads it"   # really

[[baseline]]
requirement = "prompts-list-result-shape"
reason = "why"
owner = "cy"
expires = 2026-12-31
"""
IN_YAML = """\
# Kept by the team; see the wiki.
baseline:
  # The proxy does this.
  - requirement: ping-respond-empty   # since May
    reason: |
      first line
      - not an entry
    owner: ann
    expires: 2026-12-31

  # Goes with the one below.
  - {requirement: tools-list-result-shape, reason: why, owner: bob, expires: 2026-12-31}
  -
    requirement: prompts-list-result-shape
    reason: why
    owner: cy
    expires: 2026-12-31
# SHOULDs
accept:
  logging-level-order: nobody reads it   # really
"""


@pytest.mark.parametrize(("name", "text"), [("b.toml", COMMENTED), ("b.yaml", IN_YAML)])
@pytest.mark.parametrize("gone", [{1}, {2}, {3}, {1, 2}, {1, 3}, {2, 3}, {1, 2, 3}, set[int]()])
def test_only_the_entry_goes(name: str, text: str, gone: set[int]) -> None:
    before = parse_baseline(Path(name), text)

    left = without(before, text, gone)

    after = parse_baseline(Path(name), left)
    assert [entry.owner for entry in after.entries] == [
        entry.owner for number, entry in enumerate(before.entries, 1) if number not in gone
    ]
    assert after.accept == before.accept
    assert "# Kept by the team" in left
    assert "# SHOULDs" in left
    assert "# really" in left
    assert ("Goes with the one below" in left) is (2 not in gone)
    assert ("# since May" in left) is (1 not in gone)


def test_a_form_that_is_too_free_is_refused_by_name() -> None:
    text = 'baseline = [{requirement = "a", reason = "b", owner = "c", expires = 2026-12-31}]'

    with pytest.raises(ConfigError, match=r"take out by hand entry 1 \(a\)"):
        without(parse_baseline(Path("b.toml"), text), text, {1})


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text("old")
    path.chmod(0o640)

    write_whole(path, "# new\n")

    assert path.read_text() == "# new\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["b.toml"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"b\.toml cannot be written: "):
        write_whole(tmp_path / "file" / "b.toml", "")


def test_a_file_that_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b.yml"
    write_whole(path, written(path, "intro", entries_for([one()], URL, "ann", date(2027, 1, 1))))

    assert [entry.expires for entry in read_baseline(path).entries] == [date(2027, 1, 1)]
