"""Steps of the kind suite: runs our checks in a process of its own, and judges the verdict file and the exit code."""

import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from conformance import exit_codes
from conformance.plugin.invocation import suites_directory
from conformance.release.checklist.model import Suite
from conformance.release.kinds.outcome import Context, Judgement, Outcome, bounded, listed
from conformance.release.running.environment import of_ours
from conformance.release.running.process import Finished, run
from conformance.report.journal import read_verdicts
from conformance.report.verdict import JUDGED, Verdict
from conformance.target.errors import ConfigError

LOG: Final = "output.log"
VERDICTS: Final = "verdicts.json"
_TOLD: Final = 200
_ORDER: Final[tuple[Judgement, ...]] = ("not run", "fail", "incomplete", "pass")
_REASONS: Final = {
    exit_codes.HARNESS: ("incomplete", "the checks had an error of their own"),
    exit_codes.USAGE: ("incomplete", "the checks could not begin"),
    exit_codes.NOTHING: ("incomplete", "nothing was judged"),
    exit_codes.UNREACHABLE: ("fail", "the target cannot be reached, or was lost on the way"),
}  # fmt: skip


def judge(step: Suite, context: Context) -> Outcome:
    names = [*context.environment, *step.environment, *([step.token_env] if step.token_env else [])]
    if step.token_env and not context.environ.get(step.token_env):
        return Outcome("incomplete", f"the environment variable {step.token_env} is not set")
    evidence, absent = _evidence(step)
    outcomes: list[Outcome] = []
    for number in range(1, step.repeat + 1):
        if outcomes and (outcomes[-1].status != "pass" or context.stop.wait(step.pause_s)):
            break
        work = context.work / f"run-{number}" if step.repeat > 1 else context.work
        work.mkdir(parents=True, exist_ok=True)
        outcomes.append(_once(step, context, work, arguments(step, evidence), names))
    worst = min(outcomes, key=lambda one: _ORDER.index(one.status))
    if len(outcomes) < step.repeat and worst.status == "pass":
        return Outcome("not run", "was interrupted", command=worst.command, counts=worst.counts)
    if worst.status == "pass" or not absent:
        return worst
    reason = f"{absent[0]}; {worst.reason}" if worst.status == "incomplete" else worst.reason
    told = listed([*map(context.clean, absent), *worst.details])
    return Outcome(worst.status, context.clean(reason), told, worst.command, worst.counts)


def _evidence(step: Suite) -> tuple[dict[str, Path], list[str]]:
    """The artifacts that are there, and what is said of the others."""
    given = {name: Path(path).expanduser() for name, path in step.evidence.items() if path}
    there = {name: path.absolute() for name, path in given.items() if path.exists()}
    absent = [
        f"evidence {name}: {f'{given[name]} does not exist' if name in given else 'was not given'}"
        for name in step.evidence
        if name not in there
    ]
    return there, absent


def arguments(step: Suite, evidence: dict[str, Path]) -> list[str]:
    """What the step asks for, as options of `mcp-conformance run`."""
    options = {
        "--target": [step.target], "--canary": [step.canary], "--profile": map(_absolute, step.profiles),
        "--area": step.areas, "--requirement": step.requirements, "--revision": step.revisions,
        "--token-env": [step.token_env], "--target-config": [_absolute(step.config)] if step.config else [],
        "--watch": [f"{step.watch_s:g}"] if step.watch_s else [],
        "--evidence": [f"{name}={path}" for name, path in evidence.items()],
    }  # fmt: skip
    made = [f"{flag}={value}" for flag, values in options.items() for value in values if value]
    made += [f"--allow-{one}" for one in step.allow]
    made += ["--strict"] if step.strict else []
    made += ["--strict-profile"] if step.strict_profile else []
    return [*made, *step.options]


def _absolute(named: str) -> str:
    """The checks run elsewhere; what is a file here stays that file."""
    path = Path(named).expanduser()
    return str(path.absolute()) if path.is_file() else named


def _once(step: Suite, context: Context, work: Path, given: list[str], names: Sequence[str]) -> Outcome:
    own = ["-p", "no:cacheprovider", f"--rootdir={work}", f"--report-dir={work}", "--color=no", "-o", "addopts="]
    command = [sys.executable, "-P", "-m", "pytest", *own, *given, str(suites_directory())]
    shown = context.clean(shlex.join(["mcp-conformance", "run", *given]))
    for old in work.glob(VERDICTS):
        old.unlink()
    finished = run(
        command, cwd=work, env=of_ours(names, context.environ), limit_s=step.time_limit_s, log=work / LOG,
        stop=context.stop, clean=context.redactor.text,
    )  # fmt: skip
    verdicts, summary, problem = _read(work / VERDICTS)
    counts = dict(sorted(Counter(str(one.status) for one in verdicts).items()))
    status, reason, details = _judged(step, finished, verdicts, summary, problem, work / LOG)
    told = listed(map(context.clean, details))
    return Outcome(status, context.clean(reason), told, shown, counts)


