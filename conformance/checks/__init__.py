"""What suites are written with."""

import pytest

from conformance.checks.expect import code_of, describe, expect, expect_no_problems, expect_valid, need_result, shorten
from conformance.checks.outcomes import not_applicable, not_testable, violation

__all__ = [
    "capability", "code_of", "describe", "expect", "expect_no_problems", "expect_valid", "need_result", "noisy",
    "not_applicable", "not_testable", "requirement", "revisions", "shorten", "slow", "timing", "violation",
]  # fmt: skip

requirement = pytest.mark.requirement
revisions = pytest.mark.revisions
capability = pytest.mark.capability
timing = pytest.mark.timing
noisy = pytest.mark.noisy
slow = pytest.mark.slow
