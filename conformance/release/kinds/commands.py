"""Steps of the kind command: runs it, and judges how it ended, what it printed and what it left behind."""

import re
import shlex
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from conformance.release.checklist.model import Command
from conformance.release.kinds import artifacts
from conformance.release.kinds.appending import Before, appended, appended_name, before
from conformance.release.kinds.outcome import Context, Judgement, Outcome, listed
from conformance.release.running.environment import of_command
from conformance.release.running.process import Finished, run

LOG: Final = "output.log"
_SHOWN_LINES: Final = 3


def judge(step: Command, context: Context) -> Outcome:
    command = context.clean(step.run if isinstance(step.run, str) else shlex.join(step.run))
    cwd = Path(step.cwd or ".").expanduser()
    if not cwd.is_dir():
        return Outcome("incomplete", f"cwd: {context.clean(str(cwd))} is no directory", command=command)
    earlier = [before(Path(path).expanduser()) for path in step.appends]
    patterns = _Patterns(step.output, step.forbidden)
    began = time.time()
    finished = run(
        step.run, cwd=cwd, env=of_command([*context.environment, *step.environment], step.set, context.environ),
        limit_s=step.time_limit_s, log=context.work / LOG, stop=context.stop, clean=context.redactor.text,
        line=patterns.look_at,
    )  # fmt: skip
    status, reason, details = _ending(step, finished, patterns, context)
    if status != "pass":
        return Outcome(status, context.clean(reason), listed(map(context.clean, details)), command)
    grown = list(_of_appends(earlier, context))
    found = [
        artifacts.judged(one, context, not_before=began - 1) for one in step.artifacts
    ]  # a second, as not every file system tells time finer
    outcome = artifacts.outcome_of(found, context)
    if grown:
        return Outcome("fail", grown[0], listed([*grown, *outcome.details]), command, seen=outcome.seen)
    absent = outcome.status == "incomplete"
    return Outcome(
        "fail" if absent else outcome.status, outcome.reason or _success(finished), outcome.details, command,
        seen=outcome.seen,
    )  # fmt: skip


class _Patterns:
    """Looks at each line as it comes, however many there are."""

    def __init__(self, wanted: Iterable[str], forbidden: Iterable[str]) -> None:
        self._wanted = {pattern: re.compile(pattern) for pattern in wanted}
        self._forbidden = [re.compile(pattern) for pattern in forbidden]
        self.lines = 0
        self.hits: dict[str, list[int]] = {}
        self.last: list[str] = []

    def look_at(self, line: str) -> None:
        self.lines += 1
        self._wanted = {text: one for text, one in self._wanted.items() if not one.search(line)}
        for one in self._forbidden:
            if one.search(line):
                self.hits.setdefault(one.pattern, []).append(self.lines)
        if line.strip():
            self.last = [*self.last[1 - _SHOWN_LINES :], line]

    def problems(self) -> Iterator[str]:
        yield from (f"no line of the output matches {pattern}" for pattern in self._wanted)
        for pattern, lines in self.hits.items():
            yield f"{len(lines)} lines of the output match {pattern}, the first is line {lines[0]}"


def _ending(
    step: Command, finished: Finished, patterns: _Patterns, context: Context
) -> tuple[Judgement, str, list[str]]:
    last = [f"output: {line}" for line in patterns.last]
    if finished.how == "stopped":
        return "not run", "was interrupted", []
    if finished.how == "not started":
        return "incomplete", f"could not be started: {finished.why}", []
    if finished.how == "late":
        return "fail", f"{finished.why} and was ended, with all that it had started", last
    if finished.code not in step.exit:
        right = ", ".join(map(str, step.exit))
        return "fail", f"{_ended(finished)}, expected {right}", last
    problems = list(patterns.problems())
    if problems:
        return "fail", problems[0], [*problems, *last]
    if finished.unlogged:
        return "incomplete", f"its output could not be kept: {finished.unlogged}", []
    return "pass", "", []


def _ended(finished: Finished) -> str:
    code = finished.code or 0
    return f"was ended by signal {-code}" if code < 0 else f"exit status {code}"


def _success(finished: Finished) -> str:
    return f"exit status {finished.code} after {finished.seconds:.1f} s"


def _of_appends(earlier: Iterable[Before], context: Context) -> Iterator[str]:
    for one in earlier:
        lines, problem = appended(one)
        if lines:
            (context.work / appended_name(one.path)).write_bytes(lines)
        if problem:
            yield context.clean(f"{one.path}: {problem}")
