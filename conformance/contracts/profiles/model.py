"""What a profile says: the wire names, limits and personas of one system, and which contracts it promises.

A profile is a TOML file (docs/profiles.md, schemas/contracts/profile.json). Durations end in `_s`: seconds before the
time scale is applied.
"""

from typing import Any, Literal

from msgspec import Struct, field

from conformance.contracts.access_codes.settings import AccessCodes
from conformance.contracts.alerts.settings import Alerts
from conformance.contracts.client.settings import Client
from conformance.contracts.emcp.settings import Emcp
from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.health.settings import Health
from conformance.contracts.heartbeat.settings import Heartbeat
from conformance.contracts.idempotency.settings import Idempotency
from conformance.contracts.ledger.settings import LedgerSettings
from conformance.contracts.level3.settings import Level3
from conformance.contracts.metrics.settings import Metrics
from conformance.contracts.operator_api.settings import OperatorApi
from conformance.contracts.parity.settings import Parity
from conformance.contracts.promotion.settings import Promotion
from conformance.contracts.rate_limit.settings import RateLimit
from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.release_evidence.settings import ReleaseEvidence
from conformance.contracts.service_levels.settings import ServiceLevels
from conformance.contracts.streaming.settings import Streaming
from conformance.contracts.telemetry.settings import Telemetry
from conformance.contracts.upgrade.settings import Upgrade

RuleSetting = Literal["off", "should", "must"]


class Clock(Struct, frozen=True, forbid_unknown_fields=True):
    """`scale` multiplies every duration: a server that runs 30 times as fast is judged with 1/30."""

    scale: float = 1.0


class Mint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token made for the occasion. `claims` are laid over those of `[minting]`; null takes one out, and `exp`, `nbf`
    and `iat` are seconds from now."""

    claims: dict[str, Any] = {}
    secret: str | None = None


class Persona(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One identity: where its credential comes from, and headers of its own."""

    token_env: str | None = None
    token_file: str | None = None
    token_command: str | None = None
    token: str | None = None
    mint: Mint | None = None
    headers: dict[str, str] = {}


class Minting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How test tokens are signed (RFC 7519). The key comes from a variable or a file; `secret` is for test systems."""

    algorithm: str = "HS256"
    secret: str | None = None
    secret_env: str | None = None
    key_file: str | None = None
    claims: dict[str, Any] = {}
    lifetime_s: float = 600


class Credential(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a credential goes: a header, a cookie of a name, or a dotted path in those JSON bodies that have the object
    around it."""

    header: str = "Authorization"
    scheme: str = "Bearer"
    cookie: str | None = None
    body: str | None = None


class Errors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a refusal: dotted paths of its members, and the header that carries the trace id. An empty path is
    not promised."""

    code: str = ""
    message: str = ""
    trace_id: str = ""
    trace_header: str = ""
    media_types: tuple[str, ...] = ("application/json",)
    only_members: bool = False
    """Whether the error object is the whole body and has no other members."""


class Probe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The harmless request by which gates are judged: a JSON-RPC method, or a body of its own."""

    method: str = ""
    params: dict[str, Any] = {}
    body: dict[str, Any] | None = None
    headers: dict[str, str] = {}


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One system. A section that is there enables its contract."""

    name: str
    format: Literal[1] = 1
    version: str = "1"
    title: str = ""
    clauses: str = ""
    mcp: bool = True
    clock: Clock = Clock()
    variables: dict[str, str] = {}
    routes: dict[str, str] = {}
    environ: dict[str, str | list[str]] = {}
    credential: Credential = Credential()
    personas: dict[str, Persona] = {}
    minting: Minting | None = None
    errors: Errors | None = None
    probe: Probe = Probe()
    rules: dict[str, RuleSetting] = {}
    strict_overrides: dict[str, Any] = field(default_factory=dict, name="strict-profile")
    """Laid over the profile when --strict-profile is given: narrows what is accepted."""

    access_codes: AccessCodes | None = None
    health: Health | None = None
    metrics: Metrics | None = None
    alerts: Alerts | None = None
    service_levels: ServiceLevels | None = None
    level3: Level3 | None = None
    rate_limit: RateLimit | None = None
    idempotency: Idempotency | None = None
    streaming: Streaming | None = None
    handshake: Handshake | None = None
    heartbeat: Heartbeat | None = None
    client: Client | None = None
    ledger: LedgerSettings | None = None
    operator_api: OperatorApi | None = None
    receipts: Receipts | None = None
    emcp: Emcp | None = None
    upgrade: Upgrade | None = None
    parity: Parity | None = None
    telemetry: Telemetry | None = None
    promotion: Promotion | None = None
    release_evidence: ReleaseEvidence | None = None

    def seconds(self, duration_s: float) -> float:
        """A duration of this profile on the clock of the target."""
        return duration_s * self.clock.scale
