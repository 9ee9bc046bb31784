"""The section `[idempotency]` of a profile: where the key goes, and how a repeated request is answered."""

from typing import Any, Literal

from msgspec import Struct

from conformance.contracts.described import Described
from conformance.contracts.refusals import Refusal


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer looks like, at dotted paths of its body."""

    status: tuple[int, ...]
    equal: dict[str, Any] = {}
    numbers: tuple[str, ...] = ()
    """Whole numbers from 1."""
    empty: tuple[str, ...] = ()
    """null or 0."""
    objects: tuple[str, ...] = ()
    key: str = ""
    """Where the key that was sent is shown."""
    trace: str = ""
    """Where the id stands that the trace header has."""


class Invalid(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that has to be refused, as JSON or as raw text."""

    name: str
    refusal: Refusal
    body: Any = None
    raw: str | None = None


Apart = Literal["", "separate", "conflict"]


class Idempotency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is promised about repeated requests. What is left out is not promised."""

    request: Described
    """What is sent again and again: something that leaves little behind."""
    changed: dict[str, Any]
    """Members, by dotted path, that make another payload of it."""
    header: str = "Idempotency-Key"
    """Empty: keys are not sent in a header."""
    member: str = ""
    """The dotted path of the key in the body; empty: it does not go there."""
    accepted: Form = Form(status=(202,))
    completed: Form = Form(status=(200, 201))
    same: tuple[str, ...] = ("",)
    """Members that are the same in each answer under one key; the empty path is the whole body."""
    task: str = ""
    """The path of the task, one of those that stay the same; null and 0 are no task."""
    reused: str = ""
    """The path of a flag that tells a repeated request."""
    reused_header: str = ""
    """A header that tells a repeated request, with the value true."""
    result: str = ""
    """The path of the result, once there is one."""
    result_equal: dict[str, Any] = {}
    """Members of the result, by dotted path below it."""
    trace: str = ""
    """The path of the trace id of the first request."""
    conflict: Refusal = Refusal(status=(409,))
    key_in_use: tuple[int, ...] = (409, 425)
    """Statuses that a request may get while another one with its key is under way."""
    ignored: dict[str, Any] = {}
    """Members, by dotted path, that may change without making another payload of it."""
    ignored_headers: dict[str, str] = {}
    member_order: Literal["", "ignored", "counts"] = ""
    """Whether the order of members makes another payload; empty: it is not known."""
    ttl_s: float | None = None
    longest_wait_s: float = 120
    """Real seconds that a check may wait for a key to expire."""
    without_key: Literal["", "new", "replayed"] = ""
    at_once: Described | None = None
    """A request that is carried out before it is answered."""
    derived_key_prefix: str = ""
    """How the key begins that such a request gets when it has none."""
    without_worker: Described | None = None
    """A request that nobody is there to carry out."""
    unavailable: Refusal = Refusal(status=(503,))
    invalid: tuple[Invalid, ...] = ()
    refuse_get: bool = False
    must_complete: bool = False
    """Whether an accepted request has to be completed within the polls; otherwise that is only reported."""
    first_poll_s: float = 0.7
    poll_s: float = 0.3
    polls: int = 20
    other_persona: str = ""
    identities: Apart = ""
    """What becomes of the key of somebody else; empty: a request of its own, or a conflict."""
    other_server: dict[str, str] = {}
    """Variables that make the request one to another server."""
    servers: Apart = ""
    replicas: tuple[str, ...] = ()
    """Routes to other replicas of the same server, which know the same keys."""
    effect: Described | None = None
    """Where a counter of what was carried out can be read."""
    effect_path: str = ""
    settle_s: float = 5
    """How long after an answer the counter may still move."""
