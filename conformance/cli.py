"""The command `mcp-conformance` and its commands: run, discover, explain, report, baseline, load, release, …"""

import argparse
import json
import os
import re
import socket
import sys
from collections.abc import Sequence
from typing import Any

from conformance import __version__, exit_codes
from conformance.baseline import command as baseline
from conformance.contracts.ledger import command as ledger
from conformance.load import command as load
from conformance.load.leaderboard import command as leaderboard
from conformance.plugin.contact import complain, discover_target
from conformance.plugin.options import RENAMED, add_arguments
from conformance.release import command as release
from conformance.report import explain_command as explain
from conformance.report import report_command as report
from conformance.target.config import load_config
from conformance.target.errors import ConfigError, TargetError
from conformance.target.options import OPTIONS

VALUE_FLAGS = frozenset(option.flag for option in OPTIONS if not option.switch)
RUN_USAGE = "mcp-conformance run [URL] [options of mcp-conformance or pytest]"


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. Exit codes are those of a run, see `conformance.exit_codes`."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _command(given)
        sys.stdout.flush()
        return code
    except ConfigError as error:
        return complain(str(error), exit_codes.USAGE)
    except TargetError as error:
        return complain(str(error), exit_codes.UNREACHABLE)
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        _nobody_reads()
        return exit_codes.OK
    except Exception as error:
        if os.environ.get("MCP_CONFORMANCE_TRACEBACK"):
            raise
        how = "set MCP_CONFORMANCE_TRACEBACK=1 to see where"
        return complain(f"internal error: {type(error).__name__}: {error} ({how})", exit_codes.HARNESS)


def _nobody_reads() -> None:
    """The reader has seen enough, as `head` does; the interpreter must not complain when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command(given: list[str]) -> int:
    if given[:1] == ["run"] and not {"-h", "--help"} & set(given):
        return _run(given[1:])
    arguments = _parser().parse_args(given)
    return int(arguments.command(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mcp-conformance", description="Does this MCP server keep its contract?")
    parser.add_argument("--version", action="version", version=f"mcp-conformance {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser(
        "run", help="judge a target: `mcp-conformance run URL [options]`", usage=RUN_USAGE,
        epilog="Every option of pytest works as well, such as -n 2, -k, -x, -v; see `pytest --help`.",
    )  # fmt: skip
    run.add_argument("url", nargs="?", metavar="URL", help="the MCP endpoint")
    add_arguments(run)
    run.add_argument("--area", metavar="AREA", help="judge only this area; repeatable")
    run.add_argument("--requirement", metavar="ID", help="judge only this rule; repeatable")

    discover = commands.add_parser("discover", help="print what a target speaks and shows")
    discover.add_argument("url", nargs="?", metavar="URL", help="the MCP endpoint")
    discover.add_argument("--json", action="store_true", help="print JSON (schemas/reports/discovery.json)")
    add_arguments(discover)
    discover.set_defaults(command=_discover)

    explain.add_arguments(commands.add_parser("explain", help="print a rule: where it stands, how it is tested"))

    report.add_arguments(commands.add_parser("report", help="render verdict files again, merge or compare them"))

    baseline.add_arguments(commands.add_parser("baseline", help="begin, check and prune a file of accepted failures"))

    ledger.add_arguments(commands.add_parser("ledger", help="judge a rotation ledger (JSONL), line by line"))

    load.add_arguments(commands.add_parser("load", help="put load on a target, and measure it honestly"))

    leaderboard.add_arguments(
        commands.add_parser("leaderboard", help="rank results of load runs, workload by workload")
    )

    release.add_arguments(commands.add_parser("release", help="run a checklist: go or no-go, with evidence"))

    serve = commands.add_parser("serve", help="start the reference server, its faults and its oddities")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8931, help="port to listen on (default: 8931; 0: any)")
    serve.set_defaults(command=_serve)
    return parser


class _Parser(argparse.ArgumentParser):
    """Usage errors have the exit code that they have everywhere else in this tool."""

    def error(self, message: str) -> Any:
        self.print_usage(sys.stderr)
        self.exit(exit_codes.USAGE, f"{self.prog}: {message}\n")


def _run(given: list[str]) -> int:
    """pytest on the packaged suites, as if they were in the current directory: its cache is kept here."""
    import pytest

    from conformance.plugin.invocation import suites_directory

    return int(pytest.main([f"--rootdir={os.getcwd()}", *pytest_arguments(given), str(suites_directory())]))


def pytest_arguments(given: Sequence[str]) -> list[str]:
    """The arguments of `run` as pytest takes them: the URL as --target, flags under the names they have there."""
    arguments: list[str] = []
    for position, argument in enumerate(given):
        is_value = position > 0 and given[position - 1] in VALUE_FLAGS
        flag, equals, value = argument.partition("=")
        if not is_value and _is_target(argument, first=position == 0):
            arguments.append(f"--target={argument}")
        else:
            arguments.append(argument if is_value else f"{RENAMED.get(flag, flag)}{equals}{value}")
    return arguments


def _is_target(argument: str, *, first: bool) -> bool:
    return bool(re.match(r"https?://", argument)) or (first and not argument.startswith("-"))


def _discover(arguments: argparse.Namespace) -> int:
    from conformance.report.profile import describe

    config = load_config({option.key: getattr(arguments, option.key, None) for option in OPTIONS})
    profile = discover_target(config)
    text = json.dumps(profile.to_json(), indent=2) if arguments.json else describe(profile, config)
    print(config.redactor.text(text))
    return exit_codes.OK


def _serve(arguments: argparse.Namespace) -> int:
    from conformance.reference.server import MissingExtra, serve

    def announce(port: int) -> None:
        base = f"http://{arguments.host}:{port}"
        for what, path in (("healthy server", ""), ("a fault", "/faults/<id>"), ("an oddity", "/oddities/<id>")):
            print(f"{what:<15} {base}{path}/mcp")
        print("stop with Ctrl-C", flush=True)

    _check_address(arguments.host, arguments.port)
    try:
        serve(arguments.host, arguments.port, started=announce)
    except MissingExtra as error:
        raise ConfigError(str(error)) from None
    return exit_codes.OK


def _check_address(host: str, port: int) -> None:
    """The server that runs below would say it in lines of its own, and end with a code of its own."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"--host, --port: cannot listen on {host}:{port}: {why}") from None
