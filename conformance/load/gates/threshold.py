"""What is promised of an operation, or of all work."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from conformance.load.recording.merging import TOTAL
from conformance.load.results.model import Kind

Measure = Literal["response", "service", "first-event", "gap", "errors", "availability", "throughput"]
Op = Literal["<", "<=", ">", ">="]
Unit = Literal["us", "ratio", "1/s"]

TIMES: Final = ("response", "service", "first-event", "gap")
"""Measures that are distributions of times: the first event of a stream, and its longest silence, among them."""
IN_US: Final[Mapping[str, int]] = MappingProxyType({"us": 1, "ms": 1_000, "s": 1_000_000})
KINDS: Final[tuple[Kind, ...]] = ("work", "setup", "journey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """`limit` is in microseconds, a ratio, or good answers a second. `percentile` is of measures that are times, None
    there for the longest. `operation` is a name, the part of names up to the first space, or `total`."""

    operation: str = TOTAL
    measure: Measure
    percentile: float | None = None
    op: Op
    limit: float
    source: str

    @property
    def unit(self) -> Unit:
        if self.measure in TIMES:
            return "us"
        return "1/s" if self.measure == "throughput" else "ratio"

    @property
    def figure(self) -> str:
        """`p95`, `service.p99.9`, `gap.max`, `errors`."""
        if self.measure not in TIMES:
            return self.measure
        statistic = "max" if self.percentile is None else f"p{_plain(Decimal(str(self.percentile)))}"
        return statistic if self.measure == "response" else f"{self.measure}.{statistic}"

    @property
    def bound(self) -> str:
        """The limit with its unit: `100ms`, `0.1%`, `200`."""
        value = Decimal(repr(self.limit))
        if self.unit == "us":
            unit = next((name for name in ("s", "ms") if value and value >= IN_US[name]), "us")
            return f"{_plain(value / IN_US[unit])}{unit}"
        return _plain(value) if self.unit == "1/s" else f"{_plain(value * 100)}%"

    @property
    def short(self) -> str:
        """Without the operation: `p95<100ms`."""
        return f"{self.figure}{self.op}{self.bound}"

    def __str__(self) -> str:
        return self.short if self.operation == TOTAL else f"{self.operation}:{self.short}"

    def kept_by(self, measured: float) -> bool:
        kept = {
            "<": measured < self.limit,
            "<=": measured <= self.limit,
            ">": measured > self.limit,
            ">=": measured >= self.limit,
        }
        return kept[self.op]


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
