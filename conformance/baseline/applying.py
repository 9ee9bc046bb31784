"""A baseline laid over the verdicts of one run."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from conformance.baseline.model import Baseline
from conformance.baseline.rules import may_be_red
from conformance.report.verdict import Accepted, Verdict


@dataclass(frozen=True, slots=True)
class Applied:
    """A baseline for the target with these names, on one day (UTC)."""

    baseline: Baseline
    names: tuple[str, ...]
    today: date

    def judge(self, verdict: Verdict) -> Verdict:
        """The verdict as the baseline has it: its status stays, what it means for the run may not."""
        if verdict.status not in ("fail", "warn"):
            return verdict
        if accepted := self._accepted(verdict):
            return replace(verdict, accepted=accepted, red=False)
        if verdict.status == "warn" and verdict.requirement in self.baseline.promote:
            return replace(verdict, red=verdict.red or may_be_red(verdict.requirement))
        return verdict

    def _accepted(self, verdict: Verdict) -> Accepted | None:
        for entry in self.baseline.entries:
            in_force = entry.is_filled and self.today <= entry.expires
            if in_force and entry.is_about(verdict) and entry.is_for(self.names):
                return entry.words
        if verdict.status == "warn" and verdict.requirement in self.baseline.accept:
            return Accepted(self.baseline.accept[verdict.requirement])
        return None


def applied(baseline: Baseline, urls: Iterable[str], server: str) -> Applied:
    """`server` is name and version, as a report shows them."""
    return Applied(baseline, target_names(urls, server), datetime.now(UTC).date())


def target_names(urls: Iterable[str], server: str) -> tuple[str, ...]:
    """By what an entry may call a target: its URLs, with and without query and credentials, and its name."""
    found = dict.fromkeys(part for url in urls for part in (url, _bare(url)))
    return (*found, server, server.rpartition(" ")[0] or server)


def _bare(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
