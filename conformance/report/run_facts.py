"""What the head of a verdict file says of a run, for views of it. A file may come from anywhere: nothing is certain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from conformance.report.findings import kept_by_profile
from conformance.report.terminal import conclusion
from conformance.report.text import clipped, printable
from conformance.report.verdict import JUDGED, Verdict

LONGEST = 500


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Text is of printable characters, at most 500 of them. `started` is UTC; `seconds` None in a run that did not
    come to its end."""

    url: str
    server: str
    version: str
    started: str
    revisions: tuple[str, ...]
    profiles: tuple[str, ...]
    complete: bool
    requests: int | None
    seconds: float | None


def run_facts(head: Mapping[str, Any]) -> RunFacts:
    target, tool, summary = (_table(head, name) for name in ("target", "tool", "summary"))
    return RunFacts(
        url=_text(target.get("url")),
        server=_text(target.get("server")),
        version=_text(tool.get("version")),
        started=_text(head.get("started")),
        revisions=tuple(map(_text, head.get("revisions", ()))),
        profiles=tuple(_text(f"{name} {version}") for name, version in _table(head, "profiles").items()),
        complete=summary.get("complete") is True,
        requests=summary.get("requests"),
        seconds=summary.get("seconds"),
    )


def headline(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """The run in a few words, and that it is incomplete where it is."""
    said = _text(conclusion(verdicts))
    return said if run_facts(head).complete else f"incomplete, the run did not come to its end; so far: {said}"


State = Literal["good", "broken", "error", "incomplete", "nothing"]


def state(head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> State:
    """The run in a word. Good is only a run that came to its end, lost nothing on the way and judged something."""
    if any(one.red and one.status != "error" for one in verdicts):
        return "broken"
    if any(one.status == "error" for one in verdicts):
        return "error"
    if not run_facts(head).complete or any(one.blocked_by == "TargetLost" for one in verdicts):
        return "incomplete"
    if not any(one.status in JUDGED for one in verdicts):
        return "nothing"
    return "incomplete" if "incomplete" in kept_by_profile(verdicts).values() else "good"


def _table(head: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = head.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str:
    return clipped(printable(str(value or "")), LONGEST)
