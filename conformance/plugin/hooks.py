"""Hooks that this plugin adds to pytest, for those who extend it.

Implement them in a conftest.py or in a plugin. They are called only in a run that judges a target.
"""

from typing import Any

import pytest


class hook_specifications:  # noqa: N801  (a namespace that pluggy reads, never an instance)
    @staticmethod
    @pytest.hookspec(firstresult=True)
    def pytest_conformance_default_target(config: pytest.Config) -> str | None:
        """URL of the target to judge when no flag, variable or file names one; the first answer wins.

        Called once, before the session starts, and not in xdist workers. What is started for it may be stopped in
        `pytest_unconfigure`.
        """

    @staticmethod
    @pytest.hookspec
    def pytest_conformance_verdict(config: pytest.Config, verdict: dict[str, Any]) -> None:
        """Called with each verdict as it is reached, in the process that reports (with xdist: the controller).

        `verdict` is an item of `verdicts` in schemas/reports/verdicts.json, without secrets. Verdicts on all traffic
        come at the end of the session.
        """
