"""The section `[receipts]` of a profile: where receipts, packets and summaries say what. Paths are dotted."""

from msgspec import Struct


class Receipts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults are those of the Stage B smoke and rehearsal scripts. Durations are in seconds."""

    schema: str = "smoke-receipt"
    packet_schema: str = "rehearsal-packet"
    summary_schema: str = "run-summary"
    rehearsal_schema: str = "rehearsal-summary"
    request_schema: str = "handshake-request"
    heartbeat_schema: str = "heartbeat"

    stage: str = "B"
    targets: tuple[str, ...] = ("operator_api", "operator_upload", "crown_handshake")
    context: str = "stage-b-rehearsal"
    contexts: str = "services.operator_api.accepted_contexts"
    failures: str = "doctrine_failures"
    verdict: str = "doctrine_ok"
    """Members of receipts, of each connector of a packet, and of the metrics of a summary."""
    heartbeat: str = "heartbeat"
    heartbeat_expiry: str = "heartbeat.credential_expiry"
    not_accepted: tuple[str, ...] = ("rejected", "deny")
    max_credential_s: float = 48 * 3600
    clock_skew_s: float = 300

    required_lines: tuple[str, ...] = ("operator_api", "operator_upload")
    """Connectors of which a run has to append a line to the ledger."""
    rotation_lines: tuple[str, ...] = ("operator_api", "operator_upload", "crown_handshake")
    """The connectors of a whole rotation, in the order in which their lines follow each other."""

    gauge_prefix: str = "stage_b_rehearsal_"
    status_gauges: tuple[str, ...] = (
        "run_status", "health_status", "stage_b_smoke_success", "stage_b_smoke_doctrine_ok", "rotation_status",
    )  # fmt: skip
    count_gauges: tuple[str, ...] = ("rotation_entries_total", "rotation_entries_recorded", "rotation_entry")
    rotation_time_gauge: str = "rotation_timestamp_seconds"
    rotation_window_s: float = 48 * 3600

    bundle_receipts: tuple[str, ...] = ("*smoke*.json",)
    bundle_ledgers: tuple[str, ...] = ("*rotation*.jsonl", "*ledger*.jsonl")
    outage_started: str = "outage.started_at"
    """In an incident record that is JSON. Of any other text the earliest time counts."""
