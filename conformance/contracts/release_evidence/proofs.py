"""Judges of logs and settings by which a release is proven ready."""

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.contracts.paths import at_path
from conformance.contracts.reading import objects, quoted
from conformance.contracts.release_evidence.settings import ReleaseEvidence


def not_installed(log: str, settings: ReleaseEvidence) -> list[str]:
    """A log of a clean installation that does not say that it has passed."""
    if settings.install_marker in log:
        return []
    return [f"{len(log.splitlines())} lines, none of which holds {quoted(settings.install_marker)}"]


def not_migrated(logs: Mapping[str, str], settings: ReleaseEvidence) -> list[str]:
    """Databases without a log by which their migration has passed. `logs`: text by file name."""
    markers = {driver: settings.migration_marker.format(driver=driver) for driver in settings.migration_drivers}
    return [
        f"no log says {quoted(marker)}"
        for marker in markers.values()
        if not any(_says(log, marker) for log in logs.values())
    ]


def insecure(document: Any, settings: ReleaseEvidence) -> list[str]:
    """Settings with a value that is not fine for a release."""
    told = {path: value for path in _named(settings) if (value := at_path(document, path)) is not None}
    return [
        f"{path} is {quoted(value)}"
        for path, value in told.items()
        if (path in settings.settings and not _among(value, settings.settings[path]))
        or _among(value, settings.unfit_settings.get(path, ()))
    ]


def untold(document: Any, settings: ReleaseEvidence) -> list[str]:
    """Settings that the document does not tell: they may have a default that is fine."""
    return [path for path in _named(settings) if at_path(document, path) is None]


def _named(settings: ReleaseEvidence) -> list[str]:
    return list(settings.settings | settings.unfit_settings)


def not_registered(rows: Any, settings: ReleaseEvidence) -> list[str]:
    """A worker table without a row that holds what is expected; a database may show a boolean as 0 or 1."""
    found = objects(rows)
    if any(all(row.get(name) == value for name, value in settings.worker.items()) for row in found):
        return []
    wanted = ", ".join(f"{name} {quoted(value)}" for name, value in settings.worker.items())
    return [f"none of the {len(found)} rows has {wanted}"]


def _among(value: Any, accepted: Iterable[Any]) -> bool:
    """Whether the value is one of the list; a number is no boolean."""
    return any(type(value) is type(one) and value == one for one in accepted)


def _says(log: str, marker: str) -> bool:
    """Whether a line ends with the marker or goes on with something else: `sqlite` is not `sqlite3`."""
    return any(line.rstrip().endswith(marker) or f"{marker} " in line for line in log.splitlines())
