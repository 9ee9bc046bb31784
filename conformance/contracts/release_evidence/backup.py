"""Judges the record of the newest backup."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.checks.outcomes import violation
from conformance.contracts.evidence import Evidence
from conformance.contracts.reading import member, quoted
from conformance.contracts.release_evidence.artifacts import document, present, text
from conformance.contracts.release_evidence.settings import Backup
from conformance.contracts.times import hours, instant


def of_evidence(evidence: Evidence, settings: Backup) -> tuple[str, Any]:
    """The file that names the newest backup, and its metadata: from a directory, or each given by itself."""
    if "backup" not in evidence:
        return text(evidence, "backup-latest"), document(evidence, "backup-metadata")
    root = present(evidence, "backup")
    files = {"latest": root / settings.latest}
    latest = text(Evidence(files), "latest")
    beside, below = root / settings.metadata, root / latest.strip().strip("/") / settings.metadata
    if not beside.exists() and not below.exists():
        violation(f"{settings.metadata} of the backup that {settings.latest} names", f"nothing at {below}")
    return latest, document(Evidence({"metadata": below if below.exists() else beside}), "metadata")


def problems(latest: str, metadata: Any, settings: Backup, now: float) -> list[str]:
    """What is wrong with the name of the newest backup, and with what its metadata say."""
    return [*_named(latest, metadata, settings), *_recorded(metadata, settings, now)]


def _named(latest: str, metadata: Any, settings: Backup) -> Iterator[str]:
    name = latest.strip().rstrip("/")
    if settings.path_pattern and not re.fullmatch(settings.path_pattern, name):
        yield f"{settings.latest} holds {quoted(name)}, expected the form {settings.path_pattern}"
    path = member(metadata, "backup_path")
    if isinstance(path, str) and path.strip("/").rpartition("/")[2] != name.rpartition("/")[2]:
        yield f"backup_path is {quoted(path)}, {settings.latest} names {quoted(name)}"


def _recorded(metadata: Any, settings: Backup, now: float) -> Iterator[str]:
    if not isinstance(metadata, dict):
        yield f"{settings.metadata} is no JSON object"
        return
    for name in settings.required:
        if not isinstance(metadata.get(name), str) or not metadata[name]:
            yield f"{name} is {quoted(metadata.get(name))}, expected a text"
    if metadata.get("status") != settings.status:
        yield f"status is {quoted(metadata.get('status'))}, expected {settings.status}"
    at = instant(metadata.get("backup_date"))
    if at is None:
        yield f"backup_date is {quoted(metadata.get('backup_date'))}, expected a time with an offset"
    elif now - at > settings.max_age_s + settings.tolerance_s:
        yield f"the backup is {hours(now - at)} old, expected at most {hours(settings.max_age_s)}"
