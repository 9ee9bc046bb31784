"""A verdict that is no pass, as a person reads it: the rule, what was expected, what came, how to see it again."""

from conformance.report.text import clipped, labelled, printable
from conformance.report.verdict import Verdict

SHOWN = 10_000
"""Characters of a member that are shown."""
MEMBERS = ("subject", "expected", "received", "reason", "replay", "advice")


def failure_text(verdict: Verdict) -> str:
    """Lines as the terminal has them, of printable characters only."""
    scope = ", ".join(part for part in (verdict.level, verdict.scope) if part)
    lines = [_shown(f"{verdict.status.upper()} {verdict.requirement}") + (f" ({_shown(scope)})" if scope else "")]
    lines += [f"  {_shown(verdict.rule)}"] if verdict.rule else []
    for member in MEMBERS:
        if value := getattr(verdict, member):
            lines += labelled(member, _shown(str(value)), None)
    if verdict.clauses:
        lines += labelled("clauses", _shown(", ".join(verdict.clauses)), None)
    if verdict.accepted:
        lines += labelled("accepted", _shown(verdict.accepted.in_words), None)
    lines += [f"  {_shown(reading)}" for reading in verdict.readings]
    for index, link in enumerate(verdict.links):
        lines += labelled("see" if index == 0 else "", _shown(link), None)
    return "\n".join(lines)


def _shown(text: str) -> str:
    return printable(clipped(text, SHOWN))
