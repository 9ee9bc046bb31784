"""Steps of the kind artifact: what files hold, and what URLs answer."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.contracts.documents import problems_with
from conformance.contracts.reading import MOST_BYTES, quoted
from conformance.contracts.times import instant, iso
from conformance.protocol.schemas import schema_root
from conformance.release.checklist.model import Artifact, Expected, FileFormat
from conformance.release.kinds.fetching import Unfetched, fetch, is_url
from conformance.release.kinds.outcome import Context, Outcome, Seen, listed
from conformance.release.kinds.rules import broken, rule
from conformance.target.errors import ConfigError
from conformance.wire.exchange import NotJson, parse_json

_FORMATS: Final[dict[str, FileFormat]] = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml",
    ".log": "text", ".txt": "text", ".md": "text", ".prom": "text",
}  # fmt: skip
_SKEW_S: Final = 300
_MOST_LINES: Final = 1_000_000
_LONGEST_LINE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one artifact. `missing` says what is not there, `wrong` what is wrong with what is."""

    name: str
    missing: str = ""
    wrong: tuple[str, ...] = ()
    seen: Seen | None = None


def judge(step: Artifact, context: Context) -> Outcome:
    token = context.environ.get(step.token_env, "") if step.token_env else ""
    if step.token_env and not token:
        return Outcome("incomplete", f"the environment variable {step.token_env} is not set")
    found = [judged(one, context, token=token, limit_s=step.time_limit_s) for one in step.artifacts]
    return outcome_of(found, context)


def outcome_of(found: list[Judged], context: Context) -> Outcome:
    """Broken when one is wrong; incomplete when one is missing."""
    wrong = [context.clean(f"{one.name}: {problem}") for one in found for problem in one.wrong]
    missing = [context.clean(f"{one.name}: {one.missing}") for one in found if one.missing]
    seen = tuple(one.seen for one in found if one.seen)
    if wrong:
        return Outcome("fail", wrong[0], listed([*wrong, *missing]), seen=seen)
    if missing:
        return Outcome("incomplete", missing[0], listed(missing), seen=seen)
    return Outcome("pass", f"{len(seen)} artifacts as they should be" if len(seen) > 1 else "", seen=seen)


def judged(
    one: Expected, context: Context, *, token: str = "", limit_s: float = 60, not_before: float | None = None
) -> Judged:
    """`not_before` is when a file has to have been written at the earliest."""
    name = one.name or Path(one.source).name or one.source
    try:
        path = _path(one, context, token, limit_s)
    except Unfetched as error:
        return Judged(name, missing=str(error))
    if not path.is_file():
        missing = f"{one.source} {'is no file' if path.exists() else 'does not exist'}"
        return Judged(name, missing="" if one.optional and not path.exists() else missing)
    seen = Seen(name, path, one.source, one.keep)
    if not_before is not None and path.stat().st_mtime < not_before:
        return Judged(name, wrong=(f"{one.source} was not written by this run; it is the file of an earlier one",))
    try:
        return Judged(name, wrong=tuple(_problems(one, path, context.now)), seen=seen)
    except OSError as error:
        return Judged(name, missing=f"{one.source} cannot be read: {error.strerror or error}", seen=seen)


def _path(one: Expected, context: Context, token: str, limit_s: float) -> Path:
    if not is_url(one.source):
        return Path(one.source).expanduser()
    suffix = {"jsonl": ".jsonl", "toml": ".toml", "yaml": ".yaml", "text": ".txt"}.get(one.format, ".json")
    stem = re.sub(r"[^A-Za-z0-9.-]+", "-", one.name or "answer").strip("-.")[:60] or "answer"
    path = context.work / (stem if stem.endswith(suffix) else f"{stem}{suffix}")
    path.write_bytes(fetch(one.source, token=token, limit_s=limit_s, stop=context.stop, redactor=context.redactor))
    return path


