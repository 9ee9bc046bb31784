"""A claim of a requirement on a kind of schema problem."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from conformance.protocol.messages import is_notification, is_request
from conformance.protocol.schemas import Problem

Kind = Literal["request", "notification", "result", "error", "neither", "nothing"]

_NAMES = ("name", "uri", "uriTemplate")


@dataclass(frozen=True, slots=True)
class Claim:
    """`requirement` owns problems in messages of `method` (of the request, for a response) at `path`, a JSON Pointer.

    Both are regular expressions, and so is `says`, which is searched for in the words of the problem; `path` may
    match a beginning. `beside` is the member "type" of the object that has the problem, for content blocks; `code` is
    that of the error; `kind` is that of the message.
    """

    requirement: str
    method: str
    path: str = ""
    says: str = ""
    beside: str = ""
    code: int | None = None
    kind: Kind | None = None

    def covers(self, method: str, message: Any, problem: Problem) -> bool:
        return (
            re.match(self.path, problem.path) is not None
            and re.fullmatch(self.method, method) is not None
            and re.search(self.says, problem.message) is not None
            and (self.kind is None or kind_of_message(message) == self.kind)
            and (not self.beside or _type_beside(message, problem.path) == self.beside)
            and (self.code is None or _error_code(message) == self.code)
        )


def kind_of_message(message: Any) -> Kind:
    """What a message is; "neither" has an id, but no method, result or error; an error wins over a result."""
    if not isinstance(message, dict):
        return "nothing"
    if is_request(message):
        return "request"
    if is_notification(message):
        return "notification"
    if message.get("error") is not None or ("error" in message and "result" not in message):
        return "error"
    if "result" in message:
        return "result"
    return "neither" if "id" in message else "nothing"


def named_path(message: Any, problem: Problem) -> str:
    """The path of a problem, with the names of listed items in place of their numbers."""
    return "".join("/" + step for step in _named_steps(message, problem.path.split("/")[1:]))


def _named_steps(node: Any, path: list[str]) -> Iterator[str]:
    for part in path:
        listed = isinstance(node, list)
        node = _child(node, part)
        yield (_name(node) if listed else None) or part


def _name(node: Any) -> str | None:
    members = node if isinstance(node, dict) else {}
    return next((members[key] for key in _NAMES if isinstance(members.get(key), str)), None)


def _child(node: Any, part: str) -> Any:
    if isinstance(node, list):
        return node[int(part)] if part.isdecimal() and int(part) < len(node) else None
    return node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None


def _type_beside(message: Any, pointer: str) -> Any:
    found = message
    for step in pointer.split("/")[1:-1]:
        found = _child(found, step)
    return found.get("type") if isinstance(found, dict) else None


def _error_code(message: Any) -> Any:
    error = message.get("error") if isinstance(message, dict) else None
    return error.get("code") if isinstance(error, dict) else None
