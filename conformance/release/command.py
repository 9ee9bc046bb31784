"""The command `mcp-conformance release`: runs a checklist to go or no-go; `release verify` checks a bundle."""

import argparse
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from conformance import exit_codes
from conformance.report.text import printable
from conformance.target.errors import ConfigError

if TYPE_CHECKING:
    from conformance.release.results.model import Release
    from conformance.release.running.release import Run, Watcher

DEFAULT_OUTPUT: Final = Path("reports/release")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checklist", metavar="NAME|FILE", help="emcp, operator, upgrade, level3, or the path of a TOML file"
    )
    parser.add_argument("--target", metavar="URL", help="short for --set target=URL")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="value of a variable; repeatable"
    )
    parser.add_argument("--answers", type=Path, metavar="FILE", help="TOML file with the answers to manual steps")
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_OUTPUT, metavar="DIR",
        help=f"where state, report and bundle are kept, in a directory of the checklist (default: {DEFAULT_OUTPUT})",
    )  # fmt: skip
    parser.add_argument("--jobs", default="1", metavar="N", help="steps to run side by side (default: 1)")
    parser.add_argument(
        "--step", action="append", default=[], metavar="NAME", help="run only this step and what it needs; repeatable"
    )
    parser.add_argument("--fresh", action="store_true", help="run also what passed before")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be run, and run nothing")
    parser.add_argument("--no-input", action="store_true", help="ask nothing at the terminal")
    parser.set_defaults(command=run)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    check = verbs.add_parser("verify", help="make sure of a bundle: whole, unchanged, and its verdict follows")
    check.add_argument("file", type=Path, metavar="FILE", help="release-….zip")
    check.add_argument("--sha256", metavar="HEX", help="the checksum that it was announced with")
    check.set_defaults(command=verify)


def run(arguments: argparse.Namespace) -> int:
    """Raises `ConfigError`."""
    if not arguments.checklist:
        from conformance.release.checklist.documents import names

        raise ConfigError(f"--checklist: name one: {', '.join(names())}, or the path of a TOML file")
    from conformance.release.running import state

    prepared = _prepared(arguments)
    if arguments.dry_run:
        from conformance.release.dry_run import told

        for line in told(prepared.loaded, prepared.plan, prepared.redactor, time.time()):
            print(printable(line))
        return exit_codes.OK
    with state.alone(prepared.directory), _interruptions(prepared.stop, prepared.watcher):
        prepared.state = state.State() if arguments.fresh else state.load(prepared.directory)
        release = prepared.follow()
    return _concluded(prepared, release)


def _prepared(arguments: argparse.Namespace) -> "Run":
    from conformance.release.checklist.loading import load
    from conformance.release.kinds.manual import read_answers
    from conformance.release.running.planning import moment, plan, redactor_of, values_of
    from conformance.release.running.release import Run
    from conformance.release.running.state import State
    from conformance.release.terminal import Terminal

    loaded = load(arguments.checklist)
    values = values_of(loaded, _given(arguments), os.environ)
    directory = (arguments.output / loaded.checklist.name).absolute()
    steps = plan(loaded, values, directory, moment(time.time()))
    selected = _selected(arguments.step, steps)
    answers = read_answers(arguments.answers, loaded.checklist) if arguments.answers else {}
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
    return Run(
        loaded=loaded, plan=steps, values=values, directory=directory, environ=dict(os.environ),
        redactor=redactor_of(loaded, values, steps.values(), os.environ), answers=answers, state=State(),
        watcher=Terminal(sys.stdout, len(steps), plain=plain), stop=threading.Event(), jobs=_jobs(arguments.jobs),
        selected=selected, interactive=sys.stdin.isatty() and not arguments.no_input,
    )  # fmt: skip


def _given(arguments: argparse.Namespace) -> dict[str, str]:
    found = {"target": arguments.target} if arguments.target else {}
    for pair in arguments.set:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise ConfigError(f"--set: {pair!r:.80}: write NAME=VALUE")
        found[name] = value
    return found


def _jobs(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 64:
        raise ConfigError(f"--jobs: {text!r} is not a number from 1 to 64")
    return int(text)


def _selected(named: Sequence[str], steps: Any) -> frozenset[str] | None:
    from conformance.release.checklist.wording import nearest

    for name in named:
        if name not in steps:
            raise ConfigError(f"--step: no step {name!r}; {nearest(name, steps)}")
    return frozenset(named) if named else None


@contextmanager
def _interruptions(stop: threading.Event, watcher: "Watcher") -> Iterator[None]:
    """Ctrl-C and SIGTERM end what is running, and what there is gets written. That takes some seconds; who cannot wait
    asks a third time."""
    asked = itertools.count(1)

    def take(number: int, frame: FrameType | None) -> None:
        if next(asked) > 2:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.set()
        print(
            "\nmcp-conformance: interrupted; ending what runs, and keeping what there is", file=sys.stderr, flush=True
        )
        if watcher.asking:
            raise KeyboardInterrupt

    before = {one: signal.signal(one, take) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _concluded(prepared: "Run", release: "Release") -> int:
    """Writes record, views and bundle, and says what they are."""
    from conformance.release.bundle.writing import PAGE, documents, write_bundle
    from conformance.release.results.verdict import exit_code
    from conformance.release.running.state import replace
    from conformance.report.step_summary import append

    bundle, digest, unwritten = None, "", prepared.unwritten
    try:
        for name, data in documents(release).items():
            replace(prepared.directory / name, data)
        bundle = write_bundle(release, prepared.directory, prepared.loaded.files, prepared.redactor)
        digest = bundle.with_suffix(".zip.sha256").read_text().split()[0]
    except OSError as error:
        unwritten = f"{prepared.directory} cannot be written to: {error.strerror or error}"
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with suppress(OSError):
            append(Path(page), documents(release)["release.md"].decode())
    prepared.watcher.conclude(release, bundle, digest, prepared.directory / PAGE)
    code = exit_code(release)
    if unwritten:
        print(f"mcp-conformance: {printable(unwritten)}; the evidence is not complete", file=sys.stderr)
        return exit_codes.INCOMPLETE if code == exit_codes.OK else code
    return code


def verify(arguments: argparse.Namespace) -> int:
    """A line for each thing that is wrong, by its name. Raises `ConfigError` for a file that cannot be read."""
    import hashlib

    from conformance.release.bundle.archive import MOST_BYTES
    from conformance.release.bundle.verifying import verify as verified

    path: Path = arguments.file
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    digest = hashlib.sha256(data).hexdigest()
    if arguments.sha256 and arguments.sha256.lower() != digest:
        print(f"OtherBundle: its sha256 is {digest}, not the one that was announced")
        return exit_codes.BROKEN
    release, count, problems = verified(data)
    for problem in problems:
        print(f"{type(problem).__name__}: {printable(str(problem))}")
    if problems or release is None:
        print(f"{path.name}: not to be relied on; problems: {len(problems)}")
        return exit_codes.BROKEN
    print(f"{path.name}: whole, {count} members, sha256 {digest}")
    print(printable(f"{release.sentence} ({release.ended})"))
    return exit_codes.OK