def _read(path: Path) -> tuple[list[Verdict], dict[str, Any], str]:
    if not path.is_file():
        return [], {}, "there is no verdict file"
    try:
        head, verdicts = read_verdicts(path)
    except (ConfigError, ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        return [], {}, f"the verdict file cannot be read: {error}"
    return verdicts, dict(head.get("summary", {})), ""


def _judged(
    step: Suite, finished: Finished, verdicts: list[Verdict], summary: dict[str, Any], problem: str, log: Path
) -> tuple[Judgement, str, list[str]]:
    if finished.how == "stopped" or finished.code == exit_codes.INTERRUPTED:
        return "not run", "was interrupted", []
    if finished.how == "not started":
        return "incomplete", f"could not be started: {finished.why}", []
    red = [one for one in verdicts if one.red]
    if red:
        more = ", ".join(list(dict.fromkeys(one.requirement for one in red))[1:])
        said = f"{_told(red[0])}{f'; {more}' if more else ''}"
        return "fail", f"{len(red)} broken: {said}", [_told(one) for one in red]
    if finished.how == "late":
        return "incomplete", finished.why, []
    code = finished.code or 0
    if code == exit_codes.NOTHING and (missing := list(_missing(step, verdicts))):
        return "incomplete", f"nothing was judged: {missing[0]}", missing
    if code in _REASONS:
        status, why = _REASONS[code]
        return status, f"{why}: {said}" if (said := last_words(log)) else why, []  # type: ignore[return-value]
    if problem:
        return "incomplete", f"{problem} (exit status {code})", []
    if not summary.get("complete") or summary.get("exit_code") != code:
        return "incomplete", f"the verdict file does not agree with the exit status {code} of its run", []
    if code == exit_codes.BROKEN:
        return "fail", last_words(log) or "exit status 1", []
    return _completeness(step, verdicts)


def _completeness(step: Suite, verdicts: list[Verdict]) -> tuple[Judgement, str, list[str]]:
    missing = list(_missing(step, verdicts))
    judged = sum(one.status in JUDGED for one in verdicts)
    if missing:
        return "incomplete", f"{len(missing)} not judged: {missing[0]}", missing
    if not judged:
        return "incomplete", "nothing was judged", []
    warnings = [one for one in verdicts if one.status == "warn"]
    accepted = [one for one in verdicts if one.status == "fail"]
    noted = f", {len(warnings)} with a SHOULD that is broken" if warnings else ""
    noted += f", {len(accepted)} broken and accepted by a baseline" if accepted else ""
    return "pass", f"{judged} checks{noted}", [_told(one) for one in (*accepted, *warnings)]


def _missing(step: Suite, verdicts: list[Verdict]) -> Iterator[str]:
    """Rules that were asked for by name and not judged by any check; else, each MUST that could not be judged."""
    if not step.requirements:
        yield from (_told(one) for one in verdicts if one.level.startswith("MUST") and _is_open(one))
        return
    for name in step.requirements:
        about = [one for one in verdicts if name in (one.requirement, *one.clauses)]
        unjudged = [one for one in about if _is_open(one)]
        if not unjudged and about and name in step.may_not_apply:
            continue
        if unjudged or not any(one.status in JUDGED for one in about):
            yield _told((unjudged or about)[0]) if about else f"{name}: no check of it was run"


def _is_open(one: Verdict) -> bool:
    return one.status in ("not testable", "blocked")


def _told(one: Verdict) -> str:
    said = one.received or one.reason or (f"blocked by {one.blocked_by}" if one.blocked_by else one.status)
    subject = f" {one.subject}" if one.subject else ""
    return f"{one.requirement}{subject}: {bounded(said, _TOLD)}"


def last_words(log: Path) -> str:
    """The line in which the harness says why it could not go on."""
    with log.open("rb") as file:
        text = file.read(1024 * 1024).decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.startswith("mcp-conformance: ")]
    return bounded(lines[-1].removeprefix("mcp-conformance: "), _TOLD) if lines else ""
