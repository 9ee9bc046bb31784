"""The first baseline of a target: an entry for each thing that fails, as narrow as the failures are."""

from collections.abc import Iterator, Sequence
from datetime import date

from conformance.baseline.model import UNFILLED, Entry
from conformance.report.verdict import JUDGED, Verdict


def entries_for(verdicts: Sequence[Verdict], target: str, owner: str, expires: date) -> list[tuple[Entry, Verdict]]:
    """Each entry with a verdict that it is for; an error of the harness is nothing to accept."""
    judged: dict[tuple[str, str | None], list[Verdict]] = {}
    for one in verdicts:
        if one.status in JUDGED:
            judged.setdefault((one.requirement, one.profile), []).append(one)
    found = []
    for (id, profile), members in judged.items():
        for revision, subject, verdict in _narrowed(members):
            entry = Entry(
                requirement=id, reason=UNFILLED, owner=owner, expires=expires, target=target, revision=revision,
                profile=profile, subject=subject,
            )  # fmt: skip
            found.append((entry, verdict))
    return found


def _narrowed(members: Sequence[Verdict]) -> Iterator[tuple[str | None, str | None, Verdict]]:
    """Revision and subject of each entry that a rule needs: none where it fails wherever it was judged."""
    failing: dict[tuple[str, str | None], Verdict] = {}
    for one in members:
        if one.status == "fail" or one.red:
            failing.setdefault((one.revision, one.subject), one)
    judged = {(one.revision, one.subject) for one in members}
    if failing and failing.keys() == judged:
        yield None, None, next(iter(failing.values()))
        return
    for revision in dict.fromkeys(revision for revision, _ in failing):
        here = {subject: one for (other, subject), one in failing.items() if other == revision}
        if len(here) == sum(1 for other, _ in judged if other == revision) or not all(map(_is_text, here)):
            yield revision or None, None, next(iter(here.values()))
        else:
            yield from ((revision or None, subject, one) for subject, one in here.items())


def _is_text(subject: str | None) -> bool:
    """Whether a file can say it; without a subject an entry is about all of them."""
    return subject is not None and not any("\ud800" <= character <= "\udfff" for character in subject)
