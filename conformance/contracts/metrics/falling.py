"""Counters that fell between two scrapes, though the process went on."""

from dataclasses import dataclass
from typing import Final

from conformance.contracts.metrics.exposition import Exposition, Labels

START: Final = "process_start_time_seconds"
_COUNTED: Final = ("_total", "_count", "_bucket")

Series = tuple[str, Labels]


@dataclass(frozen=True, slots=True)
class Falls:
    """`fell` are the counters that fell, `steady` tells that another one did not; `restarted` that another process
    answered, or the same one anew; `known` whether that could be told."""

    fell: dict[Series, tuple[float, float]]
    steady: bool
    restarted: bool
    known: bool

    def describe(self) -> str:
        shown = [f"{name} fell from {before:g} to {after:g}" for (name, _), (before, after) in self.fell.items()]
        return "; ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")


def falls(before: Exposition, after: Exposition) -> Falls:
    """Compares the counters of two scrapes, series by series."""
    earlier, later = counters(before), counters(after)
    common = earlier.keys() & later.keys()
    fell = {key: (earlier[key], later[key]) for key in sorted(common) if later[key] < earlier[key]}
    steady = any(earlier[key] > 0 and later[key] >= earlier[key] for key in common)
    starts = [set(one.values(START)) for one in (before, after)]
    return Falls(fell, steady, starts[0] != starts[1], bool(starts[0] and starts[1]))


def counters(exposition: Exposition) -> dict[Series, float]:
    """All series that must never fall: counters, and the counts of histograms."""
    return {
        (name, labels): value
        for name, series in exposition.samples.items()
        if _is_counted(exposition, name)
        for labels, value in series.items()
    }


def came_back(fell: Falls, again: Exposition) -> bool:
    """Whether a counter that fell is up again at once: then several processes answer in turn."""
    now = counters(again)
    return any(now.get(key, -1) >= before for key, (before, _) in fell.fell.items())


def _is_counted(exposition: Exposition, name: str) -> bool:
    kind = exposition.kind(name)
    if name.endswith("_created"):
        return False
    return kind == "counter" or (kind == "histogram" and name.endswith(_COUNTED))
