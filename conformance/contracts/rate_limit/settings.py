"""The section `[rate_limit]` of a profile: which requests are counted together, and how many of them a window holds."""

from typing import Literal

from msgspec import Struct

from conformance.contracts.described import Described
from conformance.contracts.refusals import Refusal


class OtherLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request whose bucket has a limit of its own, which is another one than that of `request`."""

    request: Described
    limit: int


class LimitHeaders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names of the headers that tell what is left. Not `promised`: they are judged where they come."""

    promised: bool = True
    limit: str = "X-RateLimit-Limit"
    remaining: str = "X-RateLimit-Remaining"
    reset: str = "X-RateLimit-Reset"
    reset_form: Literal["unix", "delta"] = "unix"
    """Whether the reset is a time, in seconds since 1970, or a number of seconds from now."""
    skew_s: float = 5
    """How far the clocks may be apart, in real seconds."""


class RateLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is promised about requests that come too fast. Everything that is left out is not promised, or not known:
    then the rules that need it are not judged."""

    window_s: float
    request: Described = Described()
    """The request that bursts are made of: harmless, and best as a persona that nobody else uses."""
    limit: int | None = None
    """Requests in a window; without it, only what can be said about any limit is judged."""
    algorithm: Literal["", "fixed", "sliding", "refilled"] = ""
    """`fixed`: a window is over at once; `sliding`: each request leaves it by itself; `refilled`: a bucket that fills
    all the time. Unknown: whatever any of them would let through is accepted."""
    required: bool = False
    """Whether a limit has to show itself within `probe_max` requests, although its size is not known."""
    probe_max: int = 100
    """The most requests that one burst may have."""
    parallel: int = 4
    refusal: Refusal = Refusal(status=(429,))
    retry_after: bool = True
    """Whether a refusal has to tell when to come back."""
    retry_after_forms: tuple[Literal["seconds", "date"], ...] = ("seconds", "date")
    retry_after_min_s: float = 1
    """In real seconds, as the header itself."""
    retry_after_max_s: float | None = None
    """The longest wait that may be asked for; without it, one window."""
    retry_after_slack_s: float = 1
    """How much later than promised the next request may have to come, in real seconds."""
    other_persona: str = ""
    """Another identity, with a bucket of its own."""
    other_method: Described | None = None
    """Another method with a bucket of its own."""
    other_server: dict[str, str] = {}
    """Variables that make the request one to another server, with a bucket of its own."""
    other_limits: tuple[OtherLimit, ...] = ()
    shared_routes: tuple[Described, ...] = ()
    """Requests that are counted in the same bucket."""
    replicas: tuple[str, ...] = ()
    """Routes to other replicas of the same server, which count in the same bucket."""
    uncounted_personas: tuple[str, ...] = ("none",)
    """Whose requests are refused before they are counted."""
    unlimited: Described | None = None
    """A request whose limit is switched off."""
    headers: LimitHeaders | None = None
