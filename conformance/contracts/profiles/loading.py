"""From profile documents to profiles, with one clear line for what is wrong in them."""

import re
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, get_args

import msgspec

from conformance.contracts.profiles.documents import Document, from_environment, laid_over, read
from conformance.contracts.profiles.model import Profile
from conformance.contracts.rules import load as load_rules
from conformance.target.errors import ConfigError

_AT = re.compile(r" - at `\$?\.?(.*)`$")
_WORDS = {"yes": True, "on": True, "no": False, "off": False}
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")


def load_profiles(named: Sequence[str], environ: Mapping[str, str], *, strict_profile: bool = False) -> list[Profile]:
    """The profiles of a run, in the order given. Raises `ConfigError`."""
    profiles = [load_profile(one, environ, strict_profile=strict_profile) for one in dict.fromkeys(named)]
    for number, profile in enumerate(profiles):
        if profile.name in [other.name for other in profiles[:number]]:
            raise ConfigError(f"--profile: two profiles are called {profile.name!r}; give one of them another name")
    return profiles


def load_profile(named: str, environ: Mapping[str, str], *, strict_profile: bool = False) -> Profile:
    """One profile by name or path."""
    document = from_environment(read(named), environ)
    if strict_profile:
        document = laid_over(document, document.get("strict-profile", {}))
    return converted(document, named)


def converted(document: Document, named: str) -> Profile:
    try:
        profile = msgspec.convert(_without_absent(document, Profile), Profile, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"--profile: {named}: {_in_words(str(error))}") from None
    if unknown := sorted(profile.rules.keys() - load_rules().keys()):
        raise ConfigError(f"--profile: {named}: rules: no such rule {unknown[0]!r}")
    if not profile.clock.scale > 0:
        raise ConfigError(f"--profile: {named}: clock.scale has to be above 0")
    return profile


def _without_absent(document: Document, model: type[msgspec.Struct]) -> Document:
    """TOML has no null: `false` takes out a section, a promise, or an entry of a table of tables. Variables switch in
    words, as they do for the options of a run."""
    changed = dict(document)
    for one in msgspec.structs.fields(model):
        value, kinds = changed.get(one.encode_name), get_args(one.type) or (one.type,)
        if value is False and NoneType in kinds and bool not in kinds:
            changed[one.encode_name] = None
        elif isinstance(value, str) and bool in kinds and value.lower() in _WORDS:
            changed[one.encode_name] = _WORDS[value.lower()]
        elif isinstance(value, dict):
            changed[one.encode_name] = _of_kind(value, kinds)
    return changed


def _of_kind(value: Document, kinds: tuple[Any, ...]) -> Document:
    structs = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    if not structs:
        return value
    if str in kinds:
        return {name: entry for name, entry in value.items() if entry is not False}
    return _without_absent(value, structs[0])


def _in_words(problem: str) -> str:
    place = _AT.search(problem)
    said = _AT.sub("", problem)
    where = f"{place[1]}: " if place and place[1] else ""
    if unknown := _UNKNOWN.match(said):
        return f"{where}unknown key {unknown[1]!r}"
    return f"{where}{said[:1].lower()}{said[1:]}"
