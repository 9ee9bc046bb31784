"""What a profile says about the evidence of a release: the section `[release_evidence]`."""

import re
from typing import Any

from msgspec import Struct


def _check_pattern(pattern: str) -> None:
    """ValueError, which says what is wrong with it, unless it is a regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None


class Benchmark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report that scores strategies on recorded episodes and ranks them.

    A score is the sum of each metric times its weight, and a jitter that depends on seed, strategy and episode only.
    """

    suite: str = ""
    weights: dict[str, float] = {}
    jitter: float = 0
    """Points of one of the five steps of the jitter, of which two go down and two up; 0: there is none."""
    success_metric: str = "success"
    latency_metric: str = "latency_ms"
    candidate: str = "planner"
    baseline: str = "baseline"

    @property
    def difference(self) -> str:
        """The name of the difference of both, in the comparison."""
        return f"{self.candidate}_minus_{self.baseline}"

    @property
    def threshold(self) -> str:
        return f"{self.difference}_min"


class Cluster(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deployment, as `kubectl get … -o json` shows it."""

    release: str = ""
    """The tag that the images have to have; empty: they only have to agree."""
    containers: tuple[str, ...] = ()
    """The containers whose images belong to the release; empty: all but those of jobs."""
    min_available: int = 1
    backup_job: str = ""
    max_backup_age_s: float = 24 * 3600
    backup_tolerance_s: float = 3600
    config_of: dict[str, str] = {}
    """Environment variable of a container -> key of a configuration map that it has to agree with."""
    max_error_lines: int | None = None
    error_pattern: str = r"\b(ERROR|FATAL|CRITICAL)\b"

    def __post_init__(self) -> None:
        _check_pattern(self.error_pattern)


class Backup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record of the newest backup: a file that names it, and a JSON document beside it."""

    latest: str = "latest.txt"
    metadata: str = "metadata.json"
    path_pattern: str = ""
    required: tuple[str, ...] = ()
    status: str = "completed"
    max_age_s: float = 24 * 3600
    tolerance_s: float = 3600

    def __post_init__(self) -> None:
        _check_pattern(self.path_pattern)


class Incidents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records of incidents and the reviews after them, in Markdown or JSON."""

    id_pattern: str = ""
    update_every_s: dict[str, float] = {}
    """Class of an incident -> how often its record is updated; 0: as seen fit."""
    statuses: tuple[str, ...] = ()
    review_fields: tuple[str, ...] = ()
    review_sections: tuple[str, ...] = ()
    review_within_s: float = 48 * 3600
    respond_within_s: dict[str, float] = {}
    """Severity of an alert -> how soon somebody answers it."""
    fired: tuple[str, ...] = ("fired_at", "startsAt", "activeAt")
    answered: tuple[str, ...] = ("acknowledged_at", "acknowledgedAt", "ackedAt")

    def __post_init__(self) -> None:
        _check_pattern(self.id_pattern)


class ReleaseEvidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each part that is there is promised."""

    install_marker: str = ""
    """The text in the log of a clean installation by which it has passed."""
    migration_marker: str = ""
    """The text by which a migration has passed; `{driver}` stands for the database."""
    migration_drivers: tuple[str, ...] = ()
    settings: dict[str, tuple[Any, ...]] = {}
    """Dotted path of a setting -> the values that are fine for a release."""
    unfit_settings: dict[str, tuple[Any, ...]] = {}
    """Dotted path of a setting -> the values that are not; all others are fine."""
    worker: dict[str, Any] = {}
    """What a row of the worker table has to hold."""
    panels: dict[str, tuple[str, ...]] = {}
    """What a dashboard shows -> words of which a panel for it has one, in its title, queries or legends."""
    benchmark: Benchmark | None = None
    cluster: Cluster | None = None
    backup: Backup | None = None
    incidents: Incidents | None = None
