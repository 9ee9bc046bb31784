"""Validates messages against the JSON Schemas in `schemas/mcp/<revision>/`.

The files are read when a revision is first asked for. A definition that did not change since an earlier
revision is a link to it there; such links are followed here, so that each revision becomes one flat set of
definitions.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Literal

from jsonschema import Draft202012Validator

from conformance.protocol.formats import MCP_FORMATS
from conformance.protocol.problems import Problem, kind_of, problems_of, shown
from conformance.protocol.revisions import REVISIONS

__all__ = [
    "Problem",
    "SchemaFilesError",
    "check_definition",
    "check_message",
    "check_result",
    "definitions",
    "notification_methods",
    "request_methods",
    "schema_root",
]

Sender = Literal["client", "server"]
Definitions = Mapping[str, Any]

_METHODS: Final = "methods.json"
_PACKAGE: Final = Path(__file__).resolve().parents[1]


class SchemaFilesError(Exception):
    """The schema files are missing or unreadable: a broken installation, never a verdict on a server."""


def schema_root() -> Path:
    """The folder of all schema files: inside the installed package, or beside it in a checkout."""
    for candidate in (_PACKAGE / "_data" / "schemas", _PACKAGE.parent / "schemas"):
        if candidate.is_dir():
            return candidate
    raise SchemaFilesError(f"no schema files beside {_PACKAGE}; reinstall mcp-conformance")


def definitions(revision: str) -> tuple[str, ...]:
    """The names that `check_definition` knows."""
    return tuple(_schemas(revision).definitions)


def request_methods(revision: str, sender: Sender) -> frozenset[str]:
    """The request methods of the core protocol that `sender` may use."""
    return frozenset(_schemas(revision).methods[sender]["requests"])


def notification_methods(revision: str, sender: Sender) -> frozenset[str]:
    """The notification methods of the core protocol that `sender` may use."""
    return frozenset(_schemas(revision).methods[sender]["notifications"])


def check_definition(revision: str, name: str, instance: object) -> list[Problem]:
    """Judges a value by one definition, such as `Tool`; KeyError if the revision does not have it."""
    return _schemas(revision).check(name, instance)


def check_result(revision: str, method: str, result: object) -> list[Problem]:
    """Judges what a server returned for a request; an unknown method only has to return a `Result`."""
    return _check_result(revision, method, result, answered_by="server")


def check_message(
    revision: str, message: object, *, sender: Sender, request_method: str | None = None
) -> list[Problem]:
    """Judges a whole JSON-RPC message, and whether `sender` may send it at all.

    `request_method` is the method of the request that a response answers. Of a method that the core protocol
    does not define, only the JSON-RPC shape is judged.
    """
    if isinstance(message, list) and _schemas(revision).methods["batches"]:
        return _check_batch(revision, message, sender, request_method)
    if not isinstance(message, dict):
        return [Problem("", f"is {kind_of(message)}, expected a JSON-RPC message (an object)")]
    if "method" in message:
        return _unique(_check_call(revision, message, sender))
    if "result" in message or "error" in message:
        return _unique(_check_response(revision, message, sender, request_method))
    return [Problem("", "is not a JSON-RPC message: it has neither method nor result nor error")]


@dataclass(frozen=True)
class _Schemas:
    """One revision: its definitions, flat, and the methods that lead to them."""

    definitions: Definitions
    methods: Mapping[str, Any]

    def check(self, name: str, instance: object) -> list[Problem]:
        """What was judged before is remembered, as the same lists come back many times in a run."""
        if name not in self.definitions:
            raise KeyError(f"no definition {name!r} in this revision")
        key = name, blake2b(json.dumps(instance).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key not in self._judged:
            self._judged[key] = tuple(problems_of(self._validator(name).iter_errors(instance)))
        return list(self._judged[key])

    def check_envelope(self, kind: str, message: object) -> list[Problem]:
        """Judges the JSON-RPC shape of a request, notification, result or error."""
        return self.check(self.methods["envelopes"][kind], message)

    @cached_property
    def _judged(self) -> dict[tuple[str, bytes], tuple[Problem, ...]]:
        return {}

    @cached_property
    def _validators(self) -> dict[str, Draft202012Validator]:
        return {}

    def _validator(self, name: str) -> Draft202012Validator:
        if name not in self._validators:
            schema = {"$ref": f"#/$defs/{name}", "$defs": self.definitions}
            self._validators[name] = Draft202012Validator(schema, format_checker=MCP_FORMATS)
        return self._validators[name]


@cache
def _schemas(revision: str) -> _Schemas:
    if revision not in REVISIONS:
        raise ValueError(f"unknown revision {revision!r}; known are {', '.join(REVISIONS)}")
    folder = schema_root() / "mcp" / revision
    files = [path for path in sorted(folder.glob("*.json")) if path.name != _METHODS]
    if not files:
        raise SchemaFilesError(f"no schema files in {folder}")
    flat = {name: _flat(path, name) for path in files for name in _read(path)["$defs"]}
    return _Schemas(flat, _read(folder / _METHODS))


@cache
def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SchemaFilesError(f"cannot read the schema file {path}: {error}") from error


def _flat(path: Path, name: str) -> Any:
    """A definition, taken from where it is written, with references by name alone."""
    body = _read(path)["$defs"].get(name)
    if body is None:
        raise SchemaFilesError(f"{path} has no definition {name!r}")
    reference = body.get("$ref", "")
    if reference.startswith("../"):
        file, _, target = reference.partition("#/$defs/")
        return _flat((path.parent / file).resolve(), target)
    return _by_name(body)


def _by_name(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _local(value) if key == "$ref" else _by_name(value) for key, value in schema.items()}
    return [_by_name(item) for item in schema] if isinstance(schema, list) else schema


def _local(reference: Any) -> Any:
    return "#" + reference.partition("#")[2] if isinstance(reference, str) else _by_name(reference)


def _check_batch(
    revision: str, batch: list[Any], sender: Sender, request_method: str | None
) -> list[Problem]:
    if not batch:
        return [Problem("", "is an empty batch")]
    return [
        Problem(f"/{index}{problem.path}", problem.message)
        for index, message in enumerate(batch)
        for problem in check_message(revision, message, sender=sender, request_method=request_method)
    ]


def _check_call(revision: str, message: dict[str, Any], sender: Sender) -> Iterable[Problem]:
    """A request or a notification: the JSON-RPC shape, the sender, and the shape of its method."""
    kind = "request" if "id" in message else "notification"
    yield from _schemas(revision).check_envelope(kind, message)
    for member in ("result", "error"):
        if member in message:
            yield Problem(f"/{member}", "must not be present beside 'method'")
    method = message["method"]
    if isinstance(method, str):
        yield from _check_method(revision, message, sender, kind + "s")


def _check_method(revision: str, message: dict[str, Any], sender: Sender, group: str) -> list[Problem]:
    schemas, method = _schemas(revision), message["method"]
    own, other = (schemas.methods[side][group] for side in (sender, _other_side(sender)))
    if method in own:
        name = own[method]["request"] if group == "requests" else own[method]
        return schemas.check(name, message)
    if group == "requests" and not own:
        return [Problem("/method", f"is {shown(method)}, but a {sender} sends no requests in {revision}")]
    if method in other:
        return [Problem("/method", f"is {shown(method)}, which only a {_other_side(sender)} sends")]
    return []


def _check_response(
    revision: str, message: dict[str, Any], sender: Sender, request_method: str | None
) -> Iterable[Problem]:
    schemas = _schemas(revision)
    if message.get("error") is not None or "result" not in message:
        yield from schemas.check_envelope("error", message)
        yield from _check_error_code(schemas, message)
        return
    yield from schemas.check_envelope("result", message)
    if request_method is not None:
        for problem in _check_result(revision, request_method, message["result"], answered_by=sender):
            yield Problem("/result" + problem.path, problem.message)


def _check_error_code(schemas: _Schemas, message: dict[str, Any]) -> list[Problem]:
    """An error whose code the revision defines has to carry the data that goes with it."""
    error = message.get("error")
    code = str(error.get("code")) if isinstance(error, dict) else ""
    known = schemas.methods["errors"]
    return schemas.check(known[code], message) if code in known else []


def _check_result(revision: str, method: str, result: object, answered_by: Sender) -> list[Problem]:
    schemas = _schemas(revision)
    known = schemas.methods[_other_side(answered_by)]["requests"].get(method)
    if known is None:
        return schemas.check("Result", result)
    kind = result.get("resultType", "complete") if isinstance(result, dict) else "complete"
    if "ResultType" in schemas.definitions and isinstance(kind, str) and kind != "complete":
        return _check_interim(schemas, method, result, kind)
    return schemas.check(_result_definition(known["results"], result), result)


def _result_definition(names: list[str], result: object) -> str:
    """What a result has to be: the first choice, unless it can only be the receipt of a task."""
    is_receipt = isinstance(result, dict) and "task" in result and not {"content", "action"} & result.keys()
    return names[-1] if is_receipt else names[0]


def _check_interim(schemas: _Schemas, method: str, result: object, kind: str) -> list[Problem]:
    """A result of another type than complete: the one for input, or one that an extension defines."""
    if kind != "input_required":
        return schemas.check("Result", result)
    problems = schemas.check("InputRequiredResult", result)
    if method not in schemas.methods["inputRequired"]:
        problems.insert(0, Problem("/resultType", f'is "input_required", which {method} may not answer'))
    return problems


def _other_side(sender: Sender) -> Sender:
    return "server" if sender == "client" else "client"


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
