"""Writes baseline files, and takes entries out of them without touching anything else."""

import contextlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import yaml

from conformance.baseline.model import Baseline, Entry
from conformance.baseline.reading import is_yaml, parse_baseline
from conformance.report.text import clipped, printable
from conformance.report.verdict import Verdict
from conformance.report.whole_files import replace_whole
from conformance.target.errors import ConfigError

SHOWN = 160
_HEADER = re.compile(r"\s*\[")
_ENTRY = re.compile(r"\s*\[\[\s*\"?baseline\"?\s*\]\]")
_NOT_PLAIN = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def written(path: Path, intro: str, entries: Sequence[tuple[Entry, Verdict]]) -> str:
    """A file with these entries, each with its rule and what was received in a comment."""
    in_yaml = is_yaml(path)
    head = [_comment(intro), "", *(["baseline:"] if in_yaml and entries else [])]
    blocks = ["\n".join(_yaml_block(*one) if in_yaml else _toml_block(*one)) for one in entries]
    text = "\n".join(head) + "\n" + "\n\n".join(blocks) + "\n"
    if parse_baseline(path, text).entries != tuple(entry for entry, _ in entries):
        raise ConfigError(f"--baseline: {path}: the names in these verdicts cannot be written in a file")
    return text


def without(baseline: Baseline, text: str, numbers: Collection[int]) -> str:
    """The text of the file without the entries of these numbers, from 1; comments right above an entry go with it.

    Raises `ConfigError` where the entries are not blocks of lines that can be taken out.
    """
    if not numbers:
        return text
    lines = text.splitlines(keepends=True)
    spans = list(_spans(lines, list(_yaml_starts(text) if is_yaml(baseline.path) else _toml_starts(lines))))
    gone = {line for number in numbers if number <= len(spans) for line in range(*spans[number - 1])}
    left = "".join(line for index, line in enumerate(lines) if index not in gone)
    kept = tuple(entry for number, entry in enumerate(baseline.entries, start=1) if number not in numbers)
    with contextlib.suppress(ConfigError):
        found = parse_baseline(baseline.path, left)
        if (found.entries, found.promote, found.accept) == (kept, baseline.promote, baseline.accept):
            return left
    named = ", ".join(baseline.label(number) for number in sorted(numbers))
    raise ConfigError(f"--baseline: {baseline.path}: its form is too free to edit; take out by hand {printable(named)}")


def write_whole(path: Path, text: str) -> None:
    """Put the file in place at once, with the permissions that it had. Raises `ConfigError`."""
    try:
        replace_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise ConfigError(f"--baseline: {path} cannot be written: {error.strerror or error}") from None


def _members(entry: Entry) -> Iterator[tuple[str, str]]:
    for name in ("requirement", "revision", "profile", "subject", "target", "reason", "owner"):
        if (value := getattr(entry, name)) is not None:
            yield name, _quoted(value)
    yield "expires", entry.expires.isoformat()
    if entry.link is not None:
        yield "link", _quoted(entry.link)


def _quoted(value: str) -> str:
    """A string of JSON is one of TOML and of YAML, but for characters that these do not have plain."""
    return _escaped(json.dumps(value, ensure_ascii=False))


def _comment(text: str) -> str:
    """A line, whatever a target put into it."""
    return f"# {_escaped(printable(text))}"


def _escaped(text: str) -> str:
    return _NOT_PLAIN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _comments(verdict: Verdict) -> Iterator[str]:
    yield _comment(": ".join(part for part in (verdict.level, verdict.rule) if part))
    if verdict.received:
        yield _comment(f"received: {clipped(verdict.received, SHOWN)}")


def _toml_block(entry: Entry, verdict: Verdict) -> Iterator[str]:
    yield from _comments(verdict)
    yield "[[baseline]]"
    yield from (f"{name} = {value}" for name, value in _members(entry))


def _yaml_block(entry: Entry, verdict: Verdict) -> Iterator[str]:
    yield from (f"  {line}" for line in _comments(verdict))
    for index, (name, value) in enumerate(_members(entry)):
        yield f"  {'-' if index == 0 else ' '} {name}: {value}"


def _toml_starts(lines: Sequence[str]) -> Iterator[tuple[int, bool]]:
    """Lines on which a table begins, and whether it is an entry. A text over several lines may look like one."""
    in_text = False
    for index, line in enumerate(lines):
        if not in_text and _HEADER.match(line):
            yield index, bool(_ENTRY.match(line))
        in_text ^= sum(line.count(quotes) for quotes in ('"""', "'''")) % 2 == 1


def _yaml_starts(text: str) -> Iterator[tuple[int, bool]]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        yield key.start_mark.line, False
        if key.value == "baseline" and isinstance(value, yaml.SequenceNode):
            yield from ((_line_of_item(text, one.start_mark.line, one.start_mark.column), True) for one in value.value)


def _line_of_item(text: str, line: int, column: int) -> int:
    """The line of its dash, which may stand alone above it."""
    return line if text.splitlines()[line][:column].strip() else line - 1


def _spans(lines: Sequence[str], starts: Sequence[tuple[int, bool]]) -> Iterator[tuple[int, int]]:
    """Of each entry its first line, comments above included, and the line after its last."""
    begins = [_with_comments(lines, start) for start, _ in starts] + [len(lines)]
    for (_, is_entry), begin, end in zip(starts, begins, begins[1:], strict=False):
        if is_entry:
            yield begin, end


def _with_comments(lines: Sequence[str], start: int) -> int:
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start
