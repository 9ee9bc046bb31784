"""Makes a plan of a checklist: its variables with their values, and each step with these in their places."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sys import executable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from conformance.release.checklist import placeholders
from conformance.release.checklist.loading import Loaded
from conformance.release.checklist.model import AnyStep, Artifact, Command, Suite
from conformance.release.checklist.wording import nearest
from conformance.release.running.environment import secrets_of
from conformance.target.config import load_config
from conformance.target.errors import ConfigError
from conformance.target.secrets import secrets_of_url
from conformance.wire.redact import SECRET_NAME, Redactor

_OF_A_RUN: Final = ("now", "work", "run")
"""Variables that are different each time."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A step as it is run. `missing` are variables that it needs and that have no value, each with what it is; `stable`
    is the step without what is different each time."""

    name: str
    step: AnyStep
    stable: AnyStep
    missing: tuple[str, ...]
    locks: frozenset[str]


def values_of(loaded: Loaded, given: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """What was given, else what the environment has, else the default, else "". Raises `ConfigError`."""
    variables = loaded.checklist.variables
    for name in given:
        if name not in variables:
            raise ConfigError(f"--set: the checklist has no variable {name!r}; {nearest(name, variables)}")
    values: dict[str, str] = {}
    for name, of in variables.items():
        usual = placeholders.filled(of.default, values) if _is_known(of.default, values) else ""
        values[name] = given.get(name) or next((environ[one] for one in of.env if environ.get(one)), usual)
    return values


def plan(loaded: Loaded, values: Mapping[str, str], directory: Path, now: datetime) -> dict[str, Planned]:
    """Every step, in an order in which they can be run. Raises `ConfigError` for a value that does not fit."""
    known = {**values, "python": executable, "here": str(loaded.files[0].parent)}
    return {name: _planned(name, loaded, known, directory, now) for name in loaded.order}


def directory_of(directory: Path, name: str) -> Path:
    """Where a step has its evidence."""
    return directory / "steps" / name


def _planned(name: str, loaded: Loaded, known: Mapping[str, str], directory: Path, now: datetime) -> Planned:
    step = loaded.checklist.steps[name]
    work = str(directory_of(directory, name))
    of_run = {"now": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "work": work, "run": str(directory)}
    document, needed = _without_absent(step, known)
    missing = [one for one in dict.fromkeys(needed) if not known.get(one) and one not in _OF_A_RUN]
    filled = _filled(name, document, {**known, **of_run})
    return Planned(
        name=name,
        step=filled,
        stable=_filled(name, document, {**known, **dict.fromkeys(_OF_A_RUN, "-")}),
        missing=tuple(_told(one, loaded) for one in missing),
        locks=frozenset(_locks(filled)),
    )


def _without_absent(step: AnyStep, known: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The step without the evidence and the optional artifacts that nobody has named, and the variables that the rest
    needs. Evidence that is missing is for the checks to tell."""
    document: dict[str, Any] = msgspec.to_builtins(step)
    if isinstance(step, Suite):
        evidence = {name: path if _is_known(path, known) else "" for name, path in step.evidence.items()}
        needed = list(placeholders.needed({**document, "evidence": {}}))
        return {**document, "evidence": evidence}, needed
    if isinstance(step, Artifact | Command):
        document["artifacts"] = [one for one in document["artifacts"] if not one["optional"] or _is_known(one, known)]
    return document, list(placeholders.needed(document))


def _is_known(value: Any, known: Mapping[str, str]) -> bool:
    return all(known.get(name) or name in _OF_A_RUN for name in placeholders.needed(value))


def _filled(name: str, document: Mapping[str, Any], known: Mapping[str, str]) -> AnyStep:
    try:
        return msgspec.convert(placeholders.filled(document, known), AnyStep)  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise ConfigError(f"steps.{name}: {error}") from None


def _told(name: str, loaded: Loaded) -> str:
    variable = loaded.checklist.variables.get(name)
    about = f": {variable.about}" if variable and variable.about else ""
    return f"{name}{about}; give it with --set {name}=…"


def _locks(step: AnyStep) -> Iterator[str]:
    """Steps that ask the same host would disturb each other's measurements and use up each other's rate."""
    if step.lock:
        yield step.lock
    for url in (getattr(step, "target", ""), getattr(step, "canary", "")):
        if url:
            yield f"target {urlsplit(url).netloc}"


def redactor_of(
    loaded: Loaded, values: Mapping[str, str], planned: Iterable[Planned], environ: Mapping[str, str]
) -> Redactor:
    """Knows every secret that the checklist names, or that something which it names holds."""
    redactor = Redactor(value for name, value in values.items() if loaded.checklist.variables[name].secret)
    steps = [one.step for one in planned]
    named = {*loaded.checklist.environment, *(name for step in steps for name in step.environment)}
    tokens = {token for step in steps if (token := getattr(step, "token_env", ""))}
    for secret in (
        *secrets_of(sorted(named), environ), *(environ[name] for name in sorted(tokens) if environ.get(name)),
        *(value for step in steps for value in _set(step)),
        *(secret for value in values.values() for secret in secrets_of_url(value)),
        *(secret for step in steps for secret in _configured(step, environ)),
    ):  # fmt: skip
        redactor.learn(secret)
    return redactor


def _set(step: AnyStep) -> Iterator[str]:
    """Values that a checklist gives to its commands under names of secrets."""
    if isinstance(step, Command):
        yield from (value for name, value in step.set.items() if SECRET_NAME.search(name))


def _configured(step: AnyStep, environ: Mapping[str, str]) -> Iterator[str]:
    """Secrets in the configuration and the profiles of checks. What is wrong with those is for the checks to tell."""
    if isinstance(step, Suite) and step.config:
        with suppress(ConfigError):
            yield from load_config({"config": step.config, "url": step.target}, environ=environ).secrets
    profiles = [*getattr(step, "profiles", ()), getattr(step, "profile", "")]
    for profile in filter(None, profiles):
        yield from _of_profile(profile, environ)


def _of_profile(named: str, environ: Mapping[str, str]) -> Iterator[str]:
    from conformance.contracts.profiles import load_profile

    try:
        profile = load_profile(named, environ)
    except ConfigError:
        return
    keys = [profile.minting.secret] if profile.minting else []
    for persona in profile.personas.values():
        keys += [persona.token, persona.mint.secret if persona.mint else None, *persona.headers.values()]
    yield from (key for key in keys if key)


def moment(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)
