"""The controller's view of a run: it gathers verdicts and traffic, writes the verdict file, sets the exit code."""

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance import exit_codes
from conformance.plugin.baseline import BaselineAtTheEnd
from conformance.plugin.head import head
from conformance.plugin.invocation import wants_tracebacks
from conformance.plugin.outcomes import TRAFFIC, VERDICT, carry, pytest_report_teststatus, unjudged
from conformance.plugin.run import Run
from conformance.plugin.termination import interruptible
from conformance.plugin.unfinished import Unfinished
from conformance.plugin.verdict_file import VerdictFile
from conformance.report.failure_text import failure_text
from conformance.report.findings import conforms, exit_code, kept_by_profile
from conformance.report.terminal import conclusion, summary
from conformance.report.traffic import Traffic
from conformance.report.verdict import Verdict

RAN_TO_ITS_END = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


class VerdictCollector:
    """A pytest plugin, registered in the process that reports (not in xdist workers)."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run
        self._verdicts: list[Verdict] = []
        self._traffic = Traffic()
        self._foreign_failure = False
        self._requests = run.profile.requests
        self._began = time.monotonic()
        self._file = VerdictFile(config, run.config.report_dir / "verdicts.json")
        self._baseline = BaselineAtTheEnd(config, run)
        self._unfinished = Unfinished(run.redactor.text)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """The verdict file is begun when there is something to judge; never by --collect-only."""
        if not self._config.option.collectonly:
            self._file.begin(head(self._config, self._run))
        with interruptible():
            return (yield)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._unfinished.expect(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._unfinished.saw(report.nodeid)
        if report.failed and VERDICT not in report.__dict__:
            self._without_verdict(report)
        if document := report.__dict__.get(VERDICT):
            self._add(Verdict.from_json(document))
            self._keep_out_of_tracebacks(report)
        if traffic := report.__dict__.get(TRAFFIC):
            self._requests += traffic["requests"]
            self._traffic.add(traffic)

    def _keep_out_of_tracebacks(self, report: pytest.TestReport) -> None:
        """The terminal leaves out of its section FAILURES what has been shown already, to a debugger or by us."""
        if not wants_tracebacks(self._config):
            report.__dict__["_pdbshown"] = True

    def _without_verdict(self, report: pytest.TestReport) -> None:
        """A check that died with its worker, or that failed in cleaning up, is an error of ours. Anything else is a
        test of the user's own."""
        verdict = unjudged(report, self._run.redactor.text)
        if verdict is None:
            self._foreign_failure = True
        else:
            carry(report, verdict)

    def _add(self, verdict: Verdict) -> None:
        verdict = self._file.add(verdict)
        self._verdicts.append(replace(verdict, transcript=()))
        self._config.hook.pytest_conformance_verdict(config=self._config, verdict=verdict.to_json())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
        if self._config.option.collectonly:
            return
        ran_to_its_end = exitstatus in RAN_TO_ITS_END and not (session.shouldstop or session.shouldfail)
        left = self._unfinished.verdicts() if ran_to_its_end or exitstatus == pytest.ExitCode.INTERNAL_ERROR else []
        for verdict in left:
            self._add(verdict)
        for verdict in self._traffic.verdicts(strict=self._run.config.strict):
            self._report(self._run.baseline.judge(verdict) if self._run.baseline else verdict)
        self._baseline.judge(self._verdicts, complete=ran_to_its_end and not left)
        if exitstatus in RAN_TO_ITS_END:
            session.exitstatus = self._exit_code()
        self._finish_file(int(session.exitstatus), complete=ran_to_its_end and not left)
        if self._file.broken:
            session.exitstatus = exit_codes.HARNESS

    def _exit_code(self) -> int:
        judged = exit_code(self._verdicts, require_complete=self._run.config.require_complete)
        with_problems = bool(self._baseline.problems) and judged not in (exit_codes.HARNESS, exit_codes.UNREACHABLE)
        return exit_codes.BROKEN if self._foreign_failure or with_problems else judged

    def _report(self, verdict: Verdict) -> None:
        """Report it like a test, so that every reporter of pytest shows it; the terminal's progress is over by now,
        so there it only counts."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        log = self._config.pluginmanager.subset_hook_caller("pytest_runtest_logreport", [terminal])
        outcome: Any = "failed" if verdict.red else "skipped" if verdict.status in ("fail", "warn") else "passed"
        now = time.time()
        for when in ("setup", "call", "teardown"):
            report = pytest.TestReport(
                nodeid=verdict.nodeid,
                location=("traffic", None, verdict.nodeid.partition("::")[2]),
                keywords={},
                outcome=outcome if when == "call" else "passed",
                longrepr=failure_text(verdict) if when == "call" and verdict.status != "pass" else None,
                when=when,
                start=now,
                stop=now,
            )
            if when == "call":
                carry(report, verdict)
                if outcome == "skipped":
                    accepted = verdict.accepted and f"accepted by the baseline: {verdict.accepted.in_words}"
                    report.wasxfail = accepted or f"SHOULD broken: {verdict.received}"
            log(report=report)
            if when == "call" and terminal is not None:
                category, _, _ = pytest_report_teststatus(report) or ("", "", "")
                terminal.stats.setdefault(category, []).append(report)

    def _finish_file(self, code: int, *, complete: bool) -> None:
        counts: dict[str, int] = {}
        for one in self._verdicts:
            counts[one.status] = counts.get(one.status, 0) + 1
        self._file.finish(
            {
                "complete": complete,
                "exit_code": code,
                "conforms": conforms(self._verdicts) if complete else False,
                "contracts": kept_by_profile(self._verdicts),
                "counts": counts,
                **self._baseline.summary(self._verdicts),
                "requests": self._requests,
                "seconds": round(time.monotonic() - self._began, 3),
            }
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._verdicts:
            return
        terminalreporter.section("MCP conformance")
        width = terminalreporter._tw.fullwidth
        for text, markup in summary(self._verdicts, width, terminalreporter.verbosity):
            terminalreporter.line(text, **markup)
        for line in self._baseline.lines():
            terminalreporter.line(line, red=True, bold=True)
        terminalreporter.line("")
        terminalreporter.line(self._closing_line(), bold=True)

    def _closing_line(self) -> str:
        url = self._run.redactor.text(self._run.profile.url) or "no target"
        seconds = time.monotonic() - self._began
        where = f"{self._run.config.report_dir / 'verdicts.json'}{' (incomplete)' if self._file.broken else ''}"
        return f"{url}: {conclusion(self._verdicts)}; {self._requests} requests in {seconds:.1f} s; {where}"
