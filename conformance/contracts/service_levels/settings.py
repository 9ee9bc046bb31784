"""What a system promises about its service, in numbers."""

from typing import Any, Literal

from msgspec import Struct

from conformance.contracts.windows import Op

Measure = Literal["availability", "errors", "latency"]


class Call(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One gentle, read-only call: a JSON-RPC method, or a plain request. `counts` names what it is counted for."""

    route: str = "main"
    rpc: str = ""
    params: dict[str, Any] | None = None
    method: str = "GET"
    body: dict[str, Any] | None = None
    persona: str = "valid"
    counts: tuple[Measure, ...] = ("availability", "errors", "latency")


class Failure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as an error. No answer in time always does; a 429 is no answer to judge by.

    status     at or above this status
    rpc_error  also a JSON-RPC error, or a tool result that says so
    member     also a body in which this dotted path is there and true (`error`), or false with `member_is = false`
    """

    status: int = 500
    rpc_error: bool = False
    member: str = ""
    member_is: bool = True


class Objective(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise over metrics, broken when `op` `limit` holds for `for_s` in the window.

    of        keys of families: of a `ratio` the parts, then the whole; else one
    kind      ratio: growth by growth; quantile: of a histogram; value: a gauge, or parts of a whole; growth: of a
              counter
    severity  critical breaks a must, warning a should; anything lower is told and never gates
    """

    title: str
    of: tuple[str, ...]
    kind: Literal["ratio", "quantile", "value", "growth"] = "ratio"
    quantile: float = 0.95
    op: Op = ">"
    limit: float = 0
    severity: Literal["critical", "warning", "info"] = "warning"
    min_events: float = 20


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise that Prometheus can tell: the expression, and when each of its series breaks it."""

    title: str
    query: str
    about: str = ""
    """What it is about: where a critical limit of the same is exceeded, a warning is not told as well."""
    op: Op = ">"
    limit: float = 0
    window_s: float = 300
    step_s: float = 15
    for_s: float = 0
    severity: Literal["critical", "warning", "info"] = "warning"


class ServiceLevels(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The promises. Limits of latency are real seconds; windows follow the clock of the profile.

    calls, every_s        what is asked in turn, and how often; without calls, the one of MCP that does least
    observe_s             how long the harness looks if it is not told (--watch)
    availability          the share of calls without an error, at least
    error_rate            the share of calls with an error, below
    error_budget          the same in any window of `error_window_s`, at most
    p95_s, percentile     the latency of good answers
    min_events            below this many calls nothing is judged
    compare_s             time between two scrapes
    """

    calls: tuple[Call, ...] = ()
    every_s: float = 1
    observe_s: float = 60
    timeout_s: float = 10
    failure: Failure = Failure()
    availability: float | None = None
    error_rate: float | None = None
    error_budget: float | None = None
    error_window_s: float = 120
    failures_in_a_row: int = 0
    p95_s: float | None = None
    percentile: float = 95
    min_events: int = 20
    objectives: tuple[Objective, ...] = ()
    compare_s: float = 60
    query_route: str = ""
    query_persona: str = "none"
    queries: tuple[Query, ...] = ()
