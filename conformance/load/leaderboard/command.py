"""The command `mcp-conformance leaderboard`: results of load runs side by side, as page, Markdown, CSV and JSON."""

import argparse
import sys
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from conformance import exit_codes
from conformance.report.text import printable
from conformance.target.errors import ConfigError

SCORINGS = ("measured", "emcp-simulation")
DEFAULT_OUTPUT = Path("reports/leaderboard")
DEFAULT_TITLE = "MCP servers under load"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="results of `mcp-conformance load`; with --scoring=emcp-simulation, one file of fixture episodes",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_OUTPUT, metavar="DIR",
        help=f"where leaderboard.html, .md, .csv and .json are written (default: {DEFAULT_OUTPUT})",
    )  # fmt: skip
    parser.add_argument("--title", default=DEFAULT_TITLE, help=f"head of the page (default: {DEFAULT_TITLE})")
    parser.add_argument(
        "--conformance", nargs="+", type=Path, default=[], action="extend", metavar="FILE",
        help="verdict files of the same servers, matched by the name and version that each server tells; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--scoring", choices=SCORINGS, default=SCORINGS[0],
        help="emcp-simulation scores recorded episodes, as the benchmark of the eMCP release does (default: measured)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, metavar="N", help="seed of the simulation's jitter (default: 20260303)")
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="POINTS",
        help="difference that passes the simulation (default: 5)",
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Raises `ConfigError` for files that cannot be read or written."""
    simulates = arguments.scoring == "emcp-simulation"
    if not simulates and (arguments.seed, arguments.threshold) != (None, None):
        raise ConfigError("--seed and --threshold are of --scoring=emcp-simulation")
    try:
        return _simulate(arguments) if simulates else _rank(arguments)
    except ModuleNotFoundError as error:
        raise ConfigError(f"{error.name} is not installed; `pip install 'mcp-conformance[load]'`") from None


def _rank(arguments: argparse.Namespace) -> int:
    from conformance.load.leaderboard.building import leaderboard_of
    from conformance.load.leaderboard.runs import read_runs
    from conformance.load.leaderboard.text import SENTENCE, clean
    from conformance.load.leaderboard.verdicts import read_verdicts, unused
    from conformance.load.leaderboard.writing import documents

    runs, verdicts = read_runs(arguments.files), read_verdicts(arguments.conformance)
    title = clean(arguments.title, SENTENCE) or DEFAULT_TITLE
    board = leaderboard_of(runs, verdicts, title=title, now=_now())
    _write(arguments.output, documents(board, runs))
    for file in unused(verdicts, [run.result.target for run in runs]):
        _say(f"{file}: its verdicts are on a server that none of the runs is about")
    ranked = sum(len(workload.leaderboard) for workload in board.workloads)
    print(f"{arguments.output}: {ranked} of {len(runs)} runs ranked; workloads: {len(board.workloads)}")
    if not ranked:
        _say("no run can be ranked; the page says why")
    return exit_codes.OK if ranked else exit_codes.NOTHING


def _simulate(arguments: argparse.Namespace) -> int:
    """1 when the fixtures are missing or invalid; a comparison that fails is a result like any other."""
    import json

    from conformance.load.leaderboard.fixtures import BadFixtures
    from conformance.load.leaderboard.simulation import LEAST_DIFFERENCE, SEED, markdown, simulated, simulation_settings

    if len(arguments.files) > 1 or arguments.conformance:
        raise ConfigError("--scoring=emcp-simulation takes one file of fixtures, and no verdicts")
    path, settings = arguments.files[0], simulation_settings()
    if not isfinite(arguments.threshold or 0.0):
        raise ConfigError("--threshold: not a number of points")
    seed = SEED if arguments.seed is None else arguments.seed
    least = LEAST_DIFFERENCE if arguments.threshold is None else arguments.threshold
    try:
        report = simulated(path.read_bytes(), settings, now=_now(), seed=seed, least=least)
    except OSError as error:
        return _say(f"{path}: cannot be read: {error.strerror}", exit_codes.BROKEN)
    except BadFixtures as error:
        return _say(f"{path}: {error}", exit_codes.BROKEN)
    files = {
        "simulation-report.json": json.dumps(report, indent=2, ensure_ascii=False) + "\n",
        "leaderboard.md": markdown(report, settings),
    }
    _write(arguments.output, files)
    print(f"{arguments.output}: {'PASS' if report['comparison']['pass'] else 'FAIL'}")
    return exit_codes.OK


def _write(directory: Path, files: dict[str, str]) -> None:
    """Each file whole or not at all."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            draft = directory / f".{name}.draft"
            draft.write_bytes(text.encode())
            draft.replace(directory / name)
    except OSError as error:
        raise ConfigError(f"--output: {directory}: cannot be written: {error.strerror}") from None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _say(message: str, code: int = exit_codes.OK) -> int:
    print(f"mcp-conformance: {printable(message)}", file=sys.stderr)
    return code
