"""The section `[streaming]` of a profile: which requests are answered with a stream, and what is promised about it."""

from typing import Literal

from msgspec import Struct

from conformance.contracts.described import Described
from conformance.contracts.refusals import Refusal

HeartbeatForm = Literal["bytes", "comment", "event", "message"]


class Abort(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it can be seen whether work goes on: a number at a dotted path. A `gauge` tells how many streams are worked
    for, a `counter` how much was done."""

    request: Described
    path: str
    kind: Literal["gauge", "counter"] = "gauge"
    within_s: float = 2


class Streaming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is promised about streams. What is left out is not promised; the rules that need it are not judged."""

    request: Described | None = None
    """A call that streams some messages and ends by itself."""
    idle: Described | None = None
    """A call whose stream stays open, without messages, for some heartbeats at least."""
    endless: Described | None = None
    """A call whose stream is ended by the server only."""
    disabled: Described | None = None
    """A call of a streaming tool where streaming is switched off."""
    dispatched: Described | None = None
    """A call of a streaming tool by a route that does not stream."""
    refusal: Refusal = Refusal(status=(403,))
    headers: dict[str, tuple[str, ...]] = {}
    """Headers of a stream, with words that their values have to have."""
    heartbeat_header: str = ""
    max_header: str = ""
    """Headers that tell `heartbeat_s` and `max_s`."""
    heartbeat_s: float | None = None
    heartbeat_forms: tuple[HeartbeatForm, ...] = ("bytes",)
    """What counts as a sign of life: any bytes, a comment, an event of another name, or a message."""
    heartbeats: int = 3
    """How many are waited for."""
    max_s: float | None = None
    stop_grace_s: float = 5
    tolerance_s: float = 2
    """What the network and the machine may add to each promise, in real seconds; at least 20 % of it."""
    first_event_share: float = 0.5
    """The first event comes before this share of the time that the whole stream takes."""
    longest_wait_s: float = 300
    """Real seconds that a check may watch one stream."""
    json_rpc: bool = True
    """Whether events carry JSON-RPC messages, the last one the answer to the request."""
    abort: Abort | None = None
