"""What a profile says about telemetry: the section `[telemetry]`."""

from msgspec import Struct


class Telemetry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The telemetry file of one system, and the limits that hold in the window after a promotion."""

    max_line_bytes: int = 1 << 18
    most_samples: int = 1 << 16
    """How many lines of the watch window are kept; older ones are forgotten."""
    watch_from: str = ""
    """When the promotion was done (RFC 3339); empty: what the run directory says, or else the end of the file."""
    watch_s: float = 600
    newest_age_s: float = 300
    """The age of the newest line, at the end of the watch window."""
    largest_gap_s: float = 300
    """Between two lines of the watch window."""
    live: bool = False
    """Whether the file is being written, so that its newest line has to be fresh now."""
    error_rates: tuple[str, ...] = ("validation.failureRate", "validation.recentFailureRate", "failureRate")
    """Where the share of failed calls stands; the first that is there counts."""
    budget_percent: float = 5
    budget_window_s: float = 120
    budget_min_calls: int = 20
    budget_min_snapshots: int = 2
    memory: str = "resources.memoryUsageMb"
    rss_limit_mb: float | None = None
    rss_factor: float | None = None
    """Times the memory of the first line of the watch window."""
    rss_for_s: float = 60
    monitor_checks: int = 5
    monitor_percent: float = 20
    monitor_failures: int = 3
    primary: str = "primary"
    backup: str = "backup"
    lookback_lines: int = 400
    backup_share: float = 0.5
    backup_run_s: float = 900
    unavailable_s: float = 600
    utilisation_tolerance: float = 1
    """Percentage points."""
