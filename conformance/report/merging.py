"""Verdict files put together: one `TargetRun` a target, whether it was judged in one file or in shards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.report.journal import read_verdicts
from conformance.report.verdict import WORST_FIRST, Verdict
from conformance.requirements import REVISIONS

OF_ALL_EXCHANGES = "traffic::"
"""How the check of a rule begins that was judged on all exchanges of a run, so that each shard judges it."""


@dataclass(frozen=True, slots=True)
class VerdictFile:
    name: str
    head: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]

    @property
    def target(self) -> Mapping[str, Any]:
        return dict(self.head.get("target", {}))

    @property
    def summary(self) -> Mapping[str, Any]:
        return dict(self.head.get("summary", {}))

    @property
    def complete(self) -> bool:
        return bool(self.summary.get("complete"))


@dataclass(frozen=True, slots=True)
class TargetRun:
    """What was judged of one target. `repeated` counts the checks that several files judge: the newest file counts."""

    files: tuple[VerdictFile, ...]
    verdicts: tuple[Verdict, ...]
    repeated: int = 0

    @property
    def url(self) -> str:
        return str(self.files[0].target.get("url", ""))

    @property
    def server(self) -> str:
        return str(self.files[0].target.get("server", ""))

    @property
    def complete(self) -> bool:
        return all(file.complete for file in self.files)

    @property
    def revisions(self) -> list[str]:
        spoken = {str(revision) for file in self.files for revision in file.head.get("revisions", ())}
        return sorted(spoken, key=lambda one: (one not in REVISIONS, one))

    @property
    def not_spoken(self) -> dict[str, str]:
        """Revisions that no file found spoken, with the reason."""
        told = {key: str(value) for file in self.files for key, value in dict(file.head.get("not_spoken", {})).items()}
        return {revision: reason for revision, reason in told.items() if revision not in self.revisions}

    @property
    def profiles(self) -> dict[str, str]:
        return {key: str(value) for file in self.files for key, value in dict(file.head.get("profiles", {})).items()}

    @property
    def started(self) -> str:
        return min(str(file.head.get("started", "")) for file in self.files)

    @property
    def tool(self) -> str:
        return ", ".join(sorted({str(dict(file.head.get("tool", {})).get("version", "")) for file in self.files}))

    @property
    def requests(self) -> int:
        return sum(int(file.summary.get("requests", 0)) for file in self.files)

    @property
    def seconds(self) -> float:
        """The time of all files together."""
        return sum(float(file.summary.get("seconds", 0.0)) for file in self.files)


def read_files(paths: Iterable[Path]) -> list[VerdictFile]:
    """Raises ValueError or OSError for what is no whole verdict file."""
    files = []
    for path in paths:
        head, verdicts = read_verdicts(path)
        files.append(VerdictFile(str(path), head, tuple(verdicts)))
    return files


def merged(files: Sequence[VerdictFile]) -> list[TargetRun]:
    """Files of the same URL and server are one target; targets stand in the order in which they were given."""
    of: dict[tuple[str, str], list[VerdictFile]] = {}
    for file in files:
        of.setdefault((str(file.target.get("url", "")), str(file.target.get("server", ""))), []).append(file)
    return [_one_target(listed) for listed in of.values()]


def _one_target(files: Sequence[VerdictFile]) -> TargetRun:
    """Of a check that several files judge the newest file counts; of a rule on all exchanges the worst verdict, unless
    the files repeat each other's checks."""
    newest_first = sorted(files, key=lambda file: str(file.head.get("started", "")), reverse=True)
    kept: dict[tuple[str, str, str], Verdict] = {}
    on_all: dict[tuple[str, str, str], list[Verdict]] = {}
    repeated = 0
    for file in newest_first:
        seen_before = frozenset(kept)
        for place, one in enumerate(file.verdicts):
            key = (one.nodeid or str(place), one.requirement, one.scope)
            if one.nodeid.startswith(OF_ALL_EXCHANGES):
                on_all.setdefault(key, []).append(one)
            elif key in seen_before:
                repeated += 1
            else:
                kept[key] = one
    pick = _newest if repeated else _worst
    return TargetRun(tuple(files), (*kept.values(), *map(pick, on_all.values())), repeated)


def _newest(verdicts: Sequence[Verdict]) -> Verdict:
    return verdicts[0]


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=lambda one: (not one.red, WORST_FIRST.index(one.status)))
