"""One thing that is wrong with a ledger, and how values are quoted in the sentence about it."""

import re
from typing import Literal, NamedTuple

from conformance.protocol.problems import shown
from conformance.report.text import printable
from conformance.wire.redact import MASK, Redactor

Severity = Literal["must", "should"]

_LOOKED_AT = 512
_REDACTOR = Redactor()
_LOOKS_SECRET = re.compile(
    r"\b(?:sk|pk|gh[a-z]|glpat|xox[a-z]|AKIA|tok|token)[-_][A-Za-z0-9_-]{6,}"
    r"|(?=[A-Za-z0-9+/_=-]*[0-9])(?=[A-Za-z0-9+/_=-]*[A-Za-z])[A-Za-z0-9+/_=-]{24,}",
    re.IGNORECASE,
)


class Finding(NamedTuple):
    """`line` counts from 1; None: the file as a whole."""

    clause: str
    severity: Severity
    line: int | None
    message: str


def quoted(value: object) -> str:
    """A value of the ledger as JSON, cut, fit for a terminal, and without anything that looks like a credential."""
    if isinstance(value, str):
        value = _LOOKS_SECRET.sub(MASK, _REDACTOR.text(value[:_LOOKED_AT]))
    return printable(shown(value))