def _problems(one: Expected, path: Path, now: float) -> Iterator[str]:
    if path.stat().st_size > MOST_BYTES:
        yield f"is longer than {MOST_BYTES} bytes; it was not read"
        return
    data = path.read_bytes()
    if not data.strip():
        yield "is empty"
        return
    yield from _of_text(one, data)
    form = one.format or _FORMATS.get(path.suffix.lower(), "any")
    document: Any = None
    if form in ("json", "jsonl", "toml", "yaml"):
        document, problem = _parsed(form, data)
        if problem:
            yield f"is not {form.upper()}: {problem}"
            return
        yield from _of_document(one, document, form, now)
    elif one.rules or one.schema:
        yield f'has rules, and its format is not known; name it, format = "json" ({path.name})'
    yield from _of_age(one, path, document, now)


def _parsed(form: str, data: bytes) -> tuple[Any, str]:
    try:
        if form == "toml":
            return tomllib.loads(data.decode()), ""
        if form == "yaml":
            return yaml.load(data.decode(), _Yaml), ""
        if form == "json":
            return parse_json(data.removeprefix(b"\xef\xbb\xbf")), ""
        lines = [line for line in data.split(b"\n") if line.strip()]
        if len(lines) > _MOST_LINES:
            return None, f"more than {_MOST_LINES} lines"
        return [_line(number, line) for number, line in enumerate(lines, 1)], ""
    except (NotJson, ValueError, yaml.YAMLError, RecursionError) as error:
        return None, str(error)[:200]


class _Yaml(yaml.SafeLoader):
    """Without aliases, by which a short file can stand for an endless document; times stay as they are written."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_Yaml.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: str(node.value))


def _line(number: int, line: bytes) -> Any:
    try:
        return parse_json(line)
    except NotJson as error:
        raise ValueError(f"line {number}: {error}") from None


def _of_document(one: Expected, document: Any, form: str, now: float) -> Iterator[str]:
    if one.schema:
        judged = document if form == "jsonl" else [document]
        for number, part in enumerate(judged, 1):
            where = f"line {number}: " if form == "jsonl" else ""
            yield from (f"{where}{problem}" for problem in _against(one.schema, part))
    yield from (problem for text in one.rules if (problem := broken(rule(text), document, now)))


def _against(schema: str, document: Any) -> list[str]:
    """A schema of this project by its name, or a file."""
    path = Path(schema).expanduser() if schema.endswith(".json") else schema_root() / f"{schema}.json"
    try:
        return problems_with(document, str(path))
    except ConfigError as error:
        return [str(error)]


def _of_text(one: Expected, data: bytes) -> Iterator[str]:
    if not one.contains and not one.lacks:
        return
    lines = [line[:_LONGEST_LINE] for line in data.decode("utf-8", "backslashreplace").splitlines()]
    for pattern in one.contains:
        if not any(map(re.compile(pattern).search, lines)):
            yield f"no line matches {pattern}"
    for pattern in one.lacks:
        where = [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]
        if where:
            yield f"{len(where)} lines match {pattern}, the first is line {where[0]}"


def _of_age(one: Expected, path: Path, document: Any, now: float) -> Iterator[str]:
    written = path.stat().st_mtime
    if one.age_of:
        problem = broken(rule(f"age({one.age_of}) <= {one.max_age_s:.0f}s"), document, now)
        yield from [problem] if problem else []
    elif one.max_age_s is not None and not -_SKEW_S < now - written <= one.max_age_s:
        at_most = f"at most {one.max_age_s / 3600:g} h are right"
        yield f"was written at {iso(int(written))}, {_hours(now - written)}; {at_most}"
    if one.newer_than:
        yield from _of_order(one.newer_than, written)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h ago" if seconds >= 0 else "which is in the future"


def _of_order(newer_than: str, written: float) -> Iterator[str]:
    since = instant(newer_than)
    other = Path(newer_than).expanduser()
    if since is None and other.exists():
        since = other.stat().st_mtime
    if since is None:
        yield f"has to be newer than {quoted(newer_than)}, which is neither a time nor a file that is there"
    elif written <= since:
        yield f"was written at {iso(int(written))}, and has to be newer than {newer_than} ({iso(int(since))})"
