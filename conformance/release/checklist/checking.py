"""What a checklist has to be beyond the form of its keys."""

import re
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, Final

import msgspec

from conformance.load.gates.parse import threshold
from conformance.protocol.revisions import REVISIONS
from conformance.release.checklist import placeholders
from conformance.release.checklist.model import (
    AnyStep,
    Artifact,
    Checklist,
    Command,
    Expected,
    Load,
    Observe,
    Suite,
    Waiver,
)  # fmt: skip
from conformance.release.checklist.waivers import end_of
from conformance.release.checklist.wording import nearest
from conformance.release.kinds.rules import BadRule, rule
from conformance.target.errors import ConfigError

BUILT_IN: Final = {
    "python": "the interpreter that runs this",
    "here": "the directory of the checklist",
    "work": "a directory of the step's own, which is kept as evidence",
    "run": "the directory of the release",
    "now": "when the release run began",
}
"""Variables that are always there."""
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,79}")
_VARIABLE: Final = re.compile(r"[a-z][a-z0-9_]*")
_ENVIRONMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST: Final = 60


def check(checklist: Checklist) -> None:
    """Raises `ConfigError` for the first thing that is wrong."""
    for problem in _problems(checklist):
        raise ConfigError(problem)


def _problems(checklist: Checklist) -> Iterator[str]:
    if not _NAME.fullmatch(checklist.name):
        yield f"name: {checklist.name!r:.80} is no name of a directory; use letters, digits, spaces and ._-"
    above: set[str] = set()
    for variable, of in checklist.variables.items():
        yield from (f"variables.{variable}.default: no variable {{{one}}} above it"
                    for one in placeholders.needed(of.default) if one not in above)  # fmt: skip
        above.add(variable)
        if not _VARIABLE.fullmatch(variable) or variable in BUILT_IN:
            yield f"variables.{variable}: not a name of a variable; use small letters, digits and _"
        yield from _environment(f"variables.{variable}.env", of.env)
    yield from _environment("environment", checklist.environment)
    if checklist.keep_passes_s < 0:
        yield "keep_passes_s has to be 0 or more"
    for name, step in checklist.steps.items():
        if not _ID.fullmatch(name) or len(name) > _LONGEST:
            yield f"steps.{name}: not a name of a step; use small letters, digits and -, at most {_LONGEST}"
        yield from (f"steps.{name}{problem}" for problem in _of_step(step, {*checklist.variables, *BUILT_IN}))
    if all(step.severity == "advisory" for step in checklist.steps.values()):
        yield "every step is advisory, so nothing could keep a release back; make one a blocker"
    for name, waiver in checklist.waivers.items():
        if name not in checklist.steps:
            yield f"waivers.{name}: no step of this name; {nearest(name, checklist.steps)}"
        yield from (f"waivers.{name}.{problem}" for problem in _of_waiver(waiver))


def _of_waiver(waiver: Waiver) -> Iterator[str]:
    for key in ("reason", "by"):
        if not getattr(waiver, key).strip():
            yield f"{key} is empty; a waiver says why, and who answers for it"
    if end_of(waiver.until) is None:
        yield f"until: {waiver.until!r:.40} is no day; write 2026-01-31, or a time with an offset"


def _environment(where: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"{where}: {name!r:.40} is no name of a variable" for name in names if not _ENVIRONMENT.fullmatch(name))


def _of_step(step: AnyStep, variables: set[str]) -> Iterator[str]:
    """Problems with the key before them, as `.key: problem`."""
    for name in placeholders.needed(msgspec.to_builtins(step)):
        if name not in variables:
            yield f": no variable {{{name}}}; {nearest(name, variables)}, or write {{{{{name}}}}} for the text itself"
    yield from _environment(".environment", step.environment)
    yield from _numbers(step)
    if not step.title.strip():
        yield ".title is empty"
    yield from _OF_KIND.get(type(step), _nothing)(step)


def _numbers(step: AnyStep) -> Iterator[str]:
    least = {"time_limit_s": 0.001, "observe_s": 0.001, "every_s": 0.01, "timeout_s": 0.001, "duration_s": 0.001}
    for key, value in msgspec.structs.asdict(step).items():
        if (
            isinstance(value, float | int)
            and not isinstance(value, bool)
            and (not isfinite(value) or value < least.get(key, 0))
        ):
            yield f".{key} has to be a number above 0"


