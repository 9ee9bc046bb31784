"""Steps of the kind observe: what a target was seen to do, or what a file of samples tells, held against windows."""

import json
import sys
from collections.abc import Iterable, Iterator
from math import inf, isfinite
from pathlib import Path
from typing import Any, Final

import msgspec

from conformance.contracts.paths import at_path
from conformance.contracts.reading import MOST_BYTES
from conformance.contracts.service_levels.observing import Row
from conformance.contracts.times import instant
from conformance.contracts.windows import Limit, evaluate, weighted_samples
from conformance.contracts.windows import Outcome as Found
from conformance.contracts.windows import Samples as Series
from conformance.release.checklist.model import Observe, Samples, Window
from conformance.release.kinds.observing import ROWS, Order
from conformance.release.kinds.outcome import Context, Outcome, Seen, listed
from conformance.release.kinds.suites import last_words
from conformance.release.running.environment import of_ours
from conformance.release.running.process import run
from conformance.wire.exchange import NotJson, parse_json

LOG: Final = "output.log"


class _Bad(Exception):
    """The samples cannot be read; the message says where and why."""


def judge(step: Observe, context: Context) -> Outcome:
    return _of_file(step, step.samples, context) if step.samples else _of_target(step, context)


def _of_target(step: Observe, context: Context) -> Outcome:
    """In a process of its own, so that it can be ended at any time; what it has seen until then is kept."""
    if step.token_env and not context.environ.get(step.token_env):
        return Outcome("incomplete", f"the environment variable {step.token_env} is not set")
    order = Order(
        target=step.target, profile=step.profile, token_env=step.token_env, calls=step.calls, observe_s=step.observe_s,
        every_s=step.every_s, timeout_s=step.timeout_s, failure=step.failure, rows=str(context.work / ROWS),
    )  # fmt: skip
    names = [*context.environment, *step.environment, *([step.token_env] if step.token_env else [])]
    finished = run(
        [sys.executable, "-P", "-m", "conformance.release.kinds.observing"], cwd=Path.cwd(),
        env=of_ours(names, context.environ), limit_s=step.observe_s + step.time_limit_s, log=context.work / LOG,
        stop=context.stop, clean=context.redactor.text, stdin=msgspec.json.encode(order),
    )  # fmt: skip
    command = context.clean(f"observe {step.target} for {step.observe_s:g} s, a call each {step.every_s:g} s")
    if finished.how == "stopped":
        return Outcome("not run", "was interrupted", command=command)
    if finished.code != 0:
        why = last_words(context.work / LOG) or finished.why or f"exit status {finished.code}"
        return Outcome("incomplete", context.clean(why), command=command)
    rows = [_row(line) for line in (context.work / ROWS).read_text().splitlines()]
    seconds = rows.pop().at
    if 2 * sum(row.refused for row in rows) > len(rows):
        return Outcome("incomplete", "most calls were refused, which tells nothing about the service", command=command)
    found = [(one, evaluate(_series(rows, one, seconds), _limit(one))) for one in step.limits]
    return _outcome(found, command, f"{len(rows)} calls in {seconds:.0f} s")


def _row(line: str) -> Row:
    """A call without an answer took infinitely long, which JSON has no number for."""
    document = json.loads(line)
    took = document.pop("took")
    return Row(**{**document, "took": inf if took is None else took, "counts": tuple(document["counts"])})


def _series(rows: Iterable[Row], one: Window, seconds: float) -> Series:
    counted = [row for row in rows if one.of in row.counts and not row.limited]
    if one.of == "latency":
        values = [(row.at, row.took, 1.0) for row in counted if not row.failed]
    else:
        values = [(row.at, float(row.failed == (one.of == "errors")), 1.0) for row in counted]
    return weighted_samples(values, begin=0, end=seconds)


def _limit(one: Window) -> Limit:
    statistic = "percentile" if one.of == "latency" and one.statistic == "ratio" else one.statistic
    return Limit(
        op=one.op, limit=one.limit, statistic=statistic, percentile=one.percentile, window_s=one.window_s,
        step_s=one.step_s, for_s=one.for_s, in_a_row=one.in_a_row, min_events=one.min_events,
    )  # fmt: skip


def _of_file(step: Observe, samples: Samples, context: Context) -> Outcome:
    path = Path(samples.source).expanduser()
    if not path.is_file():
        return Outcome("incomplete", context.clean(f"{samples.source} does not exist"))
    seen = (Seen(path.name, path, samples.source),)
    try:
        series = weighted_samples(_read(path, samples))
    except _Bad as error:
        return Outcome("fail", context.clean(f"{path.name}: {error}"), seen=seen)
    found = [(one, evaluate(series, _limit(one))) for one in step.limits]
    outcome = _outcome(found, f"samples of {path.name}", f"{len(series.at)} samples over {series.observed_s:.0f} s")
    return Outcome(outcome.status, outcome.reason, outcome.details, context.clean(outcome.command), seen=seen)


def _read(path: Path, samples: Samples) -> Iterator[tuple[float, float, float]]:
    if path.stat().st_size > MOST_BYTES:
        raise _Bad(f"is longer than {MOST_BYTES} bytes")
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _sample(number, line, samples)


def _sample(number: int, line: bytes, samples: Samples) -> tuple[float, float, float]:
    try:
        document = parse_json(line)
    except NotJson as error:
        raise _Bad(f"line {number} is not JSON: {error}") from None
    at, value = at_path(document, samples.at), at_path(document, samples.value)
    events = at_path(document, samples.events) if samples.events else 1
    seconds = instant(at) if isinstance(at, str) else at
    for name, part in ((samples.at, seconds), (samples.value, value), (samples.events, events)):
        if not _is_number(part):
            raise _Bad(f"line {number}: {name} is no number or time")
    return float(seconds), float(value), float(events)  # type: ignore[arg-type]


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) and abs(value) < 1e15 and isfinite(value)


def _outcome(found: list[tuple[Window, Found]], command: str, seen: str) -> Outcome:
    told = [_told(window, outcome) for window, outcome in found]
    for verdict, status in (("fail", "fail"), ("not evaluated", "incomplete")):
        first = next((text for text, (_, one) in zip(told, found, strict=True) if one.verdict == verdict), None)
        if first is not None:
            return Outcome("fail" if status == "fail" else "incomplete", first, listed([*told, seen]), command)
    return Outcome("pass", seen, listed(told), command)


def _told(one: Window, found: Found) -> str:
    title = one.title or one.of
    if found.value is None:
        return f"{title}: {found.reason}"
    span = f" in {one.window_s:g} s" if one.window_s is not None else ""
    row = " in a row" if one.in_a_row else ""
    limit = one.in_a_row or one.limit
    return f"{title}: worst{span} {found.value:.4g}{row}, broken when {'>=' if one.in_a_row else one.op} {limit:g}"
