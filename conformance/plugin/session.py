"""The session: take the profile of the target, open the wire, close everything."""

import logging
from pathlib import Path
from typing import Any

import pytest

from conformance.plugin.progress import ProgressReporter, shows_progress
from conformance.plugin.reporters import Reporters
from conformance.plugin.run import RUN, Run, applied_baseline, contract_profiles, from_controller, to_worker
from conformance.plugin.verdicts import VerdictCollector
from conformance.plugin.waits import WAITS, Waits, waits_of, waits_of_worker
from conformance.plugin.written import WrittenReports
from conformance.report.text import printable
from conformance.target.discovery import open_channel
from conformance.target.profile import TargetProfile
from conformance.wire.http import HttpWire

SLOW_ANSWER = 0.5
"""Seconds from which on a run takes so long that the user is told how to shorten it."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    _open_allure_gate(config)
    if hasattr(config, "workerinput"):
        run_config, profile = from_controller(config.workerinput["conformance"])
        baseline = applied_baseline(run_config, profile)
        config.stash[RUN] = Run(run_config, profile, contract_profiles(run_config), baseline)
        waits = config.stash[WAITS] = waits_of_worker(config.workerinput)
        _open_wire(config.stash[RUN], int(config.workerinput["workercount"]), waits)
        return
    _register_reporters(config, config.stash[RUN])
    if shows_progress(config):
        config.pluginmanager.register(ProgressReporter(session), "conformance.progress")
    if not _distributes(config):
        _open_wire(config.stash[RUN], 1, waits_of(config))


def _register_reporters(config: pytest.Config, run: Run) -> None:
    reporters = Reporters(config, run)
    config.pluginmanager.register(reporters, "conformance.reporters")
    if directory := _allure_directory(config):
        from conformance.plugin.allure import Results

        config.pluginmanager.register(Results(directory, run, reporters.facts), "conformance.allure")
    config.pluginmanager.register(WrittenReports(run), "conformance.written")
    config.pluginmanager.register(VerdictCollector(config, run), "conformance.verdicts")


def _open_allure_gate(config: pytest.Config) -> None:
    if _allure_directory(config):
        from conformance.plugin.allure import Gate

        config.pluginmanager.register(Gate(config), "conformance.allure_gate")


def _allure_directory(config: pytest.Config) -> Path | None:
    """Where --alluredir points to; None without it, or without allure-pytest."""
    chosen = getattr(config.option, "allure_report_dir", None)
    return Path(chosen).absolute() if chosen and not config.option.collectonly else None


def _open_wire(run: Run, share: int, waits: Waits) -> None:
    """The HTTP library logs URLs and response headers as they are, secrets included."""
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    run.wire = HttpWire(run.config.http).__enter__()
    run.channel = open_channel(run.after_discovery, run.wire, run.profile.url, share)
    run.channel.pace.tell = run.channel.retries.tell = waits.tell


def _distributes(config: pytest.Config) -> bool:
    return bool(config.getoption("tx", None)) or config.getoption("dist", "no") != "no"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the profile to an xdist worker."""
    run = node.config.stash[RUN]
    node.workerinput["conformance"] = to_worker(run.config, run.profile)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if RUN in session.config.stash:
        session.config.stash[RUN].close()


def pytest_report_header(config: pytest.Config) -> list[str]:
    if RUN not in config.stash:
        return []
    run = config.stash[RUN]
    lines = [f"target: {run.config.url} ({run.profile.server})", *_spoken(run.profile)] if run.config.url else []
    lines += [f"profile: {one.name} {one.version} {one.title}".rstrip() for one in run.contract_profiles]
    lines += advice_on_speed(run.profile.latency, in_parallel=_distributes(config))
    return [printable(run.redactor.text(line)) for line in lines]


def advice_on_speed(latency: float, in_parallel: bool) -> list[str]:
    """How to shorten a run, when the median answer takes long; `latency` in seconds."""
    if in_parallel or latency < SLOW_ANSWER:
        return []
    return [f"slow: an answer takes {latency:.1f} s; -n 8 sends eight requests at a time"]


def _spoken(profile: TargetProfile) -> list[str]:
    lines = [f"revisions: {', '.join(profile.revisions)}"] if profile.revisions else []
    lines += [f"not spoken: {revision} ({reason})" for revision, reason in profile.not_spoken.items()]
    return lines + list(profile.notes)
