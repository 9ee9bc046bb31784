"""Hooks that this plugin adds to pytest, for those who extend it."""

from typing import Any

import pytest


class hook_specifications:  # noqa: N801  (a namespace that pluggy reads, never an instance)
    @staticmethod
    @pytest.hookspec(firstresult=True)
    def pytest_conformance_default_target(config: pytest.Config) -> str | None:
        """URL of the target to judge when none is configured; the first answer wins."""

    @staticmethod
    @pytest.hookspec
    def pytest_conformance_verdict(config: pytest.Config, verdict: dict[str, Any]) -> None:
        """Called in the controller with each verdict as it is reached (see schemas/reports/verdicts.json)."""
