"""Makes the leaderboard out of runs: one table for each workload, ranked by hardware."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from msgspec.structs import replace

from conformance import __version__
from conformance.contracts.times import instant
from conformance.load.leaderboard.model import Comparison, Hardware, Input, Leaderboard, Row, Workload
from conformance.load.leaderboard.notes import notes_on
from conformance.load.leaderboard.placing import (
    limits_apart,
    places,
    ratio_between,
    sorted_by,
    told_apart,
    value_of,
)
from conformance.load.leaderboard.rows import row_of
from conformance.load.leaderboard.runs import Run
from conformance.load.leaderboard.verdicts import Verdicts, verdicts_on
from conformance.load.leaderboard.workloads import Key, Ranking, key_of, ranking_of, slug_of, title_of
from conformance.load.results.model import Spread

T = TypeVar("T")
K = TypeVar("K")


def leaderboard_of(runs: Sequence[Run], verdicts: Sequence[Verdicts] = (), *, title: str, now: str) -> Leaderboard:
    """`now` is the time to put on it."""
    ids = {text: f"H{number}" for number, text in enumerate(sorted({run.hardware for run in runs}), start=1)}
    inputs = tuple(Input(file=run.file, sha256=run.sha256) for run in runs)
    by_key = _grouped(runs, lambda run: key_of(run.result))
    keys = sorted(by_key, key=lambda key: key.order)
    return Leaderboard(
        generated_at_utc=now, tool=__version__, title=title,
        hardware=tuple(Hardware(id=id, text=text) for text, id in ids.items()),
        workloads=tuple(
            _workload(key, slug, by_key[key], ids, verdicts) for key, slug in zip(keys, _slugs(keys), strict=True)
        ),
        inputs=inputs, inputs_hash=sha256("".join(one.sha256 for one in inputs).encode()).hexdigest(),
    )  # fmt: skip


def _workload(
    key: Key, slug: str, runs: Sequence[Run], ids: Mapping[str, str], verdicts: Sequence[Verdicts]
) -> Workload:
    told = [(run, verdicts_on(run.result.target, verdicts)) for run in runs]
    rows = _newest([row_of(run, ids, found.conformance if found else None) for run, found in told])
    fit = [row for row in rows if row.status == "ranked"]
    ranking, plan = ranking_of(key, fit), key.plan
    return Workload(
        id=slug, title=title_of(key), scenario=plan.scenario, shape=plan.shape, model=plan.model,
        arrivals=plan.arrivals, rate=plan.rate, to_rate=plan.to_rate, users=plan.users or None,
        duration_s=plan.duration_s, warm_up_s=plan.warm_up_s, rounds=plan.rounds, think_s=plan.think_s,
        service_level=key.service_level,
        ranked_by=ranking.figure, order=ranking.order, why=ranking.why,
        notes=notes_on(fit, [run.result.tool for run in runs]),
        leaderboard=tuple(
            row for each in sorted({row.hardware for row in fit})
            for row in _ranked([row for row in fit if row.hardware == each], ranking)
        ),
        unranked=tuple(sorted((row for row in rows if row.status != "ranked"), key=_unranked_order)),
    )  # fmt: skip


def _newest(rows: Sequence[Row]) -> list[Row]:
    """Of several runs of one server the newest counts; invalid ones are none."""
    invalid = [row for row in rows if row.status == "invalid"]
    kept: list[Row] = []
    for same in _grouped([row for row in rows if row.status != "invalid"], _identity).values():
        newest, *older = sorted(same, key=_age, reverse=True)
        reason = f"a run of {newest.date} counts"
        kept += [newest, *(replace(row, status="superseded", reason=reason) for row in older)]
    return kept + invalid


def _ranked(rows: Sequence[Row], ranking: Ranking) -> list[Row]:
    """Rows of the same hardware."""
    figures = [figure_of(row, ranking.figure) for row in rows]
    order = sorted_by([value_of(one) for one in figures], [_name(row) for row in rows], ranking.order)
    rows, figures = [rows[at] for at in order], [figures[at] for at in order]

    def apart(best: int, other: int) -> bool:
        limits = rows[best].limit, rows[other].limit
        if limits[0] and limits[1]:
            return limits_apart(limits[0], limits[1])
        return told_apart(figures[best], figures[other], ranking.order)

    found = places(len(rows), apart)
    return [
        replace(
            rows[at], rank=found[at].rank, tied=found[at].tied, spread=_width(figures[at]),
            against_best=_comparison(figures[0], figures[at]) if at else None,
        )
        for at in range(len(rows))
    ]  # fmt: skip


def figure_of(row: Row, figure: str) -> Spread:
    """What a ranked row is ranked by."""
    if row.limit and figure == "rate":
        return Spread(rounds=(row.limit.rate,), median=row.limit.rate, low=row.limit.rate, high=row.limit.rate)
    found = row.throughput if figure == "throughput" else row.percentiles.get(figure)
    assert found is not None
    return found


def _comparison(best: Spread, other: Spread) -> Comparison | None:
    ratio = ratio_between(best, other)
    return Comparison(ratio=ratio.ratio, low=ratio.low, high=ratio.high, p_value=ratio.p_value) if ratio else None


def _width(figure: Spread) -> float | None:
    value = value_of(figure)
    return (figure.high - figure.low) / value if len(figure.rounds) > 1 and value > 0 else None


def _identity(row: Row) -> tuple[str, ...]:
    return (row.server, row.version, row.revision, row.hardware)


def _name(row: Row) -> str:
    return "\n".join((*_identity(row), row.input))


def _age(row: Row) -> tuple[float, str]:
    """Rows without a date that can be read are the oldest."""
    began = instant(row.date)
    return (float("-inf") if began is None else began, row.input)


def _unranked_order(row: Row) -> tuple[str, str]:
    return (row.status, _name(row))


def _slugs(keys: Iterable[Key]) -> list[str]:
    slugs: list[str] = []
    for slug in map(slug_of, keys):
        taken = sum(other == slug or other.startswith(f"{slug}-plan-") for other in slugs)
        slugs.append(f"{slug}-plan-{taken + 1}" if taken else slug)
    return slugs


def _grouped(items: Iterable[T], by: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(by(item), []).append(item)
    return groups
