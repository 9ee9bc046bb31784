"""Steps of the kind manual: what somebody has to say, with name, time and evidence."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from conformance.contracts.times import instant
from conformance.release.checklist.documents import parse
from conformance.release.checklist.model import Checklist, Manual
from conformance.release.checklist.wording import nearest
from conformance.release.kinds.outcome import Context, Outcome, Seen, listed
from conformance.target.errors import ConfigError

_SKEW_S: Final = 300
_DAY: Final = "T23:59:59Z"
_PATH: Final = re.compile(r"(?:~?/|\.\.?/)\S+|(?!https?:)[^\s:]+/[^\s/:]+\.[A-Za-z0-9]{1,5}")


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to a question: whether it is so, who says it, when, and what shows it: a path, a URL or a sentence."""

    done: bool
    by: str = ""
    at: str = ""
    evidence: str = ""
    note: str = ""


def read_answers(path: Path, checklist: Checklist) -> dict[str, Answer]:
    """A TOML file with a table for each step, `[answers.NAME]`. Raises `ConfigError`."""
    document = parse(path, "--answers")
    tables = document.get("answers")
    if set(document) - {"answers"} or not isinstance(tables, dict):
        raise ConfigError(f"--answers: {path}: write each answer as a table, [answers.NAME], and nothing else")
    manual = {name for name, step in checklist.steps.items() if isinstance(step, Manual)}
    for name in tables:
        if name not in manual:
            raise ConfigError(f"--answers: {path}: answers.{name}: no manual step {name!r}; {nearest(name, manual)}")
    return {name: _answer(path, name, table) for name, table in tables.items()}


def _answer(path: Path, name: str, table: Any) -> Answer:
    try:
        return msgspec.convert(table, Answer)
    except msgspec.ValidationError as error:
        raise ConfigError(f"--answers: {path}: answers.{name}: {str(error).replace(' - at `$.', ' - at `')}") from None


def judge(step: Manual, context: Context, answer: Answer | None) -> Outcome:
    if answer is None and context.stop.is_set():
        return Outcome("not run", "was interrupted")
    if answer is None:
        asked = listed(f"look at: {point}" for point in step.asks)
        return Outcome("incomplete", context.clean(f"not answered: {step.question}"), asked)
    missing = list(_missing(step, answer, context.now))
    if missing:
        return Outcome("incomplete", context.clean(missing[0]), listed(map(context.clean, missing)))
    (context.work / "answer.json").write_bytes(msgspec.json.format(msgspec.json.encode(_shown(step, answer, context))))
    said = context.clean(f"{answer.by} at {answer.at}: {answer.evidence or answer.note or 'without evidence'}")
    path = Path(answer.evidence).expanduser()
    seen = (Seen(path.name, path, answer.evidence),) if _is_file(answer.evidence) else ()
    if not answer.done:
        note = (context.clean(answer.note),) if answer.note else ()
        return Outcome("fail", context.clean(f"no, says {said}"), note)
    return Outcome("pass", said, seen=seen)


def _shown(step: Manual, answer: Answer, context: Context) -> Mapping[str, Any]:
    told = {key: context.clean(value) if isinstance(value, str) else value for key, value in _members(answer)}
    return {"question": step.question, "asks": list(step.asks), **told}


def _members(answer: Answer) -> Iterator[tuple[str, Any]]:
    yield from msgspec.structs.asdict(answer).items()


def _missing(step: Manual, answer: Answer, now: float) -> Iterator[str]:
    """What an answer has to have, before it counts."""
    if not answer.by.strip():
        yield "the answer does not say who gives it (by)"
    at = instant(answer.at)
    if at is None and instant(f"{answer.at}T00:00:00Z") is not None:
        at = min(now, instant(f"{answer.at}{_DAY}") or now)
    if at is None:
        yield "the answer does not say when (at); write 2026-01-31T12:00:00Z"
    elif at > now + _SKEW_S:
        yield f"the answer is of {answer.at}, which is in the future"
    elif step.max_age_s is not None and now - at > step.max_age_s:
        yield f"the answer is of {answer.at}, and at most {step.max_age_s / 3600:g} h are right"
    if step.evidence and answer.done and not answer.evidence.strip():
        yield "the answer names no evidence; give a path, a URL or a sentence"
    if _looks_like_a_path(answer.evidence) and not _is_file(answer.evidence):
        yield f"the evidence {answer.evidence} does not exist"


def _is_file(evidence: str) -> bool:
    try:
        return bool(evidence) and Path(evidence).expanduser().is_file()
    except (OSError, ValueError):
        return False


def _looks_like_a_path(evidence: str) -> bool:
    """Not an address, not a sentence, and not the number of a ticket."""
    return _PATH.fullmatch(evidence) is not None
