"""The pytest plugin. Inert unless a target is given, or the suites themselves are collected."""

import pytest

from conformance.plugin.hooks import hook_specifications
from conformance.plugin.invocation import is_active, prints_only, run_settings
from conformance.plugin.options import add_options

__all__ = ["pytest_addhooks", "pytest_addoption", "pytest_cmdline_main", "pytest_configure"]

MARKERS = (
    "requirement(id): the rule of the registry that the test judges",
    "rule(id): the rule of a contract that the test judges, under each profile that promises it",
    "conformance_contract(promise): set at collection, the rule as a profile promises it",
    "revisions(first, last=None): limit the test to revisions from first to last",
    "capability(name, *path): not applicable unless the target declares this capability (or flag of it)",
    "timing: the verdict hangs on time, so the check is run again before it may fail",
    "slow: takes seconds on any target; judged under the newest revision of each era, the others with --allow-noisy",
    "noisy: sends a burst or waits long; runs last, and only with --allow-noisy",
    "conformance_not_testable(reason): set at collection, for what this run leaves out",
    "conformance_not_applicable(reason): set at collection, for what cannot apply to the target",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hook_specifications)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """What is wrong before anything is judged ends the run here: one line, and an exit code."""
    if prints_only(config) or hasattr(config, "workerinput") or not is_active(config):
        return None
    from conformance.plugin.contact import first_contact

    return first_contact(config)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if not is_active(config):
        return
    from conformance.plugin import collection, contracts, fixtures, outcomes, session, waiting

    run_settings(config)
    for module in (session, collection, contracts, fixtures, outcomes, waiting):
        config.pluginmanager.register(module, f"conformance.{module.__name__.rpartition('.')[2]}")
