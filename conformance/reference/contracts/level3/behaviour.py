"""What the Level 3 system does; the defaults keep every promise of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]

TOKEN = "reference-level3-credential"
LIMITED_TOKEN = "reference-level3-credential-with-a-small-limit"
STAGES = ("dev", "staging", "production")
STRATEGIES = ("canary", "blue_green", "rolling")
DOOMED = "doomed"
"""Artifacts whose name begins so never start: their promotions fail."""


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Traffic:
    """What the metrics tell, as if the system were busy. `per_s` is on the clock of the system; shares are of all."""

    per_s: float = 20.0
    errors: float = 0.01
    slow: float = 0.0
    """Validations and lookups that take longer than their limits."""
    cache_hits: float = 0.85
    promotion_failures: float = 0.01
    slow_promotions: float = 0.0
    rollbacks: bool = False
    storage_used: float = 0.5


@dataclass(frozen=True)
class Level3Behaviour:
    """Durations are in seconds before `scale` is applied, unless they are named as real."""

    scale: float = 0.02
    traffic: Traffic = Traffic()

    live_status: Callable[[int], int] = lambda number: 200
    """From the number of the request."""
    ready_status: Callable[[int], int] = lambda number: 200
    startup_status: int = 200
    live_delay_real_s: float = 0
    health_body: bytes = b'{"status":"ok"}'
    redirect_to: str = "https://mcp-semantic.example.com/"
    redirect_status: int = 308

    metrics_status: int = 200
    metrics_type: str = "text/plain; version=0.0.4; charset=utf-8"
    metrics_delay_real_s: float = 0
    dashboards: tuple[str, ...] = ("mcp-overview", "mcp-validation", "mcp-promotion", "mcp-artifacts")
    exposition: Callable[[str], str] = as_it_is
    counters_fall: bool = False

    alerts: tuple[Json, ...] = ()
    alerts_answer: Callable[[Json], Any] = as_it_is
    rule: Callable[[Json], Json | None] = as_it_is
    """Changes an alerting rule, or takes it out."""
    query_values: Callable[[str], tuple[str, ...]] = lambda query: ("1",)
    """From the query; the values repeat."""

    credentials: bool = True
    refuse_wrong_credential: bool = True
    limits: tuple[tuple[str, int], ...] = ((TOKEN, 5000), (LIMITED_TOKEN, 20))
    window_s: float = 60
    limited_status: int = 429
    rate_headers: Callable[[Json], Json] = as_it_is
    refusal: Callable[[Json], Any] = as_it_is
    """Changes the body of a refusal."""
    unreadable_status: int = 400
    unknown_status: int = 404
    unknown_promotion_status: int = 404
    unknown_download_status: int = 404
    slow_every: int = 0
    """Each of so many calls of the API is slow, for `slow_real_s`; `failing` tells by their number which fail."""
    slow_real_s: float = 0.4
    failing: Callable[[int], bool] = lambda number: False
    paging: bool = True
    counts_page: bool = False
    """Whether the total is that of the page."""
    max_page: int | None = 1000
    cap_pages: bool = False
    openapi: Json | None = None

    always_strict: bool = False
    validation: Callable[[Json], Json] = as_it_is
    max_errors: int = 100
    unknown_schema_status: int = 404

    promotion_created_status: int = 201
    promotion: Callable[[Json], Json] = as_it_is
    same_stage_status: int = 400
    skipped_stage_status: int = 409
    unknown_strategy_status: int = 400
    approvals: tuple[tuple[str, int], ...] = (("staging", 1), ("production", 2))
    starts_unapproved: bool = False
    count_everybody_once: bool = True
    promotion_s: float = 20
    end_of_failure: Literal["rolled_back", "failed"] = "rolled_back"
    states: tuple[str, ...] = ("in_progress", "completed")
    """What a promotion that goes well goes through, evenly in time."""
    rollback_status: int = 202
    rollback_without_release_status: int = 409
    rejection_counts: bool = True

    upload_status: int = 201
    uploaded: Callable[[Json], Json] = as_it_is
    stored: Callable[[bytes], bytes] = as_it_is
    same_upload: Literal["deduplicate", "conflict", "new"] = "deduplicate"
    other_upload_status: int = 409
    version_status: int = 400
    checksum_status: int = 422
    versions_kept: int = 10
    searchable: bool = True
    delete_removes: bool = True
    usage: Callable[[Json], Json] = as_it_is
    audit: Callable[[Json], Json] = as_it_is
    uncounted: tuple[str, ...] = ()
    """Counters that do not grow with calls."""
    versions_delay_real_s: float = 0
