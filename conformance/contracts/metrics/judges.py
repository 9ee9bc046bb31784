"""What is wrong with metrics, as sentences; none when nothing is. Each judge is one rule."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import inf, isfinite, isinf

from conformance.contracts.metrics.exposition import Exposition, Labels, bound_of
from conformance.contracts.metrics.settings import Family, Metrics
from conformance.wire.redact import Redactor

Judge = Callable[[Exposition, Metrics], Iterable[str]]

_SPREAD = 2.0
_ROUNDING = 1e-9


def found_name(exposition: Exposition, settings: Metrics, key: str) -> str | None:
    """Under which of its accepted names a family is there; None if it is not."""
    return next((name for name in settings.names_of(key) if exposition.has(name)), None)


def present(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    for key, family in settings.families.items():
        if family.required and found_name(exposition, settings, key) is None:
            names = " or ".join(settings.names_of(key))
            yield f"{names} is missing{f' ({family.group})' if family.group else ''}"


def kinds(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    """A family without a declared kind is not of a wrong kind."""
    for name, family in _found(exposition, settings):
        declared = exposition.kind(name)
        if family.kinds and declared is not None and declared not in family.kinds:
            yield f"{name} is declared as {declared}, expected {' or '.join(family.kinds)}"


def histograms(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    """All histograms of the scrape, whether the profile names them or not."""
    for name, kind in exposition.kinds.items():
        if kind == "histogram":
            for labels, buckets in _by_series(exposition, name).items():
                yield from _histogram(exposition, name, labels, buckets)


def _by_series(exposition: Exposition, name: str) -> dict[Labels, list[tuple[float, float]]]:
    found: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in exposition.samples.get(f"{name}_bucket", {}).items():
        bound = bound_of(labels)
        rest = tuple(one for one in labels if one[0] != "le")
        found.setdefault(rest, []).append((inf if bound is None else bound, count))
    return found


def _histogram(exposition: Exposition, name: str, labels: Labels, buckets: list[tuple[float, float]]) -> Iterator[str]:
    series = name + _shown(labels)
    ordered = sorted(buckets)
    for (lower, below), (upper, count) in pairwise(ordered):
        if count < below:
            yield f"{series} has {below:g} up to {lower:g} but {count:g} up to {upper:g}; buckets are cumulative"
    last, most = ordered[-1]
    if not isinf(last):
        yield f"{series} has no bucket +Inf"
    total = exposition.samples.get(f"{name}_count", {}).get(labels)
    if total is not None and isinf(last) and total != most:
        yield f"{series} has {most:g} up to +Inf but a count of {total:g}"
    found = exposition.samples.get(f"{name}_sum", {}).get(labels)
    if found is not None and found < 0 and name.endswith("_seconds"):
        yield f"{series} has a sum of {found:g}"


def bounds(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    for name, family in _found(exposition, settings):
        finite = [bound for bound, _ in exposition.buckets(name) if isfinite(bound)]
        if not finite:
            continue
        for bound in family.buckets:
            if bound not in finite:
                yield f"{name} has no bucket up to {bound:g}"
        for edge in family.edges:
            if not any(edge / _SPREAD <= bound <= edge * _SPREAD for bound in finite):
                yield f"{name} has no bound near {edge:g}, so that limit cannot be judged by it"


def ranges(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    """NaN is no value: a ratio of nothing."""
    for name, family in _found(exposition, settings):
        least, most = (0.0, 1.0 if settings.ratio_unit == "fraction" else 100.0) if family.ratio else (None, None)
        least = family.least if family.least is not None else least
        most = family.most if family.most is not None else most
        for value in exposition.values(name):
            if (least is not None and value < least) or (most is not None and value > most):
                yield f"{name} is {value:g}, expected {_range(least, most)}"


def shares(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    for share in settings.shares:
        whole = _total(exposition, settings, share.whole)
        parts = [_total(exposition, settings, part) for part in share.parts]
        known = [part for part in parts if part is not None]
        if whole is not None and sum(known) > whole * (1 + _ROUNDING):
            yield f"{' + '.join(share.parts)} is {sum(known):g}, more than {share.whole}, which is {whole:g}"


def capacities(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    for capacity in settings.capacities:
        whole = _total(exposition, settings, capacity.whole)
        parts = [_total(exposition, settings, part) or 0 for part in capacity.parts]
        if whole is None:
            yield f"{capacity.whole} is missing, so nobody can tell how much is left"
        elif not whole > 0:
            yield f"{capacity.whole} is {whole:g}"
        elif sum(parts) > whole:
            yield f"{' + '.join(capacity.parts)} is {sum(parts):g}, more than {capacity.whole}, which is {whole:g}"


def label_values(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    for name, series in exposition.samples.items():
        values: dict[str, set[str]] = {}
        for labels in series:
            for label, value in (one for one in labels if one[0] != "le"):
                values.setdefault(label, set()).add(value)
        for label, distinct in values.items():
            if len(distinct) > settings.label_values:
                yield f"{name} has {len(distinct)} values of {label}, more than {settings.label_values}"


def secrets(exposition: Exposition, settings: Metrics) -> Iterator[str]:
    """The values themselves are not told."""
    redactor = Redactor()
    for name, series in exposition.samples.items():
        looked = {(label, value) for labels in series for label, value in labels}
        for label in sorted({label for label, value in looked if redactor.text(value) != value}):
            yield f"{name} has a credential in its label {label}"


def _found(exposition: Exposition, settings: Metrics) -> Iterator[tuple[str, Family]]:
    for key, family in settings.families.items():
        name = found_name(exposition, settings, key)
        if name is not None:
            yield name, family


def _total(exposition: Exposition, settings: Metrics, key: str) -> float | None:
    name = found_name(exposition, settings, key)
    return None if name is None else exposition.total(name)


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f"{least:g} to {most:g}"
    return f"at least {least:g}" if least is not None else f"at most {most:g}"


def _shown(labels: Labels) -> str:
    return "{" + ",".join(f'{label}="{value[:40]}"' for label, value in labels[:4]) + "}" if labels else ""
