"""The controller's view of a run: it gathers verdicts and traffic, writes the verdict file, sets the exit code."""

import time
from typing import Any

import pytest

from conformance import __version__
from conformance.plugin.outcomes import TRAFFIC, VERDICT, explain, pytest_report_teststatus
from conformance.plugin.run import Run
from conformance.report.findings import EXIT_OK, exit_code
from conformance.report.journal import Journal
from conformance.report.terminal import summary
from conformance.report.verdict import Status, Verdict
from conformance.requirements import load

EXAMPLES = 5


class VerdictCollector:
    """A pytest plugin, registered in the process that reports (not in xdist workers)."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run
        self._verdicts: list[Verdict] = []
        self._subjects: dict[str, int] = {}
        self._findings: dict[str, list[dict[str, Any]]] = {}
        self._own: dict[str, str] = {}
        self._requests = run.profile.requests
        self._began = time.monotonic()
        self._journal: Journal | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The verdict file is begun when there is something to judge; never by --collect-only."""
        if not self._config.option.collectonly and self._journal is None:
            self._journal = Journal(self._run.config.report_dir / "verdicts.json", head(self._run))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if document := getattr(report, VERDICT, None):
            self._add(Verdict.from_json(document))
        if traffic := getattr(report, TRAFFIC, None):
            self._merge(traffic)

    def _add(self, verdict: Verdict) -> None:
        self._verdicts.append(verdict)
        if self._journal is not None:
            self._journal.add(verdict)
        self._config.hook.pytest_conformance_verdict(config=self._config, verdict=verdict.to_json())

    def _merge(self, traffic: dict[str, Any]) -> None:
        self._requests += traffic["requests"]
        for key, count in traffic["subjects"].items():
            self._subjects[key] = self._subjects.get(key, 0) + count
        for finding in traffic["findings"]:
            self._findings.setdefault(f"{finding['requirement']} {finding['revision']}", []).append(finding)
        for problem in traffic["own"]:
            self._own.setdefault(problem, problem)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
        if self._config.option.collectonly:
            return
        for key, count in sorted(self._subjects.items()):
            self._report(self._of_traffic(key, count))
        if self._own:
            self._report(self._harness_error())
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
            complete = self._run.config.require_complete
            session.exitstatus = exit_code(self._verdicts, require_complete=complete)
        self._finish_journal(int(session.exitstatus), interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)

    def _of_traffic(self, key: str, count: int) -> Verdict:
        """The verdict on a rule that holds for every exchange, from all exchanges that were its subject."""
        id, revision = key.split(" ")
        rule = load()[id]
        findings = self._findings.get(key, [])
        causes = list(dict.fromkeys(finding["problem"] for finding in findings))
        status: Status = "pass" if not findings else "fail" if rule.fails_in(revision) else "warn"
        return Verdict(
            requirement=id,
            revision=revision,
            status=status,
            level=rule.level_in(revision),
            area=rule.area,
            rule=rule.text,
            nodeid=f"traffic::{id}[{revision}]",
            subjects=count,
            red=status == "fail" or (status == "warn" and self._run.config.strict and rule.max_verdict == "fail"),
            expected="this of every exchange" if findings else None,
            received=_examples(causes, len(findings), count) if findings else None,
            replay=findings[0]["replay"] if findings else None,
            links=rule.links(revision),
        )

    def _harness_error(self) -> Verdict:
        listed = "; ".join(list(self._own)[:EXAMPLES])
        return Verdict(
            "harness-messages-valid", "", "error",
            rule="Every message of the harness itself is valid, and every check of it runs to its end.",
            nodeid="traffic::harness", red=True, reason=f"the harness broke a rule of its own: {listed}",
        )  # fmt: skip

    def _report(self, verdict: Verdict) -> None:
        """Report it like a test, so that every reporter of pytest shows it; the terminal's progress is over by now,
        so there it only counts."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        log = self._config.pluginmanager.subset_hook_caller("pytest_runtest_logreport", [terminal])
        outcome: Any = "failed" if verdict.red else "skipped" if verdict.status == "warn" else "passed"
        for when in ("setup", "call", "teardown"):
            report = pytest.TestReport(
                nodeid=verdict.nodeid,
                location=("traffic", None, verdict.nodeid.partition("::")[2]),
                keywords={},
                outcome=outcome if when == "call" else "passed",
                longrepr=explain(verdict) if when == "call" and verdict.status != "pass" else None,
                when=when,
            )
            if when == "call":
                report.__dict__[VERDICT] = verdict.to_json()
                report.user_properties.append(("requirement", verdict.requirement))
                if verdict.status == "warn" and not verdict.red:
                    report.wasxfail = f"SHOULD broken: {verdict.received}"
            log(report=report)
            if when == "call" and terminal is not None:
                category, _, _ = pytest_report_teststatus(report) or ("", "", "")
                terminal.stats.setdefault(category, []).append(report)

    def _finish_journal(self, code: int, *, interrupted: bool) -> None:
        if self._journal is None:
            return
        counts: dict[str, int] = {}
        for one in self._verdicts:
            counts[one.status] = counts.get(one.status, 0) + 1
        self._journal.finish(
            {
                "complete": not interrupted,
                "exit_code": code,
                "conforms": code == EXIT_OK,
                "counts": counts,
                "requests": self._requests,
                "seconds": round(time.monotonic() - self._began, 3),
            }
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._verdicts:
            return
        terminalreporter.section("MCP conformance")
        for text, markup in summary(self._verdicts):
            terminalreporter.line(text, **markup)
        terminalreporter.line("")
        terminalreporter.line(self._closing_line(), bold=True)

    def _closing_line(self) -> str:
        red = {one.requirement for one in self._verdicts if one.red}
        said = f"{len(red)} requirements broken" if red else "conforms, as far as it was judged"
        seconds = time.monotonic() - self._began
        where = self._run.config.report_dir / "verdicts.json"
        return f"{self._run.profile.url}: {said}; {self._requests} requests in {seconds:.1f} s; {where}"


def head(run: Run) -> dict[str, Any]:
    """What identifies a run: tool, target, revisions, clock."""
    profile = run.profile
    return {
        "format": 1,
        "tool": {"name": "mcp-conformance", "version": __version__},
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "target": {"url": profile.url, "server": profile.server, "guarded": profile.guarded},
        "revisions": list(profile.revisions),
        "not_spoken": dict(profile.not_spoken),
        "strict": run.config.strict,
    }


def _examples(causes: list[str], findings: int, count: int) -> str:
    listed = "; ".join(causes[:EXAMPLES])
    rest = f"; and {len(causes) - EXAMPLES} more kinds" if len(causes) > EXAMPLES else ""
    return f"in {findings} places of {count} exchanges: {listed}{rest}"
