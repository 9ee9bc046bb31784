"""Digests of JSON documents, whatever their white space and the order of their members."""

import hashlib
import json
from typing import Any


def canonical(document: Any) -> bytes:
    """One form for all spellings of a document. Lone surrogates stay the escapes that they came as."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")


def digest(document: Any) -> str:
    return f"sha256:{hashlib.sha256(canonical(document)).hexdigest()}"


class RunningChecksum:
    """A digest over a head, a growing list of verdicts, and what closes them.

    It tells accidents, not forgery: who changes a file on purpose can compute it anew.
    """

    def __init__(self, head: Any) -> None:
        self._hash = hashlib.sha256(canonical(head))

    def add(self, verdict: Any) -> None:
        self._hash.update(b"\n" + canonical(verdict))

    def closed_by(self, rest: Any) -> str:
        closed = self._hash.copy()
        closed.update(b"\n" + canonical(rest))
        return f"sha256:{closed.hexdigest()}"
