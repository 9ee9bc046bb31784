"""The leaderboard as a document (`schemas/reports/leaderboard.json`); readers ignore members that they do not know.

Durations named `_us`, and percentiles, are in microseconds of response time, others in seconds. Text is one line, cut.
"""

from typing import Literal

from msgspec import Struct

from conformance.load.names import Scenario, Shape
from conformance.load.results.model import Conformance, FailureKind, Spread

SUITE = "mcp-conformance-leaderboard"
FORMAT = 1

Status = Literal["ranked", "not sustained", "superseded", "invalid"]
"""Why a row has a rank or none: it has one; the server did not keep up with the rate; a newer run of the same server
counts; the run cannot be believed."""

Order = Literal["highest first", "lowest first"]


class Input(Struct, frozen=True, kw_only=True):
    """A file that the leaderboard was made from."""

    file: str
    sha256: str


class Hardware(Struct, frozen=True, kw_only=True):
    """What runs were made on. Runs on different hardware are not compared."""

    id: str
    text: str


class Limit(Struct, frozen=True, kw_only=True):
    """`rate` is the highest arrival rate that kept the service level, `broken_at` the lowest tried that did not."""

    rate: float
    broken_at: float | None


class Comparison(Struct, frozen=True, kw_only=True):
    """The ranking figure by that of the first row of the same hardware, over the rounds, with its 95 % confidence
    interval; `low`, `high` and `p_value` are null where there are too few rounds."""

    ratio: float
    low: float | None
    high: float | None
    p_value: float | None


class Row(Struct, frozen=True, kw_only=True):
    """One server. `rounds` is how many repetitions stand behind the figures, and `spread` how far they lie apart in the
    ranking figure: highest minus lowest, by the value."""

    status: Status
    rank: int | None = None
    tied: bool = False
    """Whether others share the rank, because the noise is larger than the difference."""
    reason: str = ""
    """Why there is no rank."""
    server: str
    version: str
    revision: str
    hardware: str
    date: str
    throughput: Spread | None = None
    """Good answers a second."""
    percentiles: dict[str, Spread] = {}
    error_rate: float | None = None
    failures: dict[FailureKind, int] = {}
    rounds: int = 0
    spread: float | None = None
    limit: Limit | None = None
    against_best: Comparison | None = None
    conformance: Conformance | None = None
    findings: tuple[str, ...] = ()
    """What the run says about its own validity."""
    operations: tuple[str, ...]
    seed: int
    command: str
    input: str
    """The hash of the result file."""


class Workload(Struct, frozen=True, kw_only=True):
    """Runs with the same plan. Only they are compared."""

    id: str
    title: str
    scenario: Scenario
    shape: Shape
    model: Literal["open", "closed"]
    arrivals: Literal["constant", "poisson", "none"]
    rate: float | None
    to_rate: float | None
    """Where a ramp leads, or how high a spike is."""
    users: int | None
    """Of a closed loop."""
    duration_s: float
    warm_up_s: float
    rounds: int
    think_s: float
    service_level: tuple[str, ...]
    """The thresholds that a search for the breaking point kept to."""
    ranked_by: str
    """A percentile such as `p99`, `throughput` or `rate`."""
    order: Order
    why: str
    notes: tuple[str, ...]
    leaderboard: tuple[Row, ...]
    """By hardware, then by rank."""
    unranked: tuple[Row, ...]


class Leaderboard(Struct, frozen=True, kw_only=True):
    """The whole document. `inputs_hash` is the SHA-256 of the hashes of all inputs, in the order given here."""

    suite: str = SUITE
    format: int = FORMAT
    generated_at_utc: str
    tool: str
    """Version of mcp-conformance."""
    title: str
    hardware: tuple[Hardware, ...]
    workloads: tuple[Workload, ...]
    inputs: tuple[Input, ...]
    inputs_hash: str
