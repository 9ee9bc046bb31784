"""A bundle is the same for the same evidence, and whatever is done to it has a name."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conformance.release.bundle import problems
from conformance.release.bundle.verifying import verify
from conformance.release.bundle.writing import MANIFEST, RECORD, _zipped
from conformance.release.results import schema
from tests.release.runs import Outcome, checklist, command, release

ROOT = Path(__file__).parents[2]

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    directory = tmp_path_factory.mktemp("released")
    (directory / "report.json").write_text('{"ok": true}')
    expected = 'artifacts = [{ source = "report.json", rules = ["ok == true"] }]'
    artifact = f'[steps.two]\nkind = "artifact"\ntitle = "Two"\n{expected}'
    checklist(directory, command("one", "print('fine')") + artifact)
    outcome = release(directory, "--checklist=mine.toml")
    assert outcome.code == 0, outcome.shown
    return outcome


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads((ROOT / schema.PUBLISHED).read_text()) == json.loads(json.dumps(schema.schema()))


def test_record_and_manifest_are_valid_by_the_published_schema(released: Outcome) -> None:
    published = json.loads((ROOT / schema.PUBLISHED).read_text())
    members = released.members()
    manifest = {"$ref": "#/$defs/Manifest", "$defs": published["$defs"]}

    assert list(Draft202012Validator(published).iter_errors(json.loads(members[RECORD]))) == []
    assert list(Draft202012Validator(manifest).iter_errors(json.loads(members[MANIFEST]))) == []


def test_a_whole_bundle_is_whole(released: Outcome) -> None:
    outcome = release(released.directory, "verify", str(released.bundle))
    digest = hashlib.sha256(released.bundle.read_bytes()).hexdigest()

    assert outcome.code == 0, outcome.shown
    assert f"whole, {len(released.members())} members, sha256 {digest}" in outcome.out
    assert "GO: Mine" in outcome.out
    assert release(released.directory, "verify", str(released.bundle), f"--sha256={digest}").code == 0
    other = release(released.directory, "verify", str(released.bundle), f"--sha256={'0' * 64}")
    assert (other.code, other.out.partition(":")[0]) == (1, "OtherBundle")


def test_members_are_in_order_and_without_times(released: Outcome) -> None:
    with zipfile.ZipFile(released.bundle) as archive:
        names = archive.namelist()
        assert names == [MANIFEST, *sorted(names[1:])]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert _zipped(released.members()) == released.bundle.read_bytes()


def test_everything_is_in_it(released: Outcome) -> None:
    assert set(released.members()) == {
        MANIFEST, RECORD, "release.html", "release.md", "ledger.jsonl", "checklist/0-mine.toml", "steps/one.json",
        "steps/one/output.log", "steps/two.json", "steps/two/seen/report.json",
    }  # fmt: skip


def named(data: bytes) -> set[str]:
    return {type(problem).__name__ for problem in verify(data)[2]}


def signed(members: Members) -> bytes:
    """With a manifest that fits, as somebody makes it who edits with care."""
    manifest = json.loads(members[MANIFEST])
    manifest["members"] = [
        {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in sorted(members.items())
        if path != MANIFEST
    ]
    return _zipped({**members, MANIFEST: json.dumps(manifest).encode()})


def edited(path: str, change: Callable[[Any], object]) -> Callable[[Members], Members]:
    def edit(members: Members) -> Members:
        document = json.loads(members[path])
        change(document)
        return {**members, path: json.dumps(document).encode()}

    return edit


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda members: {**members, "release.md": b"# GO"}, {"ChangedMember"}),
        (lambda members: {**members, "extra.txt": b"x"}, {"ExtraMember"}),
        (lambda members: {path: data for path, data in members.items() if path != "release.md"}, {"MissingMember"}),
        (lambda members: {path: data for path, data in members.items() if path != MANIFEST}, {"BadManifest"}),
        (lambda members: {**members, MANIFEST: b"{"}, {"BadManifest"}),
        (edited(MANIFEST, lambda one: one["members"].append(one["members"][0])), {"BadManifest"}),
        (edited(MANIFEST, lambda one: one.update(format=2)), {"BadManifest"}),
        (edited(MANIFEST, lambda one: one.update(more=1)), {"BadManifest"}),
        (lambda members: {**members, "../up.txt": b"x"}, {"BadName"}),
        (lambda members: {**members, "/etc/x": b"x"}, {"BadName"}),
    ],
)
def test_a_change_has_a_name(released: Outcome, change: Callable[[Members], Members], found: set[str]) -> None:
    assert named(_zipped(change(released.members()))) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (edited(RECORD, lambda one: one.update(verdict="NO-GO")), {"OtherVerdict"}),
        (edited(RECORD, lambda one: one.update(sentence="GO: all is well")), {"OtherVerdict"}),
        (edited(RECORD, lambda one: one["counts"].update({"pass": 3})), {"BadCount"}),
        (edited(RECORD, lambda one: one.pop("steps")), {"BadRecord"}),
        (edited(RECORD, lambda one: one["steps"][0].update(status="fine")), {"BadRecord"}),
        (edited(RECORD, lambda one: one["steps"][0].update(reason="other words")), {"BadRecord"}),
        (edited(RECORD, lambda one: one["steps"][0]["evidence"][0].update(bytes=1)), {"BadRecord", "ChangedMember"}),
        (lambda members: {path: data for path, data in members.items() if path != RECORD}, {"MissingMember"}),
        (lambda members: {path: data for path, data in members.items() if path != "steps/one.json"}, {"MissingMember"}),
        (
            lambda members: {path: data for path, data in members.items() if not path.endswith("output.log")},
            {"MissingMember"},
        ),
        (lambda members: {**members, "steps/one/output.log": b"other"}, {"ChangedMember"}),
        (edited(MANIFEST, lambda one: one.update(verdict="NO-GO")), {"OtherVerdict"}),
    ],
)
def test_a_careful_change_has_a_name_too(
    released: Outcome, change: Callable[[Members], Members], found: set[str]
) -> None:
    assert named(signed(change(released.members()))) == found


def test_a_failure_that_is_edited_away_is_found(tmp_path: Path) -> None:
    checklist(tmp_path, command("one", "import sys; sys.exit(1)") + command("two", "pass"))
    members = release(tmp_path, "--checklist=mine.toml").members()
    record = json.loads(members[RECORD])
    record.update(verdict="GO")

    assert named(signed({**members, RECORD: json.dumps(record).encode()})) == {"OtherVerdict"}


@pytest.mark.parametrize("share", [0.001, 0.5, 0.9, 0.999])
def test_a_truncated_bundle_is_told(released: Outcome, share: float) -> None:
    data = released.bundle.read_bytes()

    assert named(data[: int(len(data) * share)]) == {"Truncated"}
    assert named(data[:-1]) == {"Truncated"}
    assert named(data[:3]) == {"NoBundle"}


def test_what_is_hidden_is_told(released: Outcome) -> None:
    data = released.bundle.read_bytes()

    assert named(data + b"more") == {"HiddenContent"}
    assert named(b"more" + data) == {"NoBundle"}
    directory = data.find(b"PK\x01\x02")
    assert named(data[:directory] + b"more" + data[directory:]) <= {"HiddenContent", "Truncated"}


def test_a_member_that_is_there_twice_is_told(released: Outcome) -> None:
    buffer = io.BytesIO(released.bundle.read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("release.md", b"# GO")

    assert named(buffer.getvalue()) == {"BadName"}


def test_a_bomb_is_not_unpacked(released: Outcome) -> None:
    data = bytearray(released.bundle.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")

    assert named(bytes(data)) == {"TooLarge"}


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_flipped_byte_is_found_and_breaks_nothing(released: Outcome, data: st.DataObject) -> None:
    whole = bytearray(released.bundle.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    found = verify(bytes(whole))[2]

    assert all(isinstance(problem, problems.BadBundle) for problem in found)
    assert found or _same_content(bytes(whole), released.members())


def _same_content(data: bytes, members: Members) -> bool:
    """A byte that says nothing, such as the time of a member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()} == members


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert verify(data)[2]
    assert verify(b"PK\x03\x04" + data)[2]


def test_every_problem_is_told_on_a_line_of_its_own(released: Outcome, tmp_path: Path) -> None:
    members = released.members()
    bad = tmp_path / "bad.zip"
    bad.write_bytes(_zipped({**members, "release.md": b"x", "extra\u202etxt": b"x"}))
    outcome = release(tmp_path, "verify", str(bad))

    assert outcome.code == 1
    assert [line.partition(":")[0] for line in outcome.out.splitlines()] == ["ExtraMember", "ChangedMember", "bad.zip"]
    assert "\u202e" not in outcome.out
