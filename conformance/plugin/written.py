"""The files that a run leaves beside its verdict file: views of that file, and the stream that grows with it."""

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.plugin.run import Run
from conformance.report.formats import KINDS, render
from conformance.report.journal import read_verdicts
from conformance.report.ndjson import Stream
from conformance.report.step_summary import append
from conformance.report.verdict import Verdict
from conformance.report.whole_files import replace_whole
from conformance.target.errors import ConfigError

STREAM: Final = "ndjson"
PAGE: Final = "html"
FILES_OF: Final[Mapping[str, Sequence[str]]] = {
    "html": ("html",),
    "junit": ("junit",),
    "markdown": ("markdown",),
    "sarif": ("sarif",),
    "badge": ("badge", "badge-json"),
}
"""What a word of --reports writes at the end of a run."""
STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"


class WrittenReports:
    """A pytest plugin, registered in the process that reports, and before the collector of verdicts, which has written
    the verdict file when this one reads it."""

    def __init__(self, run: Run) -> None:
        self._chosen = run.config.reports
        self._directory = run.config.report_dir
        self._stream: Stream | None = None
        self._began = False
        self._problems: list[str] = []
        self._page: Path | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        if not session.config.option.collectonly:
            self._began = True
            if STREAM in self._chosen:
                self._attempt(self._begin_stream)
        return (yield)

    def pytest_conformance_verdict(self, verdict: dict[str, Any]) -> None:
        if self._stream is not None and not self._attempt(partial(self._stream.add, verdict)):
            self._stream = None

    def pytest_sessionfinish(self) -> None:
        if not self._began:
            return
        try:
            head, verdicts = read_verdicts(self._file)
        except ConfigError as error:
            self._problems.append(f"no reports: {error}")
            return
        if self._stream is not None:
            self._attempt(partial(self._stream.finish, head["summary"]))
        self._write(head, verdicts)

    def _write(self, head: Mapping[str, Any], verdicts: Sequence[Verdict]) -> None:
        for word in self._chosen:
            for kind in FILES_OF.get(word, ()):
                path = self._directory / KINDS[kind].file
                if self._attempt(partial(_replaced, path, render(kind, head, verdicts))) and kind == PAGE:
                    self._page = path
        if page := os.environ.get(STEP_SUMMARY):
            self._attempt(partial(append, Path(page), render("markdown", head, verdicts)))

    @property
    def _file(self) -> Path:
        return self._directory / "verdicts.json"

    def _begin_stream(self) -> None:
        head, _ = read_verdicts(self._file)
        self._stream = Stream(self._directory / KINDS[STREAM].file, head)

    def _attempt(self, write: Callable[[], object]) -> bool:
        """A report that cannot be written costs only itself: the verdicts and the exit code stand."""
        try:
            write()
        except (OSError, ConfigError) as error:
            self._problems.append(f"report not written: {error}")
            return False
        return True

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for problem in self._problems:
            terminalreporter.line(problem, red=True)
        if self._page is not None:
            terminalreporter.line(f"report: {self._page}")


def _replaced(path: Path, text: str) -> None:
    replace_whole(path, text.encode("utf-8", "backslashreplace"))
