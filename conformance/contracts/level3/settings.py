"""The section `[level3]` of a profile: how the business API is spoken, in one of several route sets."""

from typing import Any, Final, Literal

from msgspec import Struct, field


class Operation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call. Texts that are nothing but a `{name}` become that value of any type, or are left out without one.

    path     below the route of the section, with its query
    body     a template of the JSON body; in a `multipart` form, of its parts, where `{content}` is a file
    status   what success is
    result   where the answer has what: dotted paths by the names that the rules ask for; "" is the whole answer
    binary   whether the answer is the content itself
    """

    method: str = "POST"
    path: str = ""
    body: Any = None
    form: Literal["json", "multipart"] = "json"
    status: tuple[int, ...] = (200, 201, 202)
    result: dict[str, str] = {}
    binary: bool = False


RouteSet = dict[str, Operation]

STATES: Final = {
    "pending": ("pending", "pending_approval", "pending-approval"),
    "approved": ("approved",),
    "rejected": ("rejected",),
    "in_progress": ("in_progress", "in-progress", "running"),
    "completed": ("completed", "succeeded"),
    "failed": ("failed",),
    "rolled_back": ("rolled_back", "rolled-back"),
}
"""Our words for the states of a promotion, and how systems spell them."""


class Samples(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What calls are made with. Objects with `failing` change what a promotion is made with, so that it fails.

    many_faults   data with more faults than the answer may list
    extra_member  data that is right but for a member that the schema does not know
    """

    schema: Any = None
    valid: Any = None
    invalid: Any = None
    many_faults: Any = None
    extra_member: Any = None
    artifact_type: str = "model"
    artifact_name: str = "conformance"
    failing_artifact_name: str = ""
    failing: dict[str, Any] = {}
    stages: tuple[str, ...] = ("dev", "staging", "production")
    strategy: str = "rolling"


class Level3(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The API. States are words of ours by the words of the system.

    route            the route of all calls, with {path}
    refused          statuses of a refusal of what cannot be done now
    approvals        how many people have to approve a promotion to each stage
    promotion_s      how long one may take; rollback_s how long the way back may take
    poll_s           time between two looks at a promotion
    most_errors      how many errors one validation lists at most
    most_items       the largest page; versions_kept of one artifact
    lookup_s         p95 of lookups, real seconds; `lookups` of them are made
    """

    route: str = "api"
    route_set: str = "b"
    sets: dict[str, RouteSet] = {}
    samples: Samples = Samples()
    states: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(STATES))
    bad_request: tuple[int, ...] = (400,)
    bad_request_code: tuple[str, ...] = ()
    not_found: tuple[int, ...] = (404,)
    not_found_code: tuple[str, ...] = ()
    conflict: tuple[int, ...] = (409,)
    refused: tuple[int, ...] = (400, 403, 409, 422)
    corrupted: tuple[int, ...] = (400, 422)
    approvals: dict[str, int] = {}
    promotion_s: float = 300
    rollback_s: float = 30
    poll_s: float = 5
    most_errors: int = 100
    most_items: int = 1000
    versions_kept: int = 10
    lookup_s: float = 0.2
    lookups: int = 50
