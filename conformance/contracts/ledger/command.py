"""The command `mcp-conformance ledger`."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import BinaryIO

from msgspec.structs import replace

from conformance import exit_codes
from conformance.contracts.ledger import report
from conformance.contracts.ledger.findings import Finding
from conformance.contracts.ledger.lint import Linter
from conformance.contracts.ledger.promised import of_profile
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.ledger.source import Line, lines
from conformance.contracts.times import instant, iso, length
from conformance.target.errors import ConfigError

_UNITS = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0, "d": 24.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the ledger (JSONL); - reads standard input")
    parser.add_argument(
        "--profile", metavar="NAME|FILE", help="what is promised, by the section [ledger] of this profile"
    )
    parser.add_argument("--now", metavar="TIME", help="judge as of this time, such as 2025-09-21T12:00:00Z")
    parser.add_argument(
        "--connector", action="append", metavar="NAME",
        help="a connector that must have a line; repeatable (default: operator_api, operator_upload)",
    )  # fmt: skip
    parser.add_argument("--window", metavar="TIME", help="the promised rotation window, such as 48h or PT48H (default)")
    parser.add_argument("--before", metavar="FILE", help="an earlier copy: its lines have to stand unchanged")
    parser.add_argument("--json", action="store_true", help="print JSON (schemas/contracts/ledger-report.json)")
    parser.add_argument("--strict", action="store_true", help="a broken SHOULD fails as well")
    parser.add_argument("--strict-profile", action="store_true", help="also judge what only source code shows")
    parser.set_defaults(command=lint)


def lint(arguments: argparse.Namespace) -> int:
    """Exit codes: 0, 1 a finding that counts, 4 unreadable file or wrong option, 5 an empty ledger."""
    settings = settings_of(arguments)
    now = time.time() if arguments.now is None else _time(arguments.now)
    with ExitStack() as files:
        stream = files.enter_context(_open(arguments.file))
        earlier = _earlier(arguments.before, settings, files)
        linter = Linter(settings, now, earlier)
        summary = report.Summary()
        findings = _counted(linter.judge(_read(stream, arguments.file, settings)), summary)
        code = _print_json if arguments.json else _print_text
        return code(findings, linter, summary, arguments, now)


def settings_of(arguments: argparse.Namespace) -> LedgerSettings:
    settings = _promised(arguments.profile, strict_profile=arguments.strict_profile)
    if arguments.window is not None:
        settings = replace(settings, window_hours=_hours(arguments.window))
    if arguments.connector:
        names = tuple(dict.fromkeys(arguments.connector))
        settings = replace(settings, required_connectors=names, expected_connectors=names)
    return settings


def _promised(named: str | None, *, strict_profile: bool) -> LedgerSettings:
    """What the profile says; without one, the defaults."""
    if named is None:
        return LedgerSettings(strict_profile=strict_profile)
    from conformance.contracts.profiles import load_profile

    profile = load_profile(named, os.environ, strict_profile=strict_profile)
    if profile.ledger is None:
        raise ConfigError(f"--profile: {named} has no section [ledger]")
    return of_profile(profile, strict_profile=strict_profile)


def _print_text(
    findings: Iterable[Finding], linter: Linter, summary: report.Summary, arguments: argparse.Namespace, now: float
) -> int:
    for _ in findings:
        pass
    for line in report.text(summary):
        print(line)
    code = _exit_code(linter, summary, strict=arguments.strict)
    said = {exit_codes.OK: "ok", exit_codes.NOTHING: "nothing to judge"}.get(code, "broken")
    must, should = summary.count("must"), summary.count("should")
    print(
        f"{said}: {linter.entries} lines, {len(linter.judged)} clauses, as of {iso(now)}; "
        f"findings: {must} must, {should} should"
    )
    return code


def _print_json(
    findings: Iterable[Finding], linter: Linter, summary: report.Summary, arguments: argparse.Namespace, now: float
) -> int:
    for piece in report.document(findings):
        sys.stdout.write(piece)
    code = _exit_code(linter, summary, strict=arguments.strict)
    members = {
        "as_of": iso(now),
        "lines": linter.lines,
        "entries": linter.entries,
        "clauses": sorted(linter.judged),
        "counts": {"must": summary.count("must"), "should": summary.count("should")},
        "strict": arguments.strict,
        "exit_code": code,
    }
    print(report.closing(members))
    return code


def _exit_code(linter: Linter, summary: report.Summary, *, strict: bool) -> int:
    if linter.entries == 0:
        return exit_codes.NOTHING
    broken = summary.count("must") or (strict and summary.count("should"))
    return exit_codes.BROKEN if broken else exit_codes.OK


def _counted(findings: Iterable[Finding], summary: report.Summary) -> Iterator[Finding]:
    for finding in findings:
        summary.add(finding)
        yield finding


def _earlier(path: str | None, settings: LedgerSettings, files: ExitStack) -> Iterator[Line] | None:
    return None if path is None else _read(files.enter_context(_open(path)), path, settings)


def _open(path: str) -> AbstractContextManager[BinaryIO]:
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return open(path, "rb")
    except OSError as error:
        raise _unreadable(path, error) from None


def _read(stream: BinaryIO, path: str, settings: LedgerSettings) -> Iterator[Line]:
    try:
        yield from lines(stream, settings.max_line_bytes)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: str, error: OSError) -> ConfigError:
    return ConfigError(f"cannot read the ledger {path}: {error.strerror or error}")


def _time(text: str) -> float:
    now = instant(text)
    if now is None:
        raise ConfigError(f"--now: {text!r} is no time with an offset, such as 2025-09-21T12:00:00Z")
    return now


def _hours(text: str) -> float:
    """`48h`, `2d`, `90m` or an ISO 8601 duration."""
    plain = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd])", text)
    seconds = length(text)
    hours = float(plain[1]) * _UNITS[plain[2]] if plain else (seconds or 0) / 3600
    if hours <= 0:
        raise ConfigError(f"--window: {text!r} is no duration above zero, such as 48h, 2d or PT48H")
    return hours
