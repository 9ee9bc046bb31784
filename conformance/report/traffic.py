"""What the invariants said of all exchanges of a run, put together: one verdict a rule and revision."""

from typing import Any

from conformance.report.verdict import Status, Verdict
from conformance.requirements import load

EXAMPLES = 5
KEPT = 200
"""Findings kept of each rule and revision; more are only counted."""


class Traffic:
    """Adds up what `judge_traffic` found, test by test."""

    def __init__(self) -> None:
        self._subjects: dict[str, int] = {}
        self._findings: dict[str, list[dict[str, Any]]] = {}
        self._counts: dict[str, int] = {}
        self._own: dict[str, None] = {}

    def add(self, traffic: dict[str, Any]) -> None:
        for key, count in traffic["subjects"].items():
            self._subjects[key] = self._subjects.get(key, 0) + count
        for finding in traffic["findings"]:
            key = f"{finding['requirement']} {finding['revision']}"
            self._counts[key] = self._counts.get(key, 0) + 1
            kept = self._findings.setdefault(key, [])
            if len(kept) < KEPT:
                kept.append(finding)
        self._own.update(dict.fromkeys(traffic["own"]))

    def verdicts(self, *, strict: bool) -> list[Verdict]:
        judged = [self._verdict(key, count, strict) for key, count in sorted(self._subjects.items())]
        return judged + ([harness_error(list(self._own))] if self._own else [])

    def _verdict(self, key: str, subjects: int, strict: bool) -> Verdict:
        id, revision = key.split(" ")
        rule = load()[id]
        findings = self._findings.get(key, [])
        evidence = next((finding for finding in findings if "exchange" in finding), None)
        shown = evidence or (findings[0] if findings else None)
        status: Status = "pass" if not findings else "fail" if rule.fails_in(revision) else "warn"
        return Verdict(
            requirement=id,
            revision=revision,
            status=status,
            level=rule.level_in(revision),
            area=rule.area,
            rule=rule.text,
            nodeid=f"traffic::{id}[{revision}]",
            subjects=subjects,
            red=status == "fail" or (status == "warn" and strict and rule.max_verdict == "fail"),
            expected="this of every exchange" if findings else None,
            received=_examples(findings, self._counts[key], subjects) if findings else None,
            replay=shown["replay"] if shown else None,
            links=rule.links(revision),
            transcript=(evidence["exchange"],) if evidence else (),
        )


def harness_error(problems: list[str]) -> Verdict:
    """The verdict on ourselves, when the harness sent what it should not have sent, or a judge broke."""
    return Verdict(
        "harness-messages-valid", "", "error", rule="Every message of the harness itself is valid.",
        nodeid="traffic::harness", red=True, reason=f"defects of the harness: {'; '.join(problems[:EXAMPLES])}",
    )  # fmt: skip


def _examples(findings: list[dict[str, Any]], count: int, subjects: int) -> str:
    causes = list(dict.fromkeys(finding["problem"] for finding in findings))
    listed = "; ".join(causes[:EXAMPLES])
    rest = f"; and {len(causes) - EXAMPLES} more kinds" if len(causes) > EXAMPLES else ""
    return f"in {count} {'place' if count == 1 else 'places'} of {subjects} exchanges: {listed}{rest}"
