"""The command `mcp-conformance baseline`: begin a file, check it, take out what is over."""

import argparse
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from conformance import exit_codes
from conformance.baseline.applying import Applied, applied
from conformance.baseline.model import UNFILLED, Baseline
from conformance.baseline.problems import Problem, in_the_file, in_time, stale
from conformance.baseline.reading import is_yaml, read_baseline
from conformance.report.text import printable
from conformance.report.verdict import Verdict
from conformance.target.errors import ConfigError

DAYS = 90
"""How long `init` lets an entry live unless told otherwise."""

Read = tuple[dict[str, Any], list[Verdict]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="write a file with an entry for each failure of a run")
    init.add_argument("--target", metavar="GLOB", help="target of the entries (default: the URL of the run)")
    init.add_argument("--owner", default=UNFILLED, help=f"owner of the entries (default: {UNFILLED}, to be filled in)")
    init.add_argument("--expires", type=_day, metavar="DATE", help=f"last day of the entries (default: {DAYS} days)")
    init.set_defaults(command=_init)
    prune = commands.add_parser("prune", help="take out entries that are stale, by a run, or have expired")
    prune.set_defaults(command=_prune)
    check = commands.add_parser("check", help="tell what is wrong with a file; exit 1 when anything is")
    check.set_defaults(command=_check)
    for one in (init, prune, check):
        one.add_argument("file", type=Path, metavar="FILE", help="the baseline, TOML or YAML")
        one.add_argument(
            "--from", dest="verdicts", type=Path, metavar="FILE", required=one is init,
            help="verdicts.json of a run",
        )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-12-31") from None


def _init(arguments: argparse.Namespace) -> int:
    from conformance.baseline.starting import entries_for
    from conformance.baseline.writing import write_whole, written

    path: Path = arguments.file
    is_yaml(path)
    if path.exists():
        raise ConfigError(f"baseline init: {path} is there already; take another name, or remove it")
    head, verdicts = _read(arguments.verdicts)
    target = arguments.target or str(head["target"]["url"])
    expires = arguments.expires or datetime.now(UTC).date() + timedelta(days=DAYS)
    entries = entries_for(verdicts, target, arguments.owner, expires)
    intro = f"Failures of {head['target']['url']}, as judged at {head['started']}. Say of each why it is accepted."
    write_whole(path, written(path, intro, entries))
    print(f"{path}: {len(entries)} {'entry' if len(entries) == 1 else 'entries'}; fill in the reasons, then run"
          f" `mcp-conformance baseline check {path}`")  # fmt: skip
    return exit_codes.OK


def _prune(arguments: argparse.Namespace) -> int:
    from conformance.baseline.writing import without, write_whole

    baseline = read_baseline(arguments.file)
    over = [problem for problem in _problems(baseline, arguments.verdicts) if problem.kind in ("expired", "stale")]
    text = without(baseline, arguments.file.read_text(encoding="utf-8"), {problem.number for problem in over})
    if over:
        write_whole(arguments.file, text)
    for problem in over:
        print(printable(f"removed {problem.entry}: {problem.kind}"))
    print(f"{arguments.file}: {len(over)} removed, {len(baseline.entries) - len(over)} kept")
    return exit_codes.OK


def _check(arguments: argparse.Namespace) -> int:
    baseline = read_baseline(arguments.file)
    found = _problems(baseline, arguments.verdicts)
    for problem in found:
        print(printable(f"{problem.kind}: {problem.message}"))
    if not found:
        print(f"{arguments.file}: {len(baseline.entries)} entries, nothing wrong")
    return exit_codes.BROKEN if found else exit_codes.OK


def _problems(baseline: Baseline, verdicts: Path | None) -> list[Problem]:
    """For every target what a file shows by itself; what is stale takes a run, of the target that it is about."""
    anywhere = Applied(baseline, tuple(entry.target for entry in baseline.entries), datetime.now(UTC).date())
    found = [*in_the_file(baseline), *in_time(anywhere)]
    if verdicts is None:
        return found
    head, judged = _read(verdicts)
    if head["summary"].get("complete") is not True:
        raise ConfigError(f"baseline: {verdicts} is of a run that did not come to its end, which makes nothing stale")
    here = applied(baseline, [str(head["target"]["url"])], str(head["target"]["server"]))
    named = {problem.number for problem in found}
    return [*found, *(problem for problem in stale(here, judged, head["selection"]) if problem.number not in named)]


def _read(path: Path) -> Read:
    from conformance.report.journal import read_verdicts

    return read_verdicts(path)
