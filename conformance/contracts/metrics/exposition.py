"""Reads what a scrape answered, by the parsers of the official client library.

The text comes from a stranger: whatever it holds, reading it ends in samples or in a problem in words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from math import inf
from typing import Any, Final

from prometheus_client import parser as text_format
from prometheus_client.openmetrics import parser as openmetrics

from conformance.contracts.counters import Bucket

OPENMETRICS: Final = "application/openmetrics-text"
MEDIA_TYPES: Final = frozenset({"text/plain", OPENMETRICS})
ACCEPT: Final = f"text/plain;version=0.0.4, {OPENMETRICS};version=1.0.0;q=0.5"

MAX_LINE: Final = 1 << 15
MAX_LINES: Final = 300_000

_SUFFIXES: Final = ("_total", "_bucket", "_sum", "_count", "_created", "_info")
_TYPE = re.compile(r"#\s+TYPE\s+(\S+)\s+(\S+)")
_NAME = re.compile(r'[^\s{"]+')

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exposition:
    """The samples of a scrape by name as on the wire, the declared kinds by family, and why it could not be read."""

    samples: Mapping[str, Mapping[Labels, float]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def has(self, name: str) -> bool:
        """Whether there are samples of that name or family, or its type is declared: nothing may have been counted."""
        if self._names(name) & self.samples.keys() or name in self.kinds:
            return True
        return any(family in self.kinds and family not in self.samples for family in self._families(name))

    def kind(self, name: str) -> str | None:
        """The declared kind of a family or sample; None where none is declared."""
        declared = (self.kinds.get(one) for one in (name, *sorted(self._families(name) - {name})))
        return next((kind for kind in declared if kind not in (None, "untyped", "unknown")), None)

    def values(self, name: str) -> list[float]:
        return list(self.samples.get(name, {}).values())

    def total(self, name: str) -> float | None:
        """The sum over all labels; None where there is no sample."""
        values = self.values(name)
        return sum(values) if values else None

    def buckets(self, name: str) -> list[Bucket]:
        """The cumulative buckets of a histogram over all labels."""
        sums: dict[float, float] = {}
        for labels, count in self.samples.get(f"{name}_bucket", {}).items():
            bound = bound_of(labels)
            if bound is not None:
                sums[bound] = sums.get(bound, 0) + count
        return sorted(sums.items())

    @staticmethod
    def _names(name: str) -> set[str]:
        return {name, *(f"{name}{suffix}" for suffix in ("_bucket", "_count", "_sum"))}

    @staticmethod
    def _families(name: str) -> set[str]:
        return {name, *(name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix))}


def bound_of(labels: Labels) -> float | None:
    """The upper bound of a bucket; None without one."""
    try:
        return float(dict(labels)["le"])
    except (KeyError, ValueError):
        return None


def read_exposition(body: bytes | bytearray, media_type: str = "") -> Exposition:
    """The samples of a scrape. Without a media type, the end mark of OpenMetrics tells the formats apart."""
    return _read_once(bytes(body), media_type)


@lru_cache(4)
def _read_once(body: bytes, media_type: str) -> Exposition:
    """A large dump takes seconds to read, and many checks look at it."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Exposition(problem=f"not UTF-8 at byte {error.start}")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return Exposition(problem=f"more than {MAX_LINES} lines")
    if long := next((number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE), None):
        return Exposition(problem=f"line {long} is longer than {MAX_LINE} characters")
    strict = media_type == OPENMETRICS if media_type else text.rstrip().endswith("# EOF")
    return _read(lines, strict)


def merged(expositions: Iterable[Exposition]) -> Exposition:
    """What several endpoints of one system tell together."""
    found = list(expositions)
    samples: dict[str, dict[Labels, float]] = {}
    for name, values in chain.from_iterable(one.samples.items() for one in found):
        samples.setdefault(name, {}).update(values)
    kinds = {name: kind for one in found for name, kind in one.kinds.items()}
    return Exposition(samples, kinds, "; ".join(one.problem for one in found if one.problem))


def _read(lines: list[str], strict: bool) -> Exposition:
    counted = _Counted(lines)
    samples: dict[str, dict[Labels, float]] = {}
    problem = ""
    names = {match[0] for line in lines if not line.startswith("#") and (match := _NAME.match(line.strip()))}
    try:
        for metric in _parse(counted, strict):
            for sample in metric.samples:
                series = samples.setdefault(_wire_name(sample.name, names), {})
                labels = tuple(sorted(sample.labels.items()))
                if labels in series:
                    problem = (
                        problem or f"line {counted.number} or before: {sample.name} comes twice with the same labels"
                    )
                series[labels] = _number(sample.value)
    except Exception as error:  # the parsers end in whatever their code runs into
        problem = f"line {counted.number} cannot be read{_said(error)}"
    declared = (_TYPE.match(line) for line in lines)
    return Exposition(samples, {match[1]: match[2] for match in declared if match}, problem)


def _parse(lines: Any, strict: bool) -> Iterator[Any]:
    parser = openmetrics if strict else text_format
    yield from parser.text_fd_to_metric_families(lines)


class _Counted:
    """Lines, and the number of the one that was read last."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines[:-1] if lines[-1] == "" else lines
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield f"{line}\n"


def _wire_name(name: str, names: set[str]) -> str:
    """The parser gives every counter the suffix of OpenMetrics, whether it was written or not."""
    bare = name.removesuffix("_total")
    return bare if name not in names and bare in names else name


def _number(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf


def _said(error: Exception) -> str:
    text = str(error)[:120].encode("ascii", "backslashreplace").decode()
    return f": {text}" if text else ""
