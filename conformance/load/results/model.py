"""The result file of a load run (`schemas/reports/load.json`), of which readers ignore members that they do not know.

Durations named `_us` are microseconds, others seconds.
"""

from typing import Literal

from msgspec import Struct

from conformance.load.names import Scenario, Shape
from conformance.load.recording.histogram import at_percentile, decoded

SUITE = "mcp-conformance-load"
FORMAT = 1

FailureKind = Literal["transport", "http", "jsonrpc", "tool", "content", "timeout", "rate-limited"]
"""Where a request failed: no answer at all; a status that is no success; a JSON-RPC error; `isError`; a result that is
not what was asked for; no answer in time; 429."""

Kind = Literal["work", "setup", "journey"]
"""What an operation is: the load itself; what has to come first, such as `initialize`; or a whole session."""


class Latencies(Struct, frozen=True, kw_only=True):
    """A distribution in microseconds; `encoded` is HdrHistogram's V2 encoding, compressed, in Base64."""

    count: int
    min_us: int
    max_us: int
    mean_us: float
    encoded: str

    def percentile(self, percentile: float) -> int | None:
        """Microseconds that `percentile` (0 to 100) of the values do not exceed; None without values."""
        return at_percentile(decoded(self.encoded), percentile)


class Operation(Struct, frozen=True, kw_only=True):
    """One operation of one phase. `response` counts from the intended start of an arrival to the end of the answer,
    `service` from the moment it was sent; both hold good answers only, `failed` the service time of the others.

    Of event streams, `first_event` is the time to the first event, `largest_gap` the longest silence of each stream.
    """

    name: str
    kind: Kind
    good: int
    failures: dict[FailureKind, int] = {}
    examples: dict[FailureKind, str] = {}
    """The first failure of each kind, in words; secrets are masked."""
    bytes_sent: int = 0
    bytes_received: int = 0
    response: Latencies
    service: Latencies
    failed: Latencies
    first_event: Latencies | None = None
    largest_gap: Latencies | None = None

    @property
    def failed_count(self) -> int:
        return sum(self.failures.values())

    @property
    def count(self) -> int:
        return self.good + self.failed_count


class Arrivals(Struct, frozen=True, kw_only=True):
    """Starts of work. `late`: no user was free at the intended moment; `dropped`: never started, as it was too late."""

    due: int
    started: int
    late: int = 0
    dropped: int = 0


class Connections(Struct, frozen=True, kw_only=True):
    """`setup` is the time to a usable connection, TLS included."""

    opened: int
    failed: int
    setup: Latencies


class Streams(Struct, frozen=True, kw_only=True):
    """Event streams that were held open. `beats` are comments and notifications, `broken` ends before the phase's."""

    opened: int
    most_held: int
    events: int
    beats: int
    broken: int


class Process(Struct, frozen=True, kw_only=True):
    """How busy one process of the generator was: share of one core, and peak memory."""

    cpu: float
    rss_bytes: int


class Generator(Struct, frozen=True, kw_only=True):
    """How well the generator kept its own schedule: `lag` is how much later than intended a free user started,
    `loop` how late a timer of the event loop came."""

    processes: tuple[Process, ...]
    lag: Latencies
    loop: Latencies


class Resources(Struct, frozen=True, kw_only=True):
    """What the target used: share of one core over the phase, resident memory at its begin, end and peak."""

    source: Literal["process", "metrics"]
    cpu: float
    rss_begin_bytes: int
    rss_end_bytes: int
    rss_peak_bytes: int


class Phase(Struct, frozen=True, kw_only=True):
    """A stretch of the run under one plan. `rate` is the intended arrivals a second, to `rate_end` if it changes;
    without a rate the loop is closed: each user starts anew when it is done."""

    name: str
    role: Literal["warm-up", "round", "step", "ramp", "base", "spike", "recovery", "slice"]
    measured: bool
    began_s: float
    """Since the start of the run."""
    planned_s: float
    seconds: float
    """What it really took until its end, without the time to let answers come in."""
    complete: bool
    users: int
    rate: float | None
    rate_end: float | None = None
    arrivals: Arrivals
    total: Operation
    """All operations of kind `work` together."""
    operations: tuple[Operation, ...]
    connections: Connections
    streams: Streams | None = None
    generator: Generator
    target: Resources | None = None
    sampled: int = 0
    """Answers that were held against the schema of the revision after the phase."""

    @property
    def throughput(self) -> float:
        """Good answers a second."""
        return self.total.good / self.seconds if self.seconds > 0 else 0.0


