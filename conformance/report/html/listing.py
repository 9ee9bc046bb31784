"""The list of all requirements as data for the page's script: each text once, each verdict a few numbers."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.report.html.inert import inert, web_address
from conformance.report.html.matrix import short_scope
from conformance.report.merging import TargetRun
from conformance.report.verdict import WORST_FIRST, Verdict

LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT")
_PARAMETERS = re.compile(r"\[.*\]$", re.DOTALL)


class _Table:
    """Texts by number, each kept once; number 0 is the empty text."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def listing(runs: Sequence[TargetRun], labels: Sequence[str]) -> dict[str, Any]:
    """`rules` hold for each verdict: target, scope, status, check, parameters, subject, reason, milliseconds,
    requests and blocking requirement; zeros at the end are left out."""
    texts, scopes = _Table(), _scopes(runs)
    rules: dict[tuple[str, bool], dict[str, Any]] = {}
    for target, run in enumerate(runs):
        for one in run.verdicts:
            key = (one.requirement, one.is_contract)
            rule = rules.get(key) or rules.setdefault(key, _rule(one))
            if one.links and (where := str(scopes[one.scope])) not in rule["links"]:
                rule["links"][where] = texts.number(web_address(one.links[0]))
            rule["v"].append(_verdict(one, target, scopes, texts))
    ordered = sorted(rules.values(), key=lambda rule: (rule["contract"], rule["area"], rule["id"]))
    return {
        "statuses": WORST_FIRST,
        "targets": [inert(label, 200) for label in labels],
        "scopes": [[inert(scope, 60), short_scope(scope)] for scope in scopes],
        "texts": list(texts.numbers),
        "rules": ordered,
    }


def _scopes(runs: Sequence[TargetRun]) -> dict[str, int]:
    contracts = {one.scope: one.is_contract for run in runs for one in run.verdicts}
    return {scope: number for number, scope in enumerate(sorted(contracts, key=lambda one: (contracts[one], one)))}


def _rule(first: Verdict) -> dict[str, Any]:
    return {
        "id": inert(first.requirement, 200),
        "rule": inert(first.rule, 600),
        "level": inert(first.level, 20),
        "area": inert(first.area, 60),
        "contract": first.is_contract,
        "links": {},
        "v": [],
    }


def _verdict(one: Verdict, target: int, scopes: Mapping[str, int], texts: _Table) -> list[int]:
    parameters = _PARAMETERS.search(one.nodeid)
    name = one.nodeid[: parameters.start()] if parameters else one.nodeid
    accepted = f"accepted: {one.accepted.in_words}; " if one.accepted else ""
    why = accepted + (one.reason or one.received or "")
    numbers = [
        target, scopes[one.scope], WORST_FIRST.index(one.status),
        texts.number(inert(name, 200)), texts.number(inert(parameters[0], 120) if parameters else ""),
        texts.number(inert(one.subject or "", 120)), texts.number(inert(why, 300)),
        round(1000 * one.seconds), one.requests, texts.number(inert(one.blocked_by or "", 200)),
    ]  # fmt: skip
    while numbers[-1] == 0:
        numbers.pop()
    return numbers


def as_script_data(document: Mapping[str, Any]) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
