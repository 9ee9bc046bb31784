"""Two runs side by side: what newly fails, what is fixed, what changed otherwise, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.report.findings import worst
from conformance.report.text import printable
from conformance.report.verdict import Status, Verdict

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A requirement under one revision or profile; None: the run says nothing of it."""

    requirement: str
    scope: str
    before: Status | None
    after: Status | None
    rule: str


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement that changed in the same way under several revisions or profiles."""

    requirement: str
    before: str
    after: str
    rule: str
    scopes: tuple[str, ...]


def changes(listed: Iterable[Difference]) -> list[Change]:
    """One for each requirement and way of changing."""
    of: dict[tuple[str, str, str], list[Difference]] = {}
    for one in listed:
        of.setdefault((one.requirement, one.before or "absent", one.after or "absent"), []).append(one)
    return [Change(*key, same[0].rule, tuple(one.scope for one in same if one.scope)) for key, same in of.items()]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`new` are red now and were not; `fixed` were red and pass; `added` were not there and are not red."""

    old: str
    now: str
    new: tuple[Difference, ...]
    fixed: tuple[Difference, ...]
    changed: tuple[Difference, ...]
    missing: tuple[Difference, ...]
    added: tuple[Difference, ...]
    same: int

    @property
    def kinds(self) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
        return (
            ("new failures", self.new), ("fixed", self.fixed), ("changed", self.changed),
            ("missing", self.missing), ("added", self.added),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Standing:
    status: Status
    red: bool
    rule: str


def compare(old: Iterable[Verdict], new: Iterable[Verdict], *, names: tuple[str, str]) -> Comparison:
    """Requirements by revision or profile; `names` are those of the two runs."""
    before, after = _standings(old), _standings(new)
    found: dict[str, list[Difference]] = {}
    for key in sorted(before.keys() | after.keys()):
        kind = _kind(before.get(key), after.get(key))
        found.setdefault(kind, []).append(_difference(key, before.get(key), after.get(key)))
    failing, fixed, changed, missing, added = (
        tuple(found.get(kind, ())) for kind in ("new", "fixed", "changed", "missing", "added")
    )
    return Comparison(*names, failing, fixed, changed, missing, added, same=len(found.get("same", ())))


def _kind(before: _Standing | None, after: _Standing | None) -> str:
    if after is not None and after.red and not (before and before.red):
        return "new"
    if after is None:
        return "missing"
    if before is None:
        return "added"
    if before.red and not after.red and after.status in ("pass", "warn"):
        return "fixed"
    return "same" if (before.status, before.red) == (after.status, after.red) else "changed"


def _standings(verdicts: Iterable[Verdict]) -> dict[Key, _Standing]:
    of: dict[Key, list[Verdict]] = {}
    for one in verdicts:
        of.setdefault((one.requirement, one.scope), []).append(one)
    return {
        key: _Standing(worst(one.status for one in listed), any(one.red for one in listed), listed[0].rule)
        for key, listed in of.items()
    }


def _difference(key: Key, before: _Standing | None, after: _Standing | None) -> Difference:
    told = after or before
    return Difference(
        *key,
        before=before.status if before else None,
        after=after.status if after else None,
        rule=told.rule if told else "",
    )


def comparison_lines(comparison: Comparison) -> list[str]:
    """The comparison on a terminal, what is new and bad first."""
    lines = [f"old  {printable(comparison.old)}", f"new  {printable(comparison.now)}"]
    for kind, listed in comparison.kinds:
        if listed:
            lines += ["", f"{kind} ({len(listed)})", *_aligned(listed)]
    return [*lines, "", closing_line(comparison)]


def closing_line(comparison: Comparison) -> str:
    counts = [
        f"{len(listed)} {kind}" for kind, listed in comparison.kinds if listed or kind in ("new failures", "fixed")
    ]
    return ", ".join([*counts, f"{comparison.same} as before"])


def _aligned(listed: Sequence[Difference]) -> list[str]:
    found = changes(listed)
    width = max(len(printable(one.requirement)) for one in found)
    return [
        f"  {printable(one.requirement):<{width}}  {one.before} -> {one.after}  {', '.join(map(printable, one.scopes))}"
        for one in found
    ]
