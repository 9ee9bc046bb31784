"""Runs as the leaderboard takes them: a result file, its hash, and the figures that count in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from conformance.load.leaderboard.text import SENTENCE, clean
from conformance.load.names import Shape
from conformance.load.results.files import read_result
from conformance.load.results.model import Figures, Phase, Result, Spread
from conformance.load.results.summary import figures
from conformance.target.errors import ConfigError

_REPEATED: Final[Mapping[Shape, str]] = MappingProxyType(
    {"constant": "round", "soak": "slice", "spike": "spike", "ramp": "ramp", "breaking-point": "step"}
)
"""The phases of a shape that count. But for those of a ramp they do the same again, and so tell its noise."""
_GIB: Final = 2**30


@dataclass(frozen=True)
class Run:
    """`figures` are those of all work over the phases that count; None when there are none."""

    file: str
    sha256: str
    result: Result
    figures: Figures | None

    @property
    def server(self) -> str:
        target = self.result.target
        return clean(target.label) or clean(target.server) or "unnamed server"

    @property
    def hardware(self) -> str:
        """Of the generator, which is that of the target as well on loopback."""
        machine = self.result.machine
        parts = [machine.cpu, f"{machine.cores} cores", f"{machine.memory_bytes / _GIB:.0f} GiB", machine.system]
        where = "" if _local(self.result.target.url) else "; target elsewhere, on hardware that is not known"
        return clean(", ".join(part for part in parts if part), SENTENCE) + where


def read_runs(paths: Iterable[Path]) -> list[Run]:
    """The runs of the files, in an order that does not depend on that of the files; the same file counts once.

    Raises `ConfigError`, which names the file."""
    runs = {run.sha256: run for run in map(read_run, paths)}
    return sorted(runs.values(), key=lambda run: (run.file, run.sha256))


def read_run(path: Path) -> Run:
    result = read_result(path)
    try:
        hashed, found = sha256(path.read_bytes()).hexdigest(), figures(counting(result))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    total = found[0] if found and found[0].good else None
    return Run(clean(path.name), hashed, result, _once(total) if total and result.plan.shape == "ramp" else total)


def counting(result: Result) -> Sequence[Phase]:
    """The measured phases that stand for the run: its repetitions, or the highest step that kept the service level."""
    role = _REPEATED[result.plan.shape]
    measured = [one for one in result.phases if one.measured and one.role == role]
    if result.plan.shape != "breaking-point":
        return measured
    rate = result.breaking_point.rate if result.breaking_point else None
    return [one for one in measured if rate is not None and one.rate == rate and one.complete]


def _once(figures: Figures) -> Figures:
    """Of one repetition: the stretches of a ramp differ on purpose."""
    return replace(
        figures, throughput=_pooled(figures.throughput),
        percentiles={name: _pooled(one) for name, one in figures.percentiles.items()},
    )  # fmt: skip


def _pooled(spread: Spread) -> Spread:
    value = spread.median if spread.pooled is None else spread.pooled
    return Spread(rounds=(value,), median=value, low=value, high=value, pooled=value)


def _local(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "::1") or host.startswith("127.")
