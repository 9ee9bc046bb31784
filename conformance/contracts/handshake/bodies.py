"""Builds request bodies from the templates of a profile."""

import json
import re
from collections.abc import Mapping
from typing import Any

from conformance.contracts.paths import at_path, with_path

Body = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_TRUE = ("1", "true", "yes", "on")


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders replaced; a text that is one placeholder takes the type of the value.
    What is not known stays as it is."""
    if isinstance(template, dict):
        return {name: filled(inner, values) for name, inner in template.items()}
    if isinstance(template, list):
        return [filled(inner, values) for inner in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    if whole:
        return values.get(whole[1], template)
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), template)


def overridden(body: Mapping[str, Any], overrides: Mapping[str, Any]) -> Body:
    """The body with the overrides laid over it."""
    changed = dict(body)
    for name, value in overrides.items():
        below = changed.get(name)
        if isinstance(value, Mapping):
            changed[name] = overridden(below if isinstance(below, Mapping) else {}, value)
        else:
            changed[name] = _like(below, value)
    return changed


def misread(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The members that were arrays, and are texts now: variables that hold no JSON."""
    return [name for name, value in before.items() if isinstance(value, list) and isinstance(after.get(name), str)]


def _like(before: Any, value: Any) -> Any:
    """A text from a variable as the type of what it replaces."""
    if not isinstance(value, str) or isinstance(before, str):
        return value
    if isinstance(before, bool):
        return value.strip().lower() in _TRUE
    try:
        return json.loads(value) if isinstance(before, int | float | list | dict) else value
    except ValueError:
        return value


def with_credential(body: Mapping[str, Any], path: str | None, token: str | None) -> Body:
    """The body with the credential in its place. Without one, the object that would hold it is left out, unless it
    holds more than the kind of credential."""
    if not path:
        return dict(body)
    if token is not None:
        return with_path(body, path, token)
    holder = path.rpartition(".")[0] or path
    return dict(body) if at_path(body, holder) is None else with_path(body, holder, None)
