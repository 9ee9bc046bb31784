"""Operators' promises beyond MCP: rules, the clauses behind them, profiles of systems, and what suites judge with."""

import pytest

from conformance.contracts.caller import Caller
from conformance.contracts.evidence import Evidence
from conformance.contracts.profiles.model import Profile
from conformance.contracts.refusals import Refusal, body_of, expect_refusal, is_refusal

__all__ = ["Caller", "Evidence", "Profile", "Refusal", "body_of", "expect_refusal", "is_refusal", "rule"]

rule = pytest.mark.rule
