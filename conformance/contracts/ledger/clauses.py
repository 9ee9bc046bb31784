"""The clauses that are judged on a ledger: what each promises, how strong it is, and what to do when it is broken."""

from dataclasses import dataclass
from typing import Final

from conformance.contracts.ledger.findings import Severity


@dataclass(frozen=True)
class Clause:
    """`basis`: D the runbook, P another normative text, S source code only, I inferred; the strongest counts.

    `history` is the severity on lines that are not the latest one, if it differs.
    """

    id: str
    title: str
    severity: Severity
    basis: str
    advice: str
    history: Severity | None = None

    def judged(self, *, strict_profile: bool) -> bool:
        return strict_profile or self.basis in ("D", "P")

    def on(self, *, latest: bool) -> Severity:
        return self.severity if latest or self.history is None else self.history


_RERUN: Final = "Correct the credentials and run the smoke script again; it appends fresh lines."
_WRITER: Final = "Repair the program that writes the ledger; lines that are there stay as they are."
_CLOCK: Final = "Look at the clock of the host that wrote the line, and at writers that store an expiry as the time."

_ALL: Final = (
    Clause(
        "C-ABZU-058", "no credential in the ledger", "must", "D",
        "Replace the credential now: whoever reads the ledger has it. Then let the writer leave it out.",
    ),
    Clause(
        "C-ABZU-069", "old lines stay unchanged", "must", "D",
        "Restore the earlier copy, append what is new, and find out who rewrote the file.",
    ),
    Clause(
        "C-ABZU-071", "each line is one JSON object", "must", "D",
        "Repair the line from a backup, or take out what was cut off and note the gap. Append whole lines only.",
    ),
    Clause("C-ABZU-072", "connector, time and window on each line", "must", "D", _WRITER),
    Clause("C-ABZU-073", "rotated_at is a UTC timestamp", "must", "D", _WRITER),
    Clause(
        "C-ABZU-074", "window_hours is the promised window", "must", "D",
        f"{_RERUN} If another window is agreed, pass it with --window.", history="should",
    ),
    Clause("C-ABZU-075", "the newest rotation is fresh", "must", "D", f"Rotate now. {_RERUN}"),
    Clause("C-ABZU-076", "each connector's newest rotation is fresh", "should", "I", f"Rotate it. {_RERUN}"),
    Clause("C-ABZU-077", "no rotation in the future", "should", "I", _CLOCK),
    Clause(
        "C-ABZU-078", "all connectors have a line", "must", "D",
        f"{_RERUN} If other connectors are meant, name them with --connector.",
    ),
    Clause("C-ABZU-079", "rotation_window agrees with its line", "must", "P", _WRITER, history="should"),
    Clause("C-ABZU-080", "the latest line has a rotation_window", "must", "S", _WRITER),
    Clause("C-ABZU-081", "credential_window agrees with itself", "should", "S", _WRITER),
    Clause("C-ABZU-082", "the credential has not expired", "should", "P", f"Renew the credential. {_RERUN}"),
    Clause(
        "C-ABZU-083", "trace checksums are true", "must", "S",
        "The trace was changed after it was written, or REST and gRPC differ: compare both with the gateway's log.",
    ),
    Clause("C-ABZU-084", "the normalized handshake is that of the response", "should", "S", _WRITER),
    Clause(
        "C-ABZU-085", "no credential in a traced request", "must", "I",
        "Replace the credential now, and let the writer leave it out of the trace.",
    ),
    Clause("C-ABZU-086", "each context has a status", "should", "S", _WRITER),
    Clause(
        "C-ABZU-087", "times of a connector do not go back", "should", "I",
        "Harmless when a stored handshake is recorded again; otherwise look for a merged or hand-made file.",
    ),
    Clause("C-ABZU-088", "no rotation is recorded twice", "should", "I", "Look for a writer that runs twice."),
    Clause("C-ABZU-089", "members are known ones", "should", "I", "Nothing breaks; tell the readers of the ledger."),
    Clause("C-ABZU-090", "the lines of one rotation agree", "should", "S", "Take the time once for a rotation."),
)  # fmt: skip

CLAUSES: Final = {clause.id: clause for clause in _ALL}
