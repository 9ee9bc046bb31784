"""Idempotency that is not as promised."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.protocol.messages import JsonObject
from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.emcp.behaviour import (
    EmcpBehaviour,
    Server,
    canonical,
    header_then_body,
    key_in_body,
)
from conformance.reference.contracts.emcp.calls import Call


def _dispatch(behaviour: EmcpBehaviour, **changes: Any) -> EmcpBehaviour:
    return replace(behaviour, dispatch=replace(behaviour.dispatch, **changes))


def _edited(behaviour: EmcpBehaviour, edit: Callable[[JsonObject], JsonObject]) -> EmcpBehaviour:
    return _dispatch(behaviour, edits=(*behaviour.dispatch.edits, edit))


@contract_fault("emcp", breaks="idempotency-accepted")
def keys_are_refused(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Nothing is accepted: each request is called a conflict."""

    def edit(call: Call, response: Any) -> Any:
        if call.dispatched and response.status in (200, 202):
            response.status = 409
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_fault("emcp", breaks="idempotency-accepted-form")
def task_id_is_text(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The id of a task is a text."""
    return _edited(behaviour, lambda body: body | {"task_id": str(body["task_id"])} if body["task_id"] else body)


@contract_fault("emcp", breaks="idempotency-accepted-form")
def accepted_without_its_status(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """An accepted task is called queued."""
    return _edited(behaviour, lambda body: body | {"status": "queued"} if body["status"] == "accepted" else body)


@contract_fault("emcp", breaks="idempotency-completed-form")
def result_at_once_lacks_its_status(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The result of a call that ran at once has no http_status."""

    def edit(body: JsonObject) -> JsonObject:
        if body["task_id"]:
            return body
        return body | {"result": {name: value for name, value in body["result"].items() if name != "http_status"}}

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="idempotency-reuse")
def reused_flag_missing(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A repeated request is not told to be one."""
    return _edited(behaviour, lambda body: body | {"reused": False} if body["reused"] else body)


@contract_fault("emcp", breaks="idempotency-reuse")
def repeated_request_is_a_new_task(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Keys are not looked at."""
    return _dispatch(behaviour, ttl_s=0)


@contract_fault("emcp", breaks="idempotency-reuse-over-connections")
def keys_belong_to_a_connection(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A key is known on the connection that it came by only."""

    def key(call: Call, header: str) -> str | None:
        named = header_then_body(call, header)
        return named and f"{named}@{call.peer}"

    shown = _edited(behaviour, _without_peer)
    return _dispatch(shown, key=key)


def _without_peer(body: JsonObject) -> JsonObject:
    key = body["idempotency_key"]
    return body | {"idempotency_key": key.partition("@")[0]} if isinstance(key, str) else body


@contract_fault("emcp", breaks="idempotency-shared-replicas")
def each_replica_has_its_own_keys(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A second replica knows nothing of the keys of the first one."""
    return _dispatch(behaviour, shared_by_replicas=False)


@contract_fault("emcp", breaks="idempotency-one-effect")
def each_task_runs_twice(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A task is carried out twice."""
    return _dispatch(behaviour, runs=2)


@contract_fault("emcp", breaks="idempotency-parallel")
def race_between_equal_requests(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Looking for a key and storing it are two steps."""
    return _dispatch(behaviour, atomic=False)


@contract_fault("emcp", breaks="idempotency-conflict")
def conflict_as_success(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Another payload under a known key is answered as if it was the first."""
    return _dispatch(behaviour, conflict=None)


@contract_fault("emcp", breaks="idempotency-conflict")
def completed_keys_stand_for_anything(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Once a task is completed, its result is given to any payload under its key."""
    return _dispatch(behaviour, compares_completed=False)


@contract_fault("emcp", breaks="idempotency-conflict")
def conflict_with_another_code(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A conflict has another error code."""
    return _dispatch(behaviour, conflict=(409, "conflict"))


@contract_fault("emcp", breaks="idempotency-conflict-without-effect")
def conflict_is_carried_out(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A conflict is refused, and carried out all the same."""
    return _dispatch(behaviour, conflict_runs=True)


@contract_fault("emcp", breaks="idempotency-conflict-without-effect")
def conflict_takes_the_key(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """After a conflict the key stands for the payload that was refused."""
    return _dispatch(behaviour, conflict_takes_key=True)


@contract_fault("emcp", breaks="idempotency-ignored-members")
def id_is_part_of_the_payload(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A retry with another JSON-RPC id is a conflict."""
    return _dispatch(behaviour, payload=lambda call: f"{call.rpc.get('id')}|{canonical(call)}")


@contract_fault("emcp", breaks="idempotency-ignored-members")
def session_is_part_of_the_payload(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A retry in another session is a conflict."""
    return _dispatch(behaviour, payload=lambda call: f"{call.headers.get('mcp-session-id')}|{canonical(call)}")


@contract_fault("emcp", breaks="idempotency-member-order")
def order_of_members_counts(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The payload is compared to the letter."""
    return _dispatch(behaviour, payload=lambda call: f"{json.dumps(call.params)}|{canonical(call)}")


@contract_fault("emcp", breaks="idempotency-trace-of-first")
def replay_has_a_trace_of_its_own(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The body of a replay has a trace id that no request had."""
    return _edited(behaviour, lambda body: body | {"trace_id": str(uuid4())} if body["reused"] else body)


@contract_fault("emcp", breaks="idempotency-key-in-body")
def key_in_the_body_is_ignored(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Keys are looked for in the header only."""
    return _dispatch(behaviour, key=lambda call, header: (call.headers.get(header) or "").strip() or None)


@contract_fault("emcp", breaks="idempotency-header-wins")
def key_in_the_body_wins(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Of two keys the one in the body counts."""
    return _dispatch(behaviour, key=lambda call, header: key_in_body(call) or header_then_body(call, header))


def _queue(call: Call, behaviour: EmcpBehaviour) -> str:
    return behaviour.servers.get(call.server, Server()).queue


@contract_fault("emcp", breaks="idempotency-without-key")
def requests_without_a_key_are_remembered(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Equal requests without a key are taken for one."""

    def key(call: Call, header: str) -> str | None:
        known = header_then_body(call, header)
        return known if known or _queue(call, behaviour) == "sync" else f"made:{canonical(call)}"

    return _dispatch(behaviour, key=key)


@contract_fault("emcp", breaks="idempotency-derived-key")
def derived_key_is_random(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A call that runs at once without a key gets a new one each time."""

    def key(call: Call, header: str) -> str | None:
        known = header_then_body(call, header)
        return known if known or _queue(call, behaviour) != "sync" else f"sync:{uuid4().hex}"

    return _dispatch(behaviour, key=key)


@contract_fault("emcp", breaks="idempotency-invalid-payload")
def payload_without_a_method_is_accepted(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A body without a method becomes a task."""
    return _dispatch(behaviour, need_method=False)


@contract_fault("emcp", breaks="idempotency-invalid-payload")
def broken_payload_is_a_server_error(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A body that is no JSON ends in a 500."""

    def edit(call: Call, response: Any) -> Any:
        if call.dispatched and response.status == 400 and not call.rpc:
            response.status = 500
        return response

    return replace(behaviour, edits=(*behaviour.edits, edit))


@contract_fault("emcp", breaks="idempotency-failure-keeps-no-key")
def refused_request_uses_up_its_key(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A key that came with an invalid payload is taken."""
    return _dispatch(behaviour, remembers_refused=True)


@contract_fault("emcp", breaks="idempotency-dispatch-get")
def dispatch_answers_get(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """GET on the route of dispatched calls is answered with 200."""
    return _dispatch(behaviour, answers_get=True)


@contract_fault("emcp", breaks="idempotency-unavailable")
def accepted_without_a_worker(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Calls are accepted where nobody will carry them out."""
    worker = replace(behaviour.servers["no-queue"], queue="async")
    return replace(behaviour, servers={**behaviour.servers, "no-queue": worker})


@contract_fault("emcp", breaks="idempotency-completes")
def tasks_are_never_taken(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """No worker takes a task."""
    return _dispatch(behaviour, work_s=36_000)


@contract_fault("emcp", breaks="idempotency-completes")
def completed_without_a_result(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A completed task has no result when it is replayed."""

    def edit(body: JsonObject) -> JsonObject:
        if not body["task_id"]:
            return body
        return {name: value for name, value in body.items() if name != "result"}

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="idempotency-result")
def result_of_another_toolset(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The worker runs another version of the tools."""

    def edit(body: JsonObject) -> JsonObject:
        if not body["task_id"] or "result" not in body:
            return body
        return json.loads(json.dumps(body).replace('"toolsetVersion": "1.0"', '"toolsetVersion": "0.9"'))  # type: ignore[no-any-return]

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="idempotency-replay-equal")
def each_replay_is_made_anew(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The result of a replay tells when it was read."""

    def edit(body: JsonObject) -> JsonObject:
        return body | {"result": body["result"] | {"read_at": time.time()}} if "result" in body else body

    return _edited(behaviour, edit)


@contract_fault("emcp", breaks="idempotency-kept")
def keys_are_forgotten_early(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A key is forgotten after half of its time."""
    return _dispatch(behaviour, ttl_s=30)


@contract_fault("emcp", breaks="idempotency-expiry")
def keys_are_kept_for_ever(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """A key never expires."""
    return _dispatch(behaviour, ttl_s=36_000)


@contract_fault("emcp", breaks="idempotency-identities-apart")
def keys_of_others_are_answered(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """Who knows the key of somebody else reads his result."""
    return _dispatch(behaviour, payload=lambda call: canonical(replace(call, identity="")))


@contract_fault("emcp", breaks="idempotency-servers-apart")
def keys_of_other_servers_are_answered(behaviour: EmcpBehaviour) -> EmcpBehaviour:
    """The server is no part of the payload."""
    return _dispatch(behaviour, payload=lambda call: canonical(replace(call, server="")))
