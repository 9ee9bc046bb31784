"""A run of a release, from its checklist to its record."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from conformance import __version__
from conformance.contracts.times import iso
from conformance.release.checklist.graph import below
from conformance.release.checklist.loading import Loaded
from conformance.release.checklist.model import Manual, Waiver
from conformance.release.kinds.manual import Answer
from conformance.release.kinds.outcome import Context, bounded
from conformance.release.results.model import Release, Source, StepResult
from conformance.release.results.verdict import counts_of, sentence, verdict_of
from conformance.release.running import state as states
from conformance.release.running.fingerprint import fingerprint, still_there
from conformance.release.running.judging import (
    RUN_AGAIN,
    Surroundings,
    blank,
    blocked_by,
    judged,
    with_waiver,
)  # fmt: skip
from conformance.release.running.planning import Planned, directory_of
from conformance.release.running.scheduling import run_all
from conformance.wire.redact import Redactor

LEDGER: Final = "ledger.jsonl"


class Watcher(Protocol):
    """Is told what happens, and may be asked. `asking` is true while it waits for somebody."""

    asking: bool

    def began(self, planned: Planned) -> None: ...
    def ended(self, result: StepResult) -> None: ...
    def look(self, running: Sequence[str]) -> None: ...
    def ask(self, name: str, step: Manual) -> Answer | None: ...
    def conclude(self, release: Release, bundle: Path | None, sha256: str, page: Path) -> None: ...


@dataclass
class Run:
    """`selected` are the steps to run, None for all; `interactive` tells whether somebody can be asked."""

    loaded: Loaded
    plan: Mapping[str, Planned]
    values: Mapping[str, str]
    directory: Path
    environ: Mapping[str, str]
    redactor: Redactor
    answers: Mapping[str, Answer]
    state: states.State
    watcher: Watcher
    stop: threading.Event
    jobs: int = 1
    selected: frozenset[str] | None = None
    interactive: bool = False
    now: Callable[[], float] = time.time
    results: dict[str, StepResult] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    unwritten: str = ""
    """Why what a step came to could not be kept for the next run."""

    def follow(self) -> Release:
        """Run all steps. What was judged until then is in the record when it is interrupted."""
        began = self.now()
        wanted = self._wanted()
        manual = frozenset(name for name in wanted if isinstance(self.plan[name].step, Manual))
        run_all(
            [name for name in self.loaded.order if name in wanted],
            {name: [one for one in self.loaded.needs[name] if one in wanted] for name in wanted},
            {name: self.plan[name].locks for name in wanted},
            self._run, self._done, jobs=self.jobs, at_desk=manual if self.interactive else frozenset(), stop=self.stop,
            look=self.watcher.look,
        )  # fmt: skip
        for name in self.loaded.order:
            if name not in self.results:
                self.results[name] = self._not_run(name)
        return self._record(began)

    def _wanted(self) -> set[str]:
        return set(self.plan) if self.selected is None else below(self.selected, self.loaded.needs)

    def _not_run(self, name: str) -> StepResult:
        """A step that was not asked for counts as it did before, if that still holds."""
        if self.selected is not None and name not in self._wanted():
            return self._kept(name) or blank(self.plan[name], "not run", "was not asked for")
        return blank(self.plan[name], "not run", "the run was interrupted before it")

    def _run(self, name: str) -> StepResult:
        planned = self.plan[name]
        if why := blocked_by(planned, self.results):
            return with_waiver(blank(planned, "blocked", why), self._waiver(name), self.now())
        result = self._kept(name)
        if result is None:
            self.watcher.began(planned)
            self.fingerprints[name] = self._fingerprint(planned)
            result = judged(planned, self._context(name), Surroundings(self.directory, self._answer))
        return with_waiver(result, self._waiver(name), self.now())

    def _waiver(self, name: str) -> Waiver | None:
        return self.loaded.checklist.waivers.get(name)

    def _kept(self, name: str) -> StepResult | None:
        """The result of an earlier run, if nothing has changed since, in what the step needs neither."""
        planned = self.plan[name]
        if isinstance(planned.step, RUN_AGAIN) or planned.missing:
            return None
        for one in planned.step.needs:
            other = self.results.get(one)
            if other is not None and not other.kept and not isinstance(self.plan[one].step, RUN_AGAIN):
                return None
        longest = self.loaded.checklist.keep_passes_s
        found = states.kept(self.state, name, self._fingerprint(planned), self.now(), longest, self.directory)
        if found is None or not still_there(planned.step, directory_of(self.directory, name)):
            return None
        fresh = blank(planned, found.status, found.reason)
        said = ("title", "severity", "rules", "owner", "needs", "advice", "link")
        return msgspec.structs.replace(found, **{key: getattr(fresh, key) for key in said})

    def _fingerprint(self, planned: Planned) -> str:
        return fingerprint(
            planned.stable, self.loaded.checklist.environment, self.environ, bytes.fromhex(self.state.salt)
        )

    def _remember(self, name: str, result: StepResult) -> None:
        """With the fingerprint from before the step was run: what changes meanwhile, changes its inputs."""
        if result.kept:
            return
        self.state.passed.pop(name, None)
        if result.status == "pass" and not isinstance(self.plan[name].step, RUN_AGAIN):
            self.state.passed[name] = states.Passed(result, self.fingerprints[name])

    def _context(self, name: str) -> Context:
        return Context(
            work=directory_of(self.directory, name), now=self.now(), environ=self.environ,
            environment=self.loaded.checklist.environment, redactor=self.redactor, stop=self.stop,
        )  # fmt: skip

    def _answer(self, name: str, step: Manual) -> Answer | None:
        found = self.answers.get(name) or self.state.answers.get(name)
        if found is None and self.interactive:
            found = self.watcher.ask(name, step)
            if found is not None:
                self.state.answers[name] = found
        return found

    def _done(self, name: str, result: StepResult) -> None:
        self.results[name] = result
        self.watcher.ended(result)
        self._remember(name, result)
        try:
            states.save(self.state, self.directory)
            self._write_line(name, result)
        except OSError as error:
            self.unwritten = f"{self.directory} cannot be written to: {error.strerror or error}"

    def _write_line(self, name: str, result: StepResult) -> None:
        line = {
            "at": iso(int(self.now())), "step": name, "status": result.status, "kept": result.kept,
            "reason": result.reason, "evidence": [one.sha256 for one in result.evidence],
        }  # fmt: skip
        with (self.directory / LEDGER).open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def _record(self, began: float) -> Release:
        steps = tuple(self.results[name] for name in self.loaded.order)
        checklist, clean = self.loaded.checklist, self.redactor.text
        return Release(
            tool=__version__,
            checklist=Source(
                name=checklist.name, title=checklist.title, version=checklist.version, sha256=self.loaded.sha256,
                files=tuple(path.name for path in self.loaded.files), left_out=self.loaded.left_out,
            ),
            variables={name: bounded(clean(value)) for name, value in self.values.items() if value},
            began=iso(int(began)),
            ended=iso(int(self.now())),
            verdict=verdict_of(steps),
            sentence=sentence(checklist.title, steps),
            interrupted=self.stop.is_set() and any(step.status == "not run" for step in steps),
            selected=tuple(sorted(self.selected or ())),
            counts=counts_of(steps),
            steps=steps,
        )  # fmt: skip
