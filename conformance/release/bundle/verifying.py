"""Makes sure of a bundle: that it is whole, that nothing was added or changed, and that its verdict follows."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from conformance.contracts.documents import problems_with
from conformance.load.results.files import read_result
from conformance.protocol.schemas import schema_root
from conformance.release.bundle.archive import Archive
from conformance.release.bundle.problems import (
    BadBundle,
    BadCount,
    BadManifest,
    BadRecord,
    ChangedMember,
    ExtraMember,
    MissingMember,
    OtherVerdict,
)  # fmt: skip
from conformance.release.bundle.writing import MANIFEST, RECORD, receipt_of
from conformance.release.kinds.loads import RESULT
from conformance.release.kinds.suites import VERDICTS
from conformance.release.results.model import FORMAT, SUITE, Manifest, Release, StepResult
from conformance.release.results.verdict import counts_of, sentence, verdict_of
from conformance.report.journal import read_verdicts
from conformance.target.errors import ConfigError

_SHOWN: Final = 5


def verify(data: bytes) -> tuple[Release | None, int, list[BadBundle]]:
    """The record, the number of members, and all that is wrong; a record only when it can be read."""
    problems: list[BadBundle] = []
    try:
        archive = Archive(data)
        manifest = _manifest(archive)
    except BadBundle as problem:
        return None, 0, [problem]
    problems += _members(archive, manifest)
    try:
        release = _record(archive)
    except BadBundle as problem:
        return None, len(archive.names), [*problems, problem]
    problems += _of_record(archive, manifest, release)
    return release, len(archive.names), problems


def _manifest(archive: Archive) -> Manifest:
    if MANIFEST not in archive.names:
        raise BadManifest(f"there is no {MANIFEST}")
    try:
        manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadManifest(f"{MANIFEST}: {error}") from None
    if manifest.format != FORMAT:
        raise BadManifest(f"{MANIFEST} has format {manifest.format}; this version reads format {FORMAT}")
    paths = [member.path for member in manifest.members]
    if len(paths) != len(set(paths)) or MANIFEST in paths:
        raise BadManifest(f"{MANIFEST} names a member twice, or itself")
    return manifest


def _members(archive: Archive, manifest: Manifest) -> Iterator[BadBundle]:
    there = set(archive.names) - {MANIFEST}
    named = {member.path: member for member in manifest.members}
    yield from (
        MissingMember(f"{path} is named in the manifest, and not there") for path in sorted(named.keys() - there)
    )
    yield from (ExtraMember(f"{path} is there, and not named in the manifest") for path in sorted(there - named.keys()))
    for path in sorted(there & named.keys()):
        try:
            data = archive.read(path)
        except BadBundle as problem:
            yield problem
            continue
        digest = hashlib.sha256(data).hexdigest()
        if (len(data), digest) != (named[path].bytes, named[path].sha256):
            yield ChangedMember(f"{path} has the checksum {digest[:12]}…, the manifest says {named[path].sha256[:12]}…")


def _record(archive: Archive) -> Release:
    if RECORD not in archive.names:
        raise MissingMember(f"there is no {RECORD}")
    try:
        data = archive.read(RECORD)
        document: Any = msgspec.json.decode(data)
        problems = problems_with(document, str(schema_root() / "reports/release.json"))
        release = msgspec.json.decode(data, type=Release)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecord(f"{RECORD}: {error}") from None
    if problems or (release.suite, release.format) != (SUITE, FORMAT):
        raise BadRecord(f"{RECORD}: {'; '.join(problems[:_SHOWN]) or 'another format'}")
    return release


def _of_record(archive: Archive, manifest: Manifest, release: Release) -> Iterator[BadBundle]:
    if release.counts != counts_of(release.steps):
        yield BadCount(f"{RECORD} counts {release.counts}, and its steps are {counts_of(release.steps)}")
    verdict = verdict_of(release.steps)
    if {release.verdict, manifest.verdict} != {verdict}:
        yield OtherVerdict(f"it says {release.verdict}, and what its steps came to is {verdict}")
    elif release.sentence != sentence(release.checklist.title, release.steps):
        yield OtherVerdict("its sentence is not that of its steps")
    if len({step.id for step in release.steps}) != len(release.steps):
        yield BadRecord(f"{RECORD} has two steps of one name")
    members = {member.path: member for member in manifest.members}
    for step in release.steps:
        yield from _of_step(archive, members, step)


def _of_step(archive: Archive, members: dict[str, Any], step: StepResult) -> Iterator[BadBundle]:
    receipt = receipt_of(step.id)
    if receipt not in archive.names:
        yield MissingMember(f"{receipt} is missing, so the step {step.id} has no receipt")
    elif not _says(archive, receipt, step):
        yield BadRecord(f"{receipt} does not say what {RECORD} says of the step")
    for one in step.evidence:
        if not one.path:
            continue
        if one.path not in archive.names:
            yield MissingMember(f"{one.path} is evidence of the step {step.id}, and not there")
        elif one.path in members and (members[one.path].bytes, members[one.path].sha256) != (one.bytes, one.sha256):
            yield ChangedMember(f"{one.path} is not the evidence that the step {step.id} had")
    yield from _of_evidence(archive, step)


def _says(archive: Archive, receipt: str, step: StepResult) -> bool:
    try:
        return msgspec.json.decode(archive.read(receipt), type=StepResult) == step
    except (BadBundle, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _of_evidence(archive: Archive, step: StepResult) -> Iterator[BadBundle]:
    """Verdict files and results of load runs have to be what they were, and to agree with the step."""
    paths = [one.path for one in step.evidence if one.path in archive.names]
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "member.json"
        for path in paths:
            name = path.rpartition("/")[2]
            if (step.kind, name) not in (("suite", VERDICTS), ("load", RESULT)):
                continue
            try:
                file.write_bytes(archive.read(path))
                yield from _of_verdicts(file, path, step) if name == VERDICTS else _of_load(file)
            except (BadBundle, ConfigError, ValueError, KeyError, TypeError) as error:
                yield BadRecord(f"{path}: {str(error).replace(f'{file} ', '').replace(f'{file}: ', '')}")


def _of_verdicts(file: Path, path: str, step: StepResult) -> Iterator[BadBundle]:
    """Where a step was run more than once, its counts are those of one of its runs."""
    verdicts = read_verdicts(file)[1]
    counts: dict[str, int] = {}
    for one in verdicts:
        counts[one.status] = counts.get(one.status, 0) + 1
    if path == f"steps/{step.id}/{VERDICTS}" and counts != step.counts:
        yield BadCount(f"{path} has {counts}, and the step {step.id} tells of {step.counts}")
    if step.status == "pass" and any(one.red for one in verdicts):
        yield OtherVerdict(f"{path} has a broken rule, and the step {step.id} passed")


def _of_load(file: Path) -> Iterator[BadBundle]:
    read_result(file)
    return iter(())
