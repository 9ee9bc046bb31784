"""What a step came to, before needs and waivers are looked at; and what it may use."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from conformance.report.text import printable
from conformance.wire.redact import Redactor

MOST_DETAILS: Final = 12
LONGEST: Final = 400

Judgement = Literal["pass", "fail", "incomplete", "not run"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that is evidence and lies outside of the step's directory; without `keep` only its checksum is told."""

    name: str
    path: Path
    source: str
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` is one sentence, `details` what is behind it."""

    status: Judgement
    reason: str = ""
    details: tuple[str, ...] = ()
    command: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may use.

    work         a directory of its own, all of which is evidence
    now          seconds since 1970
    environment  names of the variables that its processes get, from `environ`
    """

    work: Path
    now: float
    environ: Mapping[str, str]
    environment: tuple[str, ...]
    redactor: Redactor
    stop: threading.Event

    def clean(self, text: str) -> str:
        """Without secrets, on one line, and not endless."""
        return bounded(self.redactor.text(text[:65536]))


def bounded(text: str, most: int = LONGEST) -> str:
    shown = printable(" ".join(text[: 4 * most].split()))
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def listed(problems: Iterable[str]) -> tuple[str, ...]:
    """The first of many."""
    found = list(problems)
    more = [f"and {len(found) - MOST_DETAILS} more"] if len(found) > MOST_DETAILS else []
    return (*found[:MOST_DETAILS], *more)
