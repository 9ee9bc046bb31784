"""Runs the real plugin against one endpoint of the reference server, quickly: a fork of this process each time."""

import importlib
import json
import multiprocessing
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance import requirements
from conformance.contracts import clauses, rules
from conformance.reference.embedded import Embedded, start_embedded
from conformance.report.explain import tested_by
from conformance.report.journal import read_verdicts
from conformance.report.verdict import Verdict

SUITES = Path(__file__).parent.parent.parent / "suites"
DEADLINE = 120.0

Judge = Callable[..., list[Verdict]]
"""Takes a URL, arguments of pytest, and `suites`: directories or files of the suites, instead of all."""


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    _share_with_forks()
    with start_embedded() as server:
        yield server


NOT_SHARED = ("conformance.reference.", "conformance.load.")
"""The server is a process of its own; the generator of load brings Locust, which replaces the standard library."""


def _share_with_forks() -> None:
    """What every fork would import and read by itself."""
    for module in pkgutil.walk_packages(conformance.__path__, "conformance."):
        if not module.name.startswith(NOT_SHARED) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    requirements.load()
    rules.load()
    clauses.load()


def files_of(ids: set[str]) -> tuple[str, ...]:
    """The files of the suites that judge one of these rules; none for rules that are judged on all traffic."""
    places = {place for id in ids for place in tested_by().get(id, ()) if place.startswith("suites/")}
    return tuple(sorted({place.partition("::")[0].removeprefix("suites/") for place in places}))


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judges a URL, under the revisions given, and returns the verdicts."""

    def judge_url(url: str, *arguments: str, suites: tuple[str, ...] = ("",)) -> list[Verdict]:
        child = multiprocessing.get_context("fork").Process(target=_run, args=(url, tmp_path, arguments, suites))
        child.start()
        child.join(DEADLINE)
        if child.is_alive():
            child.kill()
            pytest.fail(f"judging {url} took more than {DEADLINE:g} s:\n{(tmp_path / 'output').read_text()}")
        report = tmp_path / "verdicts.json"
        assert report.is_file(), (tmp_path / "output").read_text()
        return read_verdicts(report)[1]

    return judge_url


def _run(url: str, directory: Path, arguments: tuple[str, ...], suites: tuple[str, ...]) -> None:
    """In the child: a pytest session of its own, away from the one that is going on."""
    with (directory / "output").open("w") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        for name in [name for name in os.environ if name.startswith("PYTEST_XDIST")]:
            del os.environ[name]
        os.chdir(directory)
        sys.stdout, sys.stderr = output, output
        plugins = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:capture", "--reports=none", "-c", os.devnull]
        paths = [str(SUITES / one) for one in suites]
        code = pytest.main([f"--target={url}", f"--report-dir={directory}", *plugins, *arguments, *paths])
    os._exit(int(code))


def red(verdicts: list[Verdict]) -> dict[str, list[str]]:
    """The requirements that a run found broken (failed or warned about), each with what it saw."""
    found: dict[str, list[str]] = {}
    for one in verdicts:
        if one.status in ("fail", "warn", "error"):
            seen = f"{one.status} {one.scope} {one.nodeid}: {one.received or one.reason}"
            found.setdefault(one.requirement, []).append(seen)
    return found


def shown(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False)[:6000]
