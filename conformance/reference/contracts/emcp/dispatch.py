"""Dispatched calls: accepted under an idempotency key, run by a worker, read by sending them again."""

import asyncio
import json
import uuid
from functools import reduce
from hashlib import sha1, sha256
from typing import Any

from conformance.protocol.messages import JsonObject
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call, Refused
from conformance.reference.contracts.emcp.kernel import answer
from conformance.reference.contracts.emcp.state import Known, Store
from conformance.reference.exchange import Response

_RACE_S = 0.05


class Dispatcher:
    """Accepts calls for one gateway. Tasks run in the background, and are forgotten with the gateway."""

    def __init__(self, behaviour: EmcpBehaviour, store: Store) -> None:
        self._behaviour = behaviour
        self._store = store
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, call: Call) -> Response:
        settings = self._behaviour.dispatch
        key, payload = settings.key(call, settings.header), _hash(settings.payload(call))
        queue = self._behaviour.servers[call.server].queue
        if queue == "none":
            raise Refused(503, "async_unavailable", "No worker is there to take this.")
        if key is None and queue == "sync":
            key = f"sync:{sha1(payload.encode()).hexdigest()}"
        if settings.atomic:
            with self._store.transaction():
                return self._accept(call, key, payload, self._known(key))
        known = self._known(key)
        await asyncio.sleep(_RACE_S)
        return self._accept(call, key, payload, known)

    def remember_refused(self, call: Call) -> None:
        """What a careless server does: a key is used up by a call that came to nothing."""
        settings = self._behaviour.dispatch
        key = settings.key(call, settings.header)
        if settings.remembers_refused and key is not None and self._known(key) is None:
            self._remember(call, key, "refused", 0, None)

    def _known(self, key: str | None) -> Known | None:
        return self._store.known(key) if key is not None else None

    def _accept(self, call: Call, key: str | None, payload: str, known: Known | None) -> Response:
        if known is None:
            return self._first(call, key, payload)
        if known.payload != payload and (known.result is None or self._behaviour.dispatch.compares_completed):
            self._conflict(call, key, payload)
        return self._replay(call, key, known)

    def _first(self, call: Call, key: str | None, payload: str) -> Response:
        synchronous = self._behaviour.servers[call.server].queue == "sync"
        task_id = self._store.new_task()
        result = self._run(call) if synchronous else None
        self._remember(call, key, payload, 0 if synchronous else task_id, result)
        if synchronous:
            self._store.ran(task_id, result)
            return self._body(200, "completed", None, call.trace_id, key, False, result)
        self._start(call, task_id)
        return self._body(202, "accepted", task_id, call.trace_id, key, False)

    def _remember(self, call: Call, key: str | None, payload: str, task_id: int, result: str | None) -> None:
        if key is not None:
            ttl_s = self._behaviour.seconds(self._behaviour.dispatch.ttl_s)
            self._store.remember(key, payload, call.trace_id, ttl_s, task_id, result)

    def _conflict(self, call: Call, key: str | None, payload: str) -> None:
        settings = self._behaviour.dispatch
        if settings.conflict_takes_key:
            self._remember(call, key, payload, self._store.new_task(), None)
        if settings.conflict_runs:
            self._start(call, self._store.new_task())
        if settings.conflict is not None:
            status, code = settings.conflict
            raise Refused(status, code, "This key was used with another payload.")

    def _replay(self, call: Call, key: str | None, known: Known) -> Response:
        if known.result is None:
            status = self._behaviour.dispatch.replayed_status
            return self._body(status, "accepted", known.task_id, known.trace_id, key, True)
        return self._body(200, "completed", known.task_id, known.trace_id, key, True, known.result)

    def _body(
        self, status: int, state: str, task_id: int | None, trace_id: str, key: str | None, reused: bool,
        result: str | None = None,
    ) -> Response:  # fmt: skip
        body: JsonObject = {
            "status": state, "task_id": task_id, "trace_id": trace_id, "idempotency_key": key, "reused": reused,
        }  # fmt: skip
        if result is not None:
            body["result"] = json.loads(result)
        return Response.of_json(reduce(lambda made, edit: edit(made), self._behaviour.dispatch.edits, body), status)

    def _start(self, call: Call, task_id: int) -> None:
        for _ in range(self._behaviour.dispatch.runs):
            task = asyncio.create_task(self._work(call, task_id))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _work(self, call: Call, task_id: int) -> None:
        await asyncio.sleep(self._behaviour.seconds(self._behaviour.dispatch.work_s))
        self._store.ran(task_id, None if self._streams(call) else self._run(call))

    def _streams(self, call: Call) -> bool:
        """A worker has nobody to stream to."""
        return call.tool == self._behaviour.streaming.tool

    def _run(self, call: Call) -> str:
        request = {"jsonrpc": "2.0", "id": call.rpc.get("id") or 1, "method": call.method, "params": dict(call.params)}
        made: Any = answer(request, self._behaviour)
        session = call.headers.get("mcp-session-id") or str(uuid.uuid4())
        return json.dumps({"http_status": 200, "session_id": session, "trace_id": call.trace_id, "response": made})


def _hash(payload: str) -> str:
    return sha256(payload.encode()).hexdigest()
