"""How pytest's own reporters, pytest-html, JUnit and Allure, show verdicts. Registered where reports are written."""

from typing import Any

import pytest
from _pytest.junitxml import xml_key

from conformance import __version__
from conformance.plugin.outcomes import VERDICT
from conformance.plugin.run import Run
from conformance.report import pytest_html
from conformance.report.text import printable
from conformance.report.verdict import Verdict


def verdict_of(report: Any) -> Verdict | None:
    """The verdict that a report carries, if any."""
    document = report.__dict__.get(VERDICT)
    return Verdict.from_json(document) if document else None


class Reporters:
    """A pytest plugin, registered in the process that reports (not in xdist workers)."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run
        self._verdicts: list[Verdict] = []

    def pytest_conformance_verdict(self, verdict: dict[str, Any]) -> None:
        self._verdicts.append(Verdict.from_json({**verdict, "transcript": ()}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """In JUnit a check is found under the same name wherever the suites are installed."""
        verdict = verdict_of(report)
        xml = self._config.stash.get(xml_key, None)
        if verdict is not None and xml is not None:
            path, _, name = printable(verdict.nodeid).partition("::")
            reporter = xml.node_reporter(report)
            reporter.add_attribute("classname", path.removesuffix(".py").replace("/", "."))
            reporter.add_attribute("name", name)
            for key, value in report.user_properties:
                reporter.add_property(key, str(value))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        report.title = f"MCP conformance of {self._url}"

    @property
    def facts(self) -> dict[str, str]:
        """What identifies the run, for people."""
        return {
            "target": self._url,
            "server": self._run.redactor.text(self._run.profile.server),
            "revisions": ", ".join(self._run.profile.revisions),
            "judged by": f"mcp-conformance {__version__}",
        }

    @property
    def _url(self) -> str:
        return self._run.redactor.text(self._run.profile.url)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str], summary: list[str], postfix: list[str]) -> None:
        if self._verdicts:
            prefix.append(pytest_html.overview(self._verdicts, self.facts))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        cells[1:1] = pytest_html.header_cells()
        cells[-1] = "<th>Specification</th>"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        verdict = verdict_of(report)
        cells[1] = pytest_html.name_cell(verdict.nodeid if verdict else self._run.redactor.text(report.nodeid))
        cells[1:1] = pytest_html.row_cells(verdict)
        if verdict is not None:
            cells[-1] = pytest_html.spec_cell(verdict)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: Any, data: list[str]) -> None:
        verdict = verdict_of(report)
        if verdict is not None:
            data[:] = [pytest_html.details(verdict)]
