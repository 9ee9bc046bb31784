"""The command `mcp-conformance`: run, discover, explain, serve."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from conformance import __version__
from conformance.plugin.options import OPTIONS, add_arguments
from conformance.target.config import RunConfig, load_config
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import TargetProfile

EXIT_USAGE = 4
EXIT_UNREACHABLE = 6


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. Exit codes are those of a run, see docs/user-guide.md."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["run"]:
        return _run(given[1:])
    arguments = _parser().parse_args(given)
    try:
        return int(arguments.command(arguments))
    except ConfigError as error:
        print(f"mcp-conformance: {error}", file=sys.stderr)
        return EXIT_USAGE
    except TargetError as error:
        print(f"mcp-conformance: {error}", file=sys.stderr)
        return EXIT_UNREACHABLE
    except KeyboardInterrupt:
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mcp-conformance", description="Does this MCP server keep its contract?")
    parser.add_argument("--version", action="version", version=f"mcp-conformance {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="judge a target: `mcp-conformance run URL [pytest options]`")
    run.set_defaults(command=lambda arguments: _run([]))

    discover = commands.add_parser("discover", help="print what a target speaks and shows")
    discover.add_argument("url", nargs="?", metavar="URL", help="the MCP endpoint")
    discover.add_argument("--json", action="store_true", help="print JSON")
    add_arguments(discover)
    discover.set_defaults(command=_discover)

    explain = commands.add_parser("explain", help="print a requirement: the rule, where it stands, how it is tested")
    explain.add_argument("id", nargs="?", metavar="ID", help="the id of a requirement; without one, list them")
    explain.add_argument("--area", help="list the requirements of one area only")
    explain.set_defaults(command=_explain)

    serve = commands.add_parser("serve", help="start the reference server, its faults and its oddities")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8931, help="port to listen on (default: 8931; 0: any)")
    serve.set_defaults(command=_serve)
    return parser


class _Parser(argparse.ArgumentParser):
    """Usage errors have the exit code that they have everywhere else in this tool."""

    def error(self, message: str) -> Any:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def _run(given: list[str]) -> int:
    """pytest on the packaged suites; a first argument that is no option is the target."""
    import pytest

    from conformance.plugin.invocation import suites_directory

    if given and not given[0].startswith("-"):
        given = [f"--target={given[0]}", *given[1:]]
    return int(pytest.main([*given, str(suites_directory())]))


def _settings(arguments: argparse.Namespace) -> RunConfig:
    return load_config({option.key: getattr(arguments, option.key, None) for option in OPTIONS})


def _discover(arguments: argparse.Namespace) -> int:
    from conformance.target.discovery import discover, open_channel
    from conformance.wire.http import HttpWire

    config = _settings(arguments)
    with HttpWire(config.http) as wire:
        channel = open_channel(config, wire)
        profile = discover(config, channel)
        redact = channel.redactor.text
    text = json.dumps(profile.to_json(), indent=2, ensure_ascii=False) if arguments.json else describe(profile, config)
    print(redact(text))
    return 0


def describe(profile: TargetProfile, config: RunConfig) -> str:
    """The profile for people: a table of the revisions, then what a run would find to judge."""
    from conformance.target.roles import ROLES, advice, callable_tools, fill

    rows = [["revision", "session", "capabilities", "tools", "callable", "resources", "templates", "prompts"]]
    for surface in profile.surfaces.values():
        counts = (surface.tools, callable_tools(surface, config), surface.resources, surface.templates, surface.prompts)
        rows.append(
            [
                surface.revision,
                "yes" if surface.stateful else "no",
                ", ".join(surface.capabilities) or "none",
                *(str(len(items)) for items in counts),
            ]
        )
    newest = list(profile.surfaces.values())[-1]
    filled = {key: fill(key, newest, config) for key in ROLES}
    lines = [f"{profile.server} at {profile.url}", "", *_columns(rows), ""]
    lines += [f"not spoken: {revision} ({reason})" for revision, reason in profile.not_spoken.items()]
    lines += [f"list not read: {key}: {why}" for key, why in newest.unread.items()]
    lines.append(f"credential: {'required (401 without it)' if profile.guarded else 'not required, or none given'}")
    lines.append(f"median answer: {profile.latency * 1000:.0f} ms over {profile.requests} requests")
    lines += ["", f"roles under {newest.revision}:"]
    lines += [f"  {key:<20} {who.name}" for key, who in filled.items() if who]
    lines += [f"  {key:<20} open; {advice(key)}" for key, who in filled.items() if not who]
    return "\n".join([*lines, *profile.notes])


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _explain(arguments: argparse.Namespace) -> int:
    from conformance.report.explain import explain, listing
    from conformance.requirements import load

    rules = load()
    if arguments.id is None:
        print(listing(rules.values(), arguments.area))
        return 0
    if arguments.id not in rules:
        import difflib

        near = ", ".join(difflib.get_close_matches(arguments.id, rules, n=3)) or "see `mcp-conformance explain`"
        raise ConfigError(f"no requirement {arguments.id!r}; did you mean: {near}")
    print(explain(rules[arguments.id]))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from conformance.reference.server import MissingExtra, serve

    def announce(port: int) -> None:
        base = f"http://{arguments.host}:{port}"
        print(f"healthy server  {base}/mcp\na fault         {base}/faults/<id>/mcp\nan oddity       {base}/oddities/<id>/mcp")
        print("stop with Ctrl-C", flush=True)

    try:
        serve(arguments.host, arguments.port, started=announce)
    except MissingExtra as error:
        raise ConfigError(str(error)) from None
    return 0
