"""The section `[ledger]` of a profile: what a system promises about its ledger, in numbers and names."""

from msgspec import Struct


class LedgerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults are those of the operator runbook. Of `required_connectors` each must have a line."""

    window_hours: float = 48
    max_age_hours: float | None = None
    """How old the newest rotation may be; None: one window."""
    required_connectors: tuple[str, ...] = ("operator_api", "operator_upload")
    expected_connectors: tuple[str, ...] = ("operator_api", "operator_upload", "crown_handshake")
    """Connectors that a whole rotation has; one that is missing is a SHOULD of the strict profile."""
    contexts: frozenset[str] = frozenset({"stage-b-rehearsal", "stage-c-prep"})
    known_members: frozenset[str] = frozenset(
        {
            "connector_id", "rotated_at", "window_hours", "rotation_window", "credential_window", "context_status",
            "traces", "rotation_summary", "credential_expiry", "stage_b_run_id", "stage_b_summary_path",
            "stage_c_summary_path", "stage_c_handshake_path",
        }
    )  # fmt: skip
    rewritable_members: frozenset[str] = frozenset({"rotation_summary", "credential_expiry"})
    """Members that a later step may add to a line that is already there."""
    max_clock_skew_s: float = 300
    same_run_s: float = 60
    """Lines of different connectors that follow each other within this time come from one rotation."""
    max_line_bytes: int = 1 << 18
    remembered_lines: int = 1 << 16
    """How far back a duplicate is looked for, and how many connectors are followed."""
    strict_profile: bool = False
    """Also judge what only source code shows, or what follows only by combining rules."""

    @property
    def followed_connectors(self) -> frozenset[str]:
        """Those whose newest line is judged by itself."""
        return frozenset(self.required_connectors) | frozenset(self.expected_connectors)

    @property
    def window_s(self) -> float:
        return self.window_hours * 3600

    @property
    def max_age_s(self) -> float:
        return self.window_s if self.max_age_hours is None else self.max_age_hours * 3600
