"""One numbered promise of a real system, in words that need no other document."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["must", "should"]
Basis = Literal["D", "P", "S", "I"]
Plane = Literal["wire", "fake-peer", "artifact", "time", "exec"]
Safety = Literal["safe", "write", "noisy", "destructive", "offline"]


@dataclass(frozen=True, slots=True)
class Clause:
    """`given`, `when` and `then` are sentences; `excused` says why nothing judges the clause, and is empty otherwise.

    `basis`: D the runbook itself, P another normative text of the system, S its source code only, I inferred.
    `plane`: where it shows itself: in requests to the target, to a peer that the harness plays, in artifacts, over
    time, or only where commands are run on the system.
    """

    id: str
    system: str
    level: Level
    basis: Basis
    source: str
    plane: Plane
    safety: Safety
    given: str
    when: str
    then: str
    notes: str = ""
    excused: str = ""

    @property
    def promised(self) -> bool:
        """Whether a document of the system says it, and not only its code."""
        return self.basis in ("D", "P")
