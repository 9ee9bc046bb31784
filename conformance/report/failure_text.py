"""A verdict that is no pass, as a person reads it: the rule, what was expected, what came, how to see it again."""

from conformance.report.text import clipped, labelled, printable
from conformance.report.verdict import Verdict

SHOWN = 10_000
"""Characters of a member that are shown."""
MEMBERS = ("subject", "expected", "received", "reason", "replay", "advice")


def failure_text(verdict: Verdict) -> str:
    """Lines as the terminal has them, of printable characters only."""
    scope = ", ".join(part for part in (verdict.level, verdict.scope) if part)
    lines = [printable(f"{verdict.status.upper()} {verdict.requirement}") + (f" ({printable(scope)})" if scope else "")]
    lines += [f"  {_shown(verdict.rule)}"] if verdict.rule else []
    for member in MEMBERS:
        if value := getattr(verdict, member):
            lines += labelled(member, clipped(str(value), SHOWN), None)
    if verdict.clauses:
        lines += labelled("clauses", ", ".join(verdict.clauses), None)
    if verdict.accepted:
        lines += labelled("accepted", clipped(verdict.accepted.in_words, SHOWN), None)
    lines += [f"  {_shown(reading)}" for reading in verdict.readings]
    for index, link in enumerate(verdict.links):
        lines += labelled("see" if index == 0 else "", link, None)
    return "\n".join(lines)


def _shown(text: str) -> str:
    return clipped(printable(text), SHOWN)
