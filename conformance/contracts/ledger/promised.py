"""What a profile promises about its ledger, and which of its rules are in force."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conformance.contracts.ledger.clauses import CONTRACT
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.paths import at_path
from conformance.contracts.rules import load
from conformance.contracts.times import length

if TYPE_CHECKING:
    from conformance.contracts.profiles import Profile


def of_profile(profile: "Profile", *, strict_profile: bool) -> LedgerSettings:
    """The section `[ledger]`. An override of the rotation window, as from MCP_ROTATION_WINDOW, holds for the ledger as
    well. A profile without clauses promises every rule, whatever its basis."""
    settings = profile.ledger or LedgerSettings()
    overrides = profile.handshake.overrides if profile.handshake else {}
    window_s = length(at_path(overrides, profile.handshake.rotation_window)) if profile.handshake else None
    if window_s:
        settings = replace(settings, window_hours=window_s / 3600)
    return replace(settings, strict_profile=settings.strict_profile or strict_profile or not profile.clauses)


def judged_clauses(profile: "Profile", *, strict_profile: bool) -> frozenset[str]:
    """The clauses behind the rules that are in force."""
    from conformance.contracts.profiles import InForce, in_force

    rules = [rule for rule in load().values() if rule.contract == CONTRACT]
    return frozenset(
        clause
        for rule in rules
        if isinstance(in_force(rule, profile, strict_profile=strict_profile), InForce)
        for clause in rule.clauses
    )
