"""What the official client library exports is right under every rule, in both of its formats."""

import pytest
from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Summary, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from conformance.contracts.metrics import judges
from conformance.contracts.metrics.exposition import OPENMETRICS, Exposition, read_exposition
from conformance.contracts.metrics.falling import falls
from conformance.contracts.metrics.settings import Family, Metrics, Share

SETTINGS = Metrics(
    families={
        "calls_total": Family(kinds=("counter",)),
        "errors_total": Family(kinds=("counter",)),
        "call_seconds": Family(kinds=("histogram",), edges=(0.1,)),
        "size_bytes": Family(kinds=("summary",)),
        "hit_rate": Family(kinds=("gauge",), ratio=True),
    },
    shares=(Share(parts=("errors_total",), whole="calls_total"),),
)


def registry(calls: int) -> CollectorRegistry:
    made = CollectorRegistry()
    counter = Counter("calls", "Calls.", ["method", "path"], registry=made)
    Counter("errors", "Errors that\nwere counted \\ told.", ["method"], registry=made)
    histogram = Histogram("call_seconds", "Time.", registry=made)
    Summary("size_bytes", "Size.", registry=made).observe(3)
    Gauge("hit_rate", "Hits.", registry=made).set(0.5)
    Info("build", "Build.", registry=made).info({"version": "1"})
    Enum("phase", "Phase.", states=["a", "b"], registry=made).state("a")
    for number in range(calls):
        counter.labels("tools/call", f'/a "quoted" \\ {number % 3} \n {{}}').inc()
        histogram.observe(number / 100)
    return made


def _openmetrics(calls: int) -> bytes:
    found: bytes = generate_openmetrics(registry(calls))  # type: ignore[no-untyped-call]
    return found


@pytest.fixture(params=["text", "openmetrics"])
def exported(request: pytest.FixtureRequest) -> tuple[Exposition, Exposition]:
    """Two scrapes of one process, some calls apart."""
    if request.param == "text":
        scrapes = [read_exposition(generate_latest(registry(calls)), "text/plain") for calls in (50, 80)]
    else:
        scrapes = [read_exposition(_openmetrics(calls), OPENMETRICS) for calls in (50, 80)]
    return scrapes[0], scrapes[1]


def test_nothing_is_wrong(exported: tuple[Exposition, Exposition]) -> None:
    every = (
        judges.present, judges.kinds, judges.histograms, judges.bounds, judges.ranges, judges.shares,
        judges.label_values, judges.secrets,
    )  # fmt: skip

    assert [one.problem for one in exported] == ["", ""]
    assert [problem for judge in every for problem in judge(exported[1], SETTINGS)] == []
    assert not falls(*exported).fell
    assert len(falls(exported[1], exported[0]).fell) > 3
