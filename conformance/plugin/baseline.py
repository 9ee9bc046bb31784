"""The baseline of a run at its end: what is wrong with it, and what the reports say of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from conformance.plugin.head import selection
from conformance.plugin.run import Run
from conformance.report.text import printable
from conformance.report.verdict import Verdict

if TYPE_CHECKING:
    from conformance.baseline.problems import Problem


class BaselineAtTheEnd:
    """Without a baseline it has nothing to say."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run
        self.problems: list[Problem] = []

    def judge(self, verdicts: Sequence[Verdict], *, complete: bool) -> None:
        if self._run.baseline is not None:
            from conformance.baseline.problems import of_run

            chosen = selection(self._config, self._run)
            self.problems = of_run(self._run.baseline, verdicts, chosen, complete=complete)

    def summary(self, verdicts: Sequence[Verdict]) -> dict[str, Any]:
        """Members of the summary of the verdict file."""
        if self._run.baseline is None:
            return {}
        accepted = sum(1 for one in verdicts if one.accepted)
        problems = [problem.to_json() for problem in self.problems]
        return {"accepted": accepted, "baseline": {"file": str(self._run.config.baseline), "problems": problems}}

    def lines(self) -> list[str]:
        """A line for each problem."""
        return [printable(f"BASELINE {problem.kind.upper()} {problem.message}") for problem in self.problems]
