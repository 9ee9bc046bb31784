"""The result of a run for a terminal of 100 columns."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from conformance.load.recording.merging import sum_of
from conformance.load.results.model import Finding, Gate, Latencies, Phase, Plan, Resources, Result, Spread, Streams
from conformance.load.results.rules.run import judged_phases
from conformance.load.results.tables import of_operations, of_phases
from conformance.load.results.wording import bounded, duration, number, rate, share, stretch
from conformance.report.text import folded

WIDTH: Final = 100
_LABEL: Final = 12
_LONGEST: Final = 400
_MOST: Final = 40
_TO_NAME: Final = 4
"""Operations whose failures are told one by one."""


def report(result: Result) -> str:
    """Whatever a target has put into names and messages, it is printable, bounded, and within the width."""
    return "\n".join(line for part in _parts(result) for line in part).rstrip() + "\n"


def _parts(result: Result) -> Iterator[Iterable[str]]:
    yield _head(result)
    yield _section(of_operations(result.figures, judged_phases(result.phases, result.breaking_point)))
    if result.plan.shape != "constant":
        yield _section(of_phases(result.phases))
    yield _section([*_failures(result), *_rounds(result), *_streams(result), *_resources(result)])
    yield _section(_breaking_point(result))
    yield _section(line for one in islice(result.findings, _MOST) for line in _finding(one))
    yield _section(line for one in islice(result.gates, _MOST) for line in _gate(one))
    differences = (_labelled(one.verdict, one.text) for one in islice(result.baseline, _MOST))
    yield _section(line for lines in differences for line in lines)


def _section(lines: Iterable[str]) -> list[str]:
    told = list(lines)
    return ["", *told] if told else []


def _labelled(label: str, text: str) -> list[str]:
    return folded(f"  {label:<{_LABEL}}{bounded(text, _LONGEST)}", WIDTH, indent=2 + _LABEL)


def _head(result: Result) -> list[str]:
    target, machine = result.target, result.machine
    name = " ".join(one for one in (target.server, target.version) if one) or "a server without a name"
    label = f"{target.label}: " if target.label else ""
    ran = f"{result.started_at} by mcp-conformance {result.tool}, Locust {result.engine}"
    return [
        verdict_of(result),
        *_labelled("load", _plan(result.plan)),
        *_labelled("target", target.url),
        *_labelled("server", f"{label}{name}, revision {target.revision}"),
        *_labelled("run", f"{ran}, on {machine.cpu}, {number(machine.cores)} cores"),
        *_labelled("again", result.command),
    ]


def verdict_of(result: Result) -> str:
    """`VALID` or `INVALID`, and how many gates were kept."""
    counts = [sum(one.verdict == verdict for one in result.gates) for verdict in ("pass", "fail", "not evaluated")]
    names = ("kept", "failed", "not evaluated")
    gates = ", ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True) if count)
    return ("VALID" if result.valid else "INVALID") + (f", gates: {gates}" if gates else "")


def _plan(plan: Plan) -> str:
    to_rate = f" to {rate(plan.to_rate)}" if plan.to_rate is not None else ""
    load = f"{rate(plan.rate)}{to_rate}, {plan.arrivals} arrivals," if plan.rate is not None else "closed loop of"
    load = "open loop of" if plan.rate is None and plan.model == "open" else load
    times = f"{plan.rounds} {'round' if plan.rounds == 1 else 'rounds'} of {stretch(plan.duration_s)}"
    rounds = f", {times}" if plan.shape == "constant" else ""
    processes = f", {plan.processes} processes" if plan.processes > 1 else ""
    return f"{plan.scenario}, {plan.shape}: {load} {number(plan.users)} users{rounds}{processes}"


def _failures(result: Result) -> Iterator[str]:
    """Each kind with how often and the first example."""
    measured = judged_phases(result.phases, result.breaking_point)
    for one in islice((each for each in result.figures[1:] if each.failures), _TO_NAME):
        parts = [
            part for phase in measured for part in phase.operations if (part.name, part.kind) == (one.name, one.kind)
        ]
        for kind, count in sorted(one.failures.items(), key=lambda failure: -failure[1]):
            example = next((part.examples[kind] for part in parts if kind in part.examples), "")
            said = f"{number(count)} {kind} of {bounded(one.name, 60)}"
            yield from _labelled("failures", f"{said}, first: {bounded(example, 200)}" if example else said)


def _rounds(result: Result) -> Iterator[str]:
    if result.plan.shape not in ("constant", "soak") or not result.figures:
        return
    total = result.figures[0]
    told = (
        [f"{rate(total.throughput.low)} to {rate(total.throughput.high)}"] if len(total.throughput.rounds) > 1 else []
    )
    told += [_range(name, total.percentiles) for name in ("p50", "p99")]
    if any(told):
        yield from _labelled("rounds", "; ".join(one for one in told if one))


def _range(name: str, percentiles: Mapping[str, Spread]) -> str:
    one = percentiles.get(name)
    return f"{name} {duration(one.low)} to {duration(one.high)}" if one and len(one.rounds) > 1 else ""


def _streams(result: Result) -> Iterator[str]:
    measured = judged_phases(result.phases, result.breaking_point)
    held = [one.streams for one in measured if one.streams is not None]
    if held:
        yield from _labelled("streams", _held(held))
    for label, times in (("first event", _of(measured, first=True)), ("longest gap", _of(measured, first=False))):
        if times:
            yield from _labelled(label, _distribution(times))


def _held(streams: list[Streams]) -> str:
    opened, events = sum(one.opened for one in streams), sum(one.events for one in streams)
    beats, broken = sum(one.beats for one in streams), sum(one.broken for one in streams)
    most = max(one.most_held for one in streams)
    return (
        f"{number(opened)} opened, at most {number(most)} held, {number(broken)} broken; "
        f"{number(events)} events, {number(beats)} heartbeats"
    )


def _of(phases: Iterable[Phase], *, first: bool) -> list[Latencies]:
    every = (one for phase in phases for one in phase.operations)
    times = [one.first_event if first else one.largest_gap for one in every]
    return [one for one in times if one is not None and one.count]


def _distribution(parts: list[Latencies]) -> str:
    whole = sum_of(parts)
    at = {name: whole.percentile(percentile) or 0 for name, percentile in (("p50", 50), ("p95", 95))}
    return ", ".join([*(f"{name} {duration(value)}" for name, value in at.items()), f"max {duration(whole.max_us)}"])


def _resources(result: Result) -> Iterator[str]:
    judged = judged_phases(result.phases, result.breaking_point)
    used = [one.target for one in judged if one.target is not None]
    if used:
        yield from _labelled("its use", _used(used))


def _used(parts: list[Resources]) -> str:
    cpu, peak = max(one.cpu for one in parts), max(one.rss_peak_bytes for one in parts)
    begin, end = _mebibytes(parts[0].rss_begin_bytes), _mebibytes(parts[-1].rss_end_bytes)
    return f"up to {share(cpu)} of a core; memory {begin} at first, {end} at last, {_mebibytes(peak)} at most"


def _mebibytes(count: int) -> str:
    return f"{number(round(count / 2**20, 1))} MiB"


def _breaking_point(result: Result) -> list[str]:
    found = result.breaking_point
    if found is None:
        return []
    kept = f"{rate(found.rate)} kept every gate" if found.rate is not None else "no rate kept every gate"
    broke = f", {rate(found.broken_at)} did not" if found.broken_at is not None else ", and none was found that did not"
    return _labelled("breaking at", f"{kept}{broke}: {found.why} ({found.steps} steps)")


def _finding(one: Finding) -> list[str]:
    return _labelled("INVALID" if one.invalidates else "note", f"{one.code}: {one.text}")


def _gate(one: Gate) -> list[str]:
    return _labelled({"pass": "ok", "fail": "FAILED"}.get(one.verdict, "not judged"), f"{one.text} ({one.source})")
