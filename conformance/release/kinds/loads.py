"""Steps of the kind load: runs `mcp-conformance load`, and judges its result file."""

import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from conformance import exit_codes
from conformance.load.gates.outcome import exit_code, release_line
from conformance.load.results.files import read_result
from conformance.load.results.model import Result
from conformance.release.checklist.model import Load
from conformance.release.kinds.outcome import Context, Judgement, Outcome, bounded, listed
from conformance.release.kinds.suites import last_words
from conformance.release.running.environment import of_ours
from conformance.release.running.process import run
from conformance.target.errors import ConfigError

RESULT: Final = "load.json"
LOG: Final = "output.log"
_START: Final = "import sys; from conformance.cli import main; sys.exit(main())"
_VERDICTS: Final[dict[int, Judgement]] = {
    exit_codes.OK: "pass", exit_codes.BROKEN: "fail", exit_codes.INTERRUPTED: "not run",
}  # fmt: skip


def judge(step: Load, context: Context) -> Outcome:
    if step.token_env and not context.environ.get(step.token_env):
        return Outcome("incomplete", f"the environment variable {step.token_env} is not set")
    if step.baseline and not Path(step.baseline).expanduser().is_file():
        return Outcome("incomplete", context.clean(f"baseline: {step.baseline} does not exist"))
    names = [*context.environment, *step.environment, *([step.token_env] if step.token_env else [])]
    given = arguments(step, context.work)
    finished = run(
        [sys.executable, "-P", "-c", _START, *given], cwd=context.work, env=of_ours(names, context.environ),
        limit_s=step.time_limit_s, log=context.work / LOG, stop=context.stop, clean=context.redactor.text,
    )  # fmt: skip
    shown = context.clean(shlex.join(["mcp-conformance", *given]))
    if finished.how == "stopped":
        return Outcome("not run", "was interrupted", command=shown)
    if finished.how != "ended":
        return Outcome("incomplete", finished.why, command=shown)
    try:
        result = read_result(context.work / RESULT)
    except ConfigError:
        why = last_words(context.work / LOG) or f"exit status {finished.code}"
        if why.startswith("--yes"):
            why = "the target is another machine; say confirmed = true in the step if it may be loaded"
        status: Judgement = "fail" if finished.code == exit_codes.UNREACHABLE else "incomplete"
        return Outcome(status, context.clean(f"nothing was measured: {why}"), command=shown)
    status, reason, details = judged(step, result, finished.code)
    return Outcome(status, context.clean(reason), listed(map(context.clean, details)), shown)


def arguments(step: Load, work: Path) -> list[str]:
    """Of `mcp-conformance`."""
    options: dict[str, Iterable[str]] = {
        "--scenario": [step.scenario], "--shape": [step.shape], "--duration": [f"{step.duration_s:g}"],
        "--warm-up": [f"{step.warm_up_s:g}"], "--rounds": [str(step.rounds)], "--gate": step.gates,
        "--rate": [f"{step.rate:g}"] if step.rate else [], "--to-rate": [f"{step.to_rate:g}"] if step.to_rate else [],
        "--users": [str(step.users)] if step.users else [], "--token-env": [step.token_env],
        "--profile": [_absolute(one) for one in step.profiles], "--baseline": [_absolute(step.baseline)],
    }  # fmt: skip
    made = [f"{flag}={value}" for flag, values in options.items() for value in values if value]
    made += [f"--allow-{one}" for one in step.allow]
    made += ["--yes"] if step.confirmed else []
    return ["load", step.target, *made, *step.options, f"--output={work / RESULT}"]


def _absolute(named: str) -> str:
    path = Path(named).expanduser()
    return str(path.absolute()) if named and path.is_file() else named


def judged(step: Load, result: Result, code: int | None) -> tuple[Judgement, str, list[str]]:
    """By the file, which the exit code of the run has to agree with."""
    line = release_line(result).split("  ", 1)[-1]
    notes = [one.text for one in result.findings]
    if exit_code(result) != code:
        return "incomplete", f"the result file does not agree with the exit status {code} of its run", [line, *notes]
    worse = list(_worse(step, result))
    status: Judgement = _VERDICTS.get(code, "incomplete")
    if worse and status == "pass":
        return "fail", worse[0], [*worse, line, *notes]
    unknown = [figure for figure in step.at_most if not any(one.figure == figure for one in result.baseline)]
    if status == "pass" and unknown:
        return "incomplete", f"there is no {', '.join(unknown)} to compare with the baseline", [line, *notes]
    if status == "pass" and not result.gates and not step.at_most:
        return "incomplete", "no gate was set", [line, *notes]
    if status == "pass" and not result.valid:
        return "incomplete", bounded(line), notes
    return status, line, notes


def _worse(step: Load, result: Result) -> Iterator[str]:
    """Figures of all work that exceed the baseline by more than is allowed."""
    for one in result.baseline:
        limit = step.at_most.get(one.figure)
        if limit is not None and one.ratio > limit:
            yield f"{one.operation} {one.figure} is {one.ratio:.2f} times the baseline, at most {limit:g} is right"
