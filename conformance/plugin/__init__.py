"""The pytest plugin. Inert unless a target is given, or the suites themselves are collected."""

import pytest

from conformance.plugin.hooks import hook_specifications
from conformance.plugin.invocation import is_active, run_settings
from conformance.plugin.options import add_options

__all__ = ["pytest_addhooks", "pytest_addoption", "pytest_configure"]

MARKERS = (
    "requirement(id): the rule of the registry that the test judges",
    "revisions(first, last=None): limit the test to revisions from first to last",
    "capability(name, *path): not applicable unless the target declares this capability (or flag of it)",
    "timing: the verdict hangs on time, so the check is run again before it may fail",
    "noisy: sends a burst or waits long; runs last, and only with --allow-noisy",
    "conformance_not_testable(reason): set at collection, for what this run leaves out",
    "conformance_not_applicable(reason): set at collection, for what cannot apply to the target",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hook_specifications)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if not is_active(config):
        return
    from conformance.plugin import collection, fixtures, outcomes, session

    run_settings(config)
    for module in (session, collection, fixtures, outcomes):
        config.pluginmanager.register(module, f"conformance.{module.__name__.rpartition('.')[2]}")