class Spread(Struct, frozen=True, kw_only=True):
    """One figure over the measured rounds: the value of each, their median, and the pooled value where there is one."""

    rounds: tuple[float, ...]
    median: float
    low: float
    high: float
    pooled: float | None = None


class Figures(Struct, frozen=True, kw_only=True):
    """The summary of an operation, or of all work. Percentiles of response and of service times are in microseconds, by
    their name, such as `p99.9`; one that too few samples stand behind is not there."""

    name: str
    kind: Kind
    good: int
    failures: dict[FailureKind, int]
    error_rate: float
    throughput: Spread
    percentiles: dict[str, Spread]
    service: dict[str, Spread]


class BreakingPoint(Struct, frozen=True, kw_only=True):
    """`rate` is the highest tried arrival rate that kept every gate, `broken_at` the lowest that did not."""

    rate: float | None
    broken_at: float | None
    why: str
    steps: int


class Finding(Struct, frozen=True, kw_only=True):
    """Why a run, or a figure of it, is not what it seems. An invalid one makes the whole run invalid."""

    code: Literal[
        "generator-bound", "rate-limited", "errors", "too-short", "too-few-samples", "too-few-rounds", "interrupted",
        "dropped", "users-exhausted", "rate-not-sustained", "unstable", "nothing-measured", "worker-lost",
    ]  # fmt: skip
    invalidates: bool
    text: str


class Gate(Struct, frozen=True, kw_only=True):
    """A threshold of the service level, such as `p95<100ms`, and what became of it."""

    threshold: str
    operation: str
    source: str
    verdict: Literal["pass", "fail", "not evaluated"]
    measured: float | None
    limit: float
    unit: Literal["us", "ratio", "1/s"]
    text: str


class Difference(Struct, frozen=True, kw_only=True):
    """One figure against that of a stored run. `ratio` is new by old, `low` and `high` its 95 % confidence interval,
    None with too few rounds."""

    operation: str
    figure: str
    before: float
    after: float
    ratio: float
    low: float | None
    high: float | None
    p_value: float | None
    verdict: Literal["better", "worse", "same", "unknown"]
    text: str


class Target(Struct, frozen=True, kw_only=True):
    """`url` without its secrets; name, version and revision as the server told them."""

    url: str
    server: str
    version: str
    revision: str
    label: str = ""
    """The name to use in tables, when the user gave one."""


class Machine(Struct, frozen=True, kw_only=True):
    """What the generator ran on."""

    system: str
    python: str
    cpu: str
    cores: int
    memory_bytes: int


class Plan(Struct, frozen=True, kw_only=True):
    """What was asked for. Rates are arrivals a second over all processes."""

    scenario: Scenario
    shape: Shape
    model: Literal["open", "closed"]
    arrivals: Literal["constant", "poisson", "none"]
    rate: float | None
    to_rate: float | None = None
    """Where a ramp leads, how high a spike is, or the highest rate that a search tries."""
    users: int
    duration_s: float
    """Of each round, step or slice; of a ramp as a whole."""
    warm_up_s: float
    rounds: int
    think_s: float
    processes: int
    seed: int
    operations: tuple[str, ...]


class Conformance(Struct, frozen=True, kw_only=True):
    """The verdict of the suites on the same target, when a verdict file was given."""

    conforms: bool | None
    passed: int
    failed: int
    warned: int


class Result(Struct, frozen=True, kw_only=True):
    """The whole file."""

    suite: str = SUITE
    format: int = FORMAT
    tool: str
    """Version of mcp-conformance."""
    engine: str
    """Version of Locust."""
    started_at: str
    """RFC 3339, UTC."""
    command: str
    """Repeats the run; secrets are not in it."""
    target: Target
    machine: Machine
    plan: Plan
    phases: tuple[Phase, ...]
    figures: tuple[Figures, ...]
    """All work first, under the name `total`, then each operation; over the measured phases."""
    breaking_point: BreakingPoint | None = None
    findings: tuple[Finding, ...] = ()
    gates: tuple[Gate, ...] = ()
    baseline: tuple[Difference, ...] = ()
    conformance: Conformance | None = None
    interrupted: bool = False

    @property
    def valid(self) -> bool:
        """Whether the run may be believed, and ranked."""
        return not any(finding.invalidates for finding in self.findings)
