"""Rate limits that are not as promised."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour, whole_seconds
from conformance.reference.contracts.emcp.calls import Call
from conformance.reference.exchange import Response


def _rate(behaviour: EmcpBehaviour, **changes: Any) -> EmcpBehaviour:
    return replace(behaviour, rate=replace(behaviour.rate, **changes))


def _says(behaviour: EmcpBehaviour, said: Callable[[float], str | None]) -> EmcpBehaviour:
    return _rate(behaviour, retry_after=said)


@contract_fault("emcp", breaks="rate-limit-enforced")
def no_limit_at_all(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """No request is ever refused for its rate."""
    return _rate(behaviour, enabled=False)


@contract_fault("emcp", breaks="rate-limit-refusal")
def refused_with_another_code(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal for the rate has another error code."""
    return _rate(behaviour, refusal=(429, "too_many_requests"))


@contract_fault("emcp", breaks="rate-limit-refusal")
def refused_as_forbidden(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal for the rate is a 403."""
    return _rate(behaviour, refusal=(403, "rate_limited"))


@contract_fault("emcp", breaks="rate-limit-refusal")
def refused_as_bad_request(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal for the rate is a 400."""
    return _rate(behaviour, refusal=(400, "rate_limited"))


@contract_fault("emcp", breaks="rate-limit-refusal")
def refused_as_unavailable(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal for the rate is a 503."""
    return _rate(behaviour, refusal=(503, "rate_limited"))


@contract_fault("emcp", breaks="rate-refusal-body")
def refused_with_a_page(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A proxy limits in front of the application, and answers with a page."""

    def edit(call: Call, response: Response) -> Response:
        if response.status == 429:
            response.body = b"<html><body><h1>429 Too Many Requests</h1></body></html>"
            response.headers["content-type"] = "text/html"
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_fault("emcp", breaks="rate-refusal-body")
def refused_without_trace_id(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal for the rate comes without the header that carries the trace id."""

    def edit(call: Call, response: Response) -> Response:
        if response.status == 429:
            response.headers.remove("x-trace-id")
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_fault("emcp", breaks="rate-limit-not-early")
def one_request_too_few(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The last request within the limit is refused."""
    return _rate(behaviour, limit=lambda per_minute: per_minute - 1 if per_minute == 30 else per_minute)


@contract_fault("emcp", breaks="rate-limit-not-early")
def half_the_limit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Half of the documented requests are served."""
    return _rate(behaviour, limit=lambda per_minute: per_minute // 2 if per_minute == 30 else per_minute)


@contract_fault("emcp", breaks="rate-limit-not-late")
def one_request_too_many(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The first request over the limit is served."""
    return _rate(behaviour, limit=lambda per_minute: per_minute + 1 if per_minute == 30 else per_minute)


@contract_fault("emcp", breaks="rate-limit-not-late")
def twice_the_limit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Twice as many requests as documented are served."""
    return _rate(behaviour, limit=lambda per_minute: per_minute * 2 if per_minute == 30 else per_minute)


@contract_fault("emcp", breaks="rate-limit-holds")
def every_other_request_leaks(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Over the limit every other request is served."""
    return _rate(behaviour, lets_through=lambda over: over <= 0 or over % 2 == 0)


@contract_fault("emcp", breaks="rate-window-resets")
def next_window_is_half(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """After a window that was exceeded a bucket holds half as much."""
    return _rate(behaviour, punishes=True)


@contract_fault("emcp", breaks="rate-retry-after-present")
def no_retry_after(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal comes without Retry-After."""
    return _says(behaviour, lambda left_s: None)


@contract_fault("emcp", breaks="rate-retry-after-form")
def retry_after_soon(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After is a word."""
    return _says(behaviour, lambda left_s: "soon")


@contract_fault("emcp", breaks="rate-retry-after-form")
def retry_after_with_a_fraction(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After has a fraction."""
    return _says(behaviour, lambda left_s: f"{left_s:.3f}")


@contract_fault("emcp", breaks="rate-retry-after-form")
def retry_after_with_a_unit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After has a unit."""
    return _says(behaviour, lambda left_s: f"{math.ceil(left_s)}s")


@contract_fault("emcp", breaks="rate-retry-after-form")
def retry_after_as_timestamp(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After is a time in the form of RFC 3339."""
    return _says(behaviour, lambda left_s: "2030-01-01T00:00:00Z")


@contract_fault("emcp", breaks="rate-retry-after-positive")
def retry_after_zero(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After is always 0."""
    return _says(behaviour, lambda left_s: "0")


@contract_fault("emcp", breaks="rate-retry-after-within-window")
def retry_after_an_hour(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After is an hour."""
    return _says(behaviour, lambda left_s: "3600")


@contract_fault("emcp", breaks="rate-retry-after-within-window")
def retry_after_in_milliseconds(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After counts milliseconds."""
    return _says(behaviour, lambda left_s: str(max(100, math.ceil(left_s * 1000))))


@contract_fault("emcp", breaks="rate-retry-after-not-rising")
def retry_after_rises(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Retry-After grows with each refused request."""
    counted = iter(range(1_000_000))
    return _says(behaviour, lambda left_s: str(1 + next(counted) % 4 // 2))


@contract_fault("emcp", breaks="rate-retry-after-true")
def window_longer_than_said(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The window is three times as long as Retry-After says."""
    return _rate(behaviour, window_s=180, headers=False, retry_after=lambda left_s: whole_seconds(left_s / 3))


@contract_fault("emcp", breaks="rate-retry-after-true")
def window_never_resets(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """What is full stays full."""
    return _rate(behaviour, window_s=6000, headers=False, retry_after=lambda left_s: "1")


@contract_fault("emcp", breaks="rate-identities-apart")
def one_bucket_for_everybody(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """All identities are counted together."""
    return _rate(behaviour, bucket=lambda call: f"{call.server}|{call.method}")


@contract_fault("emcp", breaks="rate-methods-apart")
def one_bucket_for_all_methods(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """All methods are counted together."""
    return _rate(behaviour, bucket=lambda call: f"{call.server}|{call.identity}")


def _beside_narrow(call: Call) -> str:
    return call.server if call.server == "narrow" else "any"


@contract_fault("emcp", breaks="rate-servers-apart")
def one_bucket_for_all_servers(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """What one server has counted is held against the limit of the others, which is the same for all."""
    return _rate(
        behaviour,
        bucket=lambda call: f"{_beside_narrow(call)}|{call.method}|{call.identity}",
        limit=lambda per_minute: per_minute if per_minute in (0, 6) else 30,
    )


@contract_fault("emcp", breaks="rate-limit-per-server")
def own_limit_of_a_server_ignored(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A server with a limit of its own has the usual one."""
    return _rate(behaviour, limit=lambda per_minute: 60 if per_minute == 6 else per_minute)


@contract_fault("emcp", breaks="rate-shared-routes")
def dispatch_has_its_own_bucket(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Dispatched calls are counted apart."""
    known = behaviour.rate.bucket
    return _rate(behaviour, bucket=lambda call: f"{known(call)}|{call.dispatched}")


@contract_fault("emcp", breaks="rate-shared-replicas")
def each_replica_counts_for_itself(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A second replica knows nothing of what the first one has counted."""
    return _rate(behaviour, shared_by_replicas=False)


@contract_fault("emcp", breaks="rate-refused-credentials-free")
def refused_credentials_are_counted(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Requests without valid credentials use up the limit of everybody."""
    return _rate(behaviour, counts_refused_credentials=True)


@contract_fault("emcp", breaks="rate-limit-off")
def limit_that_is_off_is_the_usual_one(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A limit of 0 is taken for the usual one."""
    return _rate(behaviour, limit=lambda per_minute: per_minute or 30)


@contract_fault("emcp", breaks="rate-headers-present")
def remaining_more_than_the_limit(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """X-RateLimit-Remaining is larger than X-RateLimit-Limit until nothing remains."""
    return _rate(behaviour, remaining=lambda remaining: remaining + 1000 if remaining > 0 else 0)


@contract_fault("emcp", breaks="rate-headers-fall")
def remaining_stands_still(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """X-RateLimit-Remaining does not move until nothing remains."""
    return _rate(behaviour, remaining=lambda remaining: 1 if remaining > 0 else 0)


@contract_fault("emcp", breaks="rate-headers-at-refusal")
def something_remains_in_a_refusal(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A refusal says that one request remains."""
    return _rate(behaviour, remaining=lambda remaining: max(1, remaining + 1))