def _nothing(step: Any) -> Iterator[str]:
    return iter(())


def _suite(step: Suite) -> Iterator[str]:
    if not step.target and not step.profiles:
        yield ": needs a target or profiles, else nothing is judged"
    if step.repeat < 1:
        yield ".repeat has to be 1 or more"
    requirements, areas = _known()
    yield from (f".requirements: no rule {one!r}; {nearest(one, requirements)}" for one in step.requirements
                if one not in requirements)  # fmt: skip
    yield from (f".may_not_apply: {one!r} is not among the requirements" for one in step.may_not_apply
                if one not in step.requirements)  # fmt: skip
    yield from (f".areas: no area {one!r}; {nearest(one, areas)}" for one in step.areas if one not in areas)
    yield from (f".revisions: no revision {one!r}; {nearest(one, REVISIONS)}" for one in step.revisions
                if one not in REVISIONS)  # fmt: skip


def _known() -> tuple[set[str], set[str]]:
    from conformance.contracts import rules
    from conformance.requirements import load

    contracts, requirements = rules.load(), load()
    clauses = {clause for one in contracts.values() for clause in one.clauses}
    areas = {one.contract for one in contracts.values()} | {one.area for one in requirements.values()}
    return {*contracts, *requirements, *clauses}, areas


def _command(step: Command) -> Iterator[str]:
    if not step.run or not (step.run if isinstance(step.run, str) else step.run[0]).strip():
        yield ".run is empty"
    elif step.shell and not isinstance(step.run, str):
        yield '.run: a command for the shell is one text, run = "…"'
    elif not step.shell and isinstance(step.run, str):
        yield '.run: without a shell, write the command and its arguments as a list, run = ["make", "test"]'
    if not step.exit:
        yield ".exit: name the exit statuses that are right"
    yield from _environment(".set", step.set)
    yield from (f".{key}{problem}" for key in ("output", "forbidden") for problem in _patterns(getattr(step, key)))
    for number, one in enumerate(step.artifacts):
        yield from (f".artifacts.{number}{problem}" for problem in _expected(one))


def _artifact(step: Artifact) -> Iterator[str]:
    if not step.artifacts:
        yield ".artifacts: name at least one, artifacts = [{ source = … }]"
    for number, one in enumerate(step.artifacts):
        yield from (f".artifacts.{number}{problem}" for problem in _expected(one))


def _expected(one: Expected) -> Iterator[str]:
    if not one.source:
        yield ".source is empty"
    yield from (f".{key}{problem}" for key in ("contains", "lacks") for problem in _patterns(getattr(one, key)))
    for text in one.rules:
        if list(placeholders.needed(text)):
            continue
        try:
            rule(text)
        except BadRule as error:
            yield f".rules: {text!r:.80}: {error}"
    if one.age_of and one.max_age_s is None:
        yield ".age_of needs max_age_s"


def _patterns(patterns: Iterable[str]) -> Iterator[str]:
    for text in patterns:
        try:
            re.compile(text)
        except re.error as error:
            yield f": {text!r:.80} is no pattern: {error}"


def _observe(step: Observe) -> Iterator[str]:
    if not step.limits:
        yield '.limits: say when the promise is broken, limits = [{ of = "errors", op = ">", limit = 0.05 }]'
    if (step.samples is None) == (not step.target):
        yield ": needs a target to look at, or samples from a file, and not both"
    for number, one in enumerate(step.limits):
        if (one.window_s is not None and one.window_s <= 0) or one.step_s <= 0 or one.in_a_row < 0:
            yield f".limits.{number}: window_s and step_s have to be above 0"
        if one.window_s is not None and step.samples is None and one.window_s > step.observe_s:
            yield f".limits.{number}: a window of {one.window_s:g} s does not fit in observe_s = {step.observe_s:g}"


def _load(step: Load) -> Iterator[str]:
    if not step.gates and not step.profiles and not step.at_most:
        yield ".gates: name a gate, such as p95<100ms; without one, nothing is judged"
    if step.at_most and not step.baseline:
        yield ".at_most needs a baseline to compare with"
    if step.rounds < 1:
        yield ".rounds has to be 1 or more"
    for text in step.gates:
        if not list(placeholders.needed(text)):
            threshold(text, source="gates")


_OF_KIND: Final[dict[type, Any]] = {
    Suite: _suite, Command: _command, Artifact: _artifact, Observe: _observe, Load: _load,
}  # fmt: skip
