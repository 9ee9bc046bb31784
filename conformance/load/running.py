"""A run of load from its begin to its end: prepared, confirmed, driven, summed up, written and told."""

import sys
from datetime import UTC, datetime

from msgspec.structs import replace

from conformance import exit_codes
from conformance.load.conducting import conduct
from conformance.load.confirming import confirm
from conformance.load.driving import Generator
from conformance.load.gates.compare import compare
from conformance.load.gates.junit import junit_xml
from conformance.load.gates.outcome import exit_code, release_line
from conformance.load.gates.parse import from_profile
from conformance.load.gates.threshold import Threshold
from conformance.load.generator.talk import Job, Progress
from conformance.load.leaderboard.verdicts import read_verdicts
from conformance.load.options import LoadOptions
from conformance.load.prepared import prepare
from conformance.load.results.files import read_result, write_result
from conformance.load.results.model import Phase, Plan, Result
from conformance.load.results.text import report
from conformance.load.results.wording import rate, share
from conformance.load.summing_up import result_of
from conformance.load.watching.series import Series
from conformance.load.watching.target import meter_of
from conformance.load.workload import Workload
from conformance.plugin.run import contract_profiles
from conformance.target.config import RunConfig
from conformance.wire.redact import Redactor

WORKERS_S = 600.0
"""How long workers on other machines are waited for: they may have to be started, or installed, first."""


def generate(config: RunConfig, options: LoadOptions) -> int:
    """Run the load, alone or as a master. Raises `ConfigError` or `TargetError`."""
    baseline = read_result(options.baseline) if options.baseline else None
    conformance = read_verdicts([options.verdicts])[0].conformance if options.verdicts else None
    thresholds = (*options.thresholds, *_promised(config))
    confirm(config.url, options.plan, yes=options.yes)
    redactor = config.redactor
    workload = prepare(config, options, redactor)
    plan = _with_operations(options.plan, workload)
    started = datetime.now(UTC)
    with (
        Series(meter_of(config.url, verify=not config.insecure)) as series,
        Generator(_job(workload, options), _local_workers(options), _Line(plan)) as generator,
    ):
        print(_headline(workload, plan), file=sys.stderr, flush=True)
        done = conduct(plan, thresholds, generator, series, workload.timeout, redactor.text, _tell_phase)
        engine = generator.ready.engine
    target = replace(workload.target, label=options.label)
    result = result_of(
        plan, target, done.phases, started, engine, options.command, thresholds=thresholds,
        breaking_point=done.breaking_point, interrupted=done.interrupted, lost=done.lost, conformance=conformance,
    )  # fmt: skip
    if baseline is not None and not done.interrupted:
        result = replace(result, baseline=compare(baseline, result))
    _publish(result, redactor, options)
    return exit_code(result, worse_fails=options.worse_fails)


def follow(config: RunConfig, options: LoadOptions) -> int:
    """Be a worker of a master elsewhere, until that lets go. Raises `ConfigError` or `TargetError`."""
    confirm(config.url, options.plan, yes=options.yes)
    workload = prepare(config, options, config.redactor)
    elsewhere = options.elsewhere
    job = Job(role="worker", workload=workload, users=0, host=elsewhere.host, port=elsewhere.port)
    generator = Generator(job)
    return exit_codes.INTERRUPTED if generator.follow() else exit_codes.OK


def _promised(config: RunConfig) -> tuple[Threshold, ...]:
    """The service levels of the profiles."""
    levels = [(one.service_levels, one.name) for one in contract_profiles(config)]
    return tuple(gate for level, name in levels if level is not None for gate in from_profile(level, name))


def _with_operations(plan: Plan, workload: Workload) -> Plan:
    names = dict.fromkeys(one.name for group in workload.requests.values() for one in group)
    return replace(plan, operations=tuple(names))


def _job(workload: Workload, options: LoadOptions) -> Job:
    plan, elsewhere = options.plan, options.elsewhere
    if elsewhere.role == "master":
        return Job(
            role="master", workload=workload, users=plan.users, host=elsewhere.host, port=elsewhere.port,
            workers=elsewhere.workers, patience_s=WORKERS_S,
        )  # fmt: skip
    if plan.processes > 1:
        return Job(role="master", workload=workload, users=plan.users, workers=plan.processes)
    return Job(workload=workload, users=plan.users)


def _local_workers(options: LoadOptions) -> int:
    return options.plan.processes if options.elsewhere.role == "alone" and options.plan.processes > 1 else 0


def _publish(result: Result, redactor: Redactor, options: LoadOptions) -> None:
    if options.output:
        write_result(options.output, result)
    if options.junit:
        options.junit.parent.mkdir(parents=True, exist_ok=True)
        options.junit.write_text(junit_xml(result, worse_fails=options.worse_fails), encoding="utf-8")
    print(redactor.text(report(result)))
    print(redactor.text(release_line(result, worse_fails=options.worse_fails)))
    if options.output:
        print(f"result: {options.output}", file=sys.stderr)


def _headline(workload: Workload, plan: Plan) -> str:
    work = ", ".join(plan.operations)
    return f"{plan.scenario} at {workload.target.url} ({workload.target.revision or 'no discovery'}): {work}"


def _tell_phase(phase: Phase) -> None:
    wrong = phase.total.failed_count / phase.total.count if phase.total.count else 0.0
    p99 = phase.total.response.percentile(99)
    shown = f", p99 {p99 / 1000:.1f} ms" if p99 else ""
    print(f"  {phase.name}: {rate(phase.throughput)}, {share(wrong)} failed{shown}", file=sys.stderr, flush=True)


class _Line:
    """Where a run is, on a terminal."""

    def __init__(self, plan: Plan) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        if self._live:
            text = f"  {progress.phase} {progress.seconds:.0f} s: {progress.good} good, {progress.failed} failed"
            print(f"\r{text:<78}", end="\r", file=sys.stderr, flush=True)
