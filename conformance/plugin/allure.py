"""Allure: our verdicts are written here, from the controller; the tests of a user by allure-pytest, as ever.

allure-pytest sees a test from inside, where a warning is an exception like any other and every parameter a part of
the history. So what it has to say of a check of ours is held back.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import allure_commons
import pytest

from conformance.plugin.judged import judged
from conformance.plugin.outcomes import VERDICT
from conformance.plugin.run import Run
from conformance.report.allure import AllureResults
from conformance.report.verdict import Verdict


class Gate:
    """Stands before the file writer of allure-pytest; registered in every process that runs tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._closed = False
        self._writer: Any = next(
            one for one in allure_commons.plugin_manager.get_plugins() if type(one).__name__ == "AllureFileLogger"
        )
        allure_commons.plugin_manager.unregister(self._writer)
        allure_commons.plugin_manager.register(self)
        config.add_cleanup(self._step_aside)

    def _step_aside(self) -> None:
        allure_commons.plugin_manager.unregister(self)
        allure_commons.plugin_manager.register(self._writer)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._closed = judged(item) is not None
        try:
            return (yield)
        finally:
            self._closed = False

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        if not self._closed:
            self._writer.report_result(result)

    @allure_commons.hookimpl
    def report_container(self, container: Any) -> None:
        if not self._closed and container.children:
            self._writer.report_container(container)

    @allure_commons.hookimpl
    def report_attached_file(self, source: Any, file_name: Any) -> None:
        if not self._closed:
            self._writer.report_attached_file(source, file_name)

    @allure_commons.hookimpl
    def report_attached_data(self, body: Any, file_name: Any) -> None:
        if not self._closed:
            self._writer.report_attached_data(body, file_name)


class Results:
    """Registered in the process that reports (not in xdist workers)."""

    def __init__(self, directory: Path, run: Run, facts: dict[str, str]) -> None:
        self._results = AllureResults(directory, run.redactor.text(run.profile.url))
        self._results.begin(facts)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if document := report.__dict__.get(VERDICT):
            self._results.add(Verdict.from_json(document), report.start, report.stop)

