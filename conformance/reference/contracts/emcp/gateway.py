"""The eMCP API as an ASGI application: routes, gates, and what lies behind them."""

import json
import re
import uuid
from functools import reduce
from typing import Any

from conformance.reference.asgi import App, Receive, Scope, Send
from conformance.reference.contracts.emcp.behaviour import EmcpBehaviour
from conformance.reference.contracts.emcp.calls import Call, Refused
from conformance.reference.contracts.emcp.dispatch import Dispatcher
from conformance.reference.contracts.emcp.gates import GATES, Door
from conformance.reference.contracts.emcp.kernel import UNREADABLE, answer
from conformance.reference.contracts.emcp.state import State
from conformance.reference.contracts.emcp.streams import Stream
from conformance.reference.exchange import Request, Response

_ROUTE = re.compile(r"(?P<replica>/replica)?(?P<base>/api/v1/mcp|/emcp)/(?P<server>[^/]+)(?P<dispatch>/dispatch)?/?")
_COUNTERS = "/counters"


def create(behaviour: EmcpBehaviour) -> App:
    """The API under `/api/v1/mcp`, the manager's under `/emcp`, a second replica of both under `/replica`, and
    `/counters`, which tells what calls have caused."""
    state = State()
    replicas = {False: Gateway(behaviour, state, replica=False), True: Gateway(behaviour, state, replica=True)}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await Request.read(scope, receive)
        route = _ROUTE.fullmatch(scope["path"])
        if scope["path"] == _COUNTERS:
            await Response.of_json({"tasks": state.replicas[0].tasks(), "streams": state.streams}).send_to(send)
        elif route is not None and route["dispatch"] and request.method == "GET" and behaviour.dispatch.answers_get:
            await Response.of_json({"tasks": []}).send_to(send)
        elif route is None or not _served(route, request):
            await _not_found().send_to(send)
        else:
            await replicas[bool(route["replica"])].serve(_call(route, request, behaviour), receive, send)

    return app


def _served(route: "re.Match[str]", request: Request) -> bool:
    return request.method == "POST" or (request.method == "GET" and not route["dispatch"])


def _not_found() -> Response:
    return Response.of_json({"success": False, "message": "Not found.", "object": {}, "code": 404}, 404)


def _call(route: "re.Match[str]", request: Request, behaviour: EmcpBehaviour) -> Call:
    return Call(
        http_method=request.method,
        headers=request.headers,
        body=request.body,
        server=route["server"],
        message=_parsed(request.body),
        trace_id=(request.headers.get(behaviour.trace_header) or "").strip() or behaviour.new_trace_id(),
        dispatched=bool(route["dispatch"]),
        managed=route["base"] == "/emcp",
        peer=tuple(request.scope.get("client") or ("", 0)),
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return UNREADABLE


class Gateway:
    """One replica."""

    def __init__(self, behaviour: EmcpBehaviour, state: State, *, replica: bool) -> None:
        self._behaviour = behaviour
        self._streams = state.streams
        shared = state.replicas[replica]
        alone = state.alone if replica else shared
        self._door = Door(behaviour, shared if behaviour.rate.shared_by_replicas else alone)
        self._dispatch = Dispatcher(behaviour, shared if behaviour.dispatch.shared_by_replicas else alone)

    async def serve(self, call: Call, receive: Receive, send: Send) -> None:
        try:
            call = self._through(call)
            if self._is_stream(call):
                await Stream(call, self._behaviour, self._streams).run(receive, send)
                return
            response = await self._dispatch(call) if call.dispatched else self._answer(call)
        except Refused as refused:
            if call.dispatched:
                self._dispatch.remember_refused(call)
            response = refused.response(call.trace_id)
        await self._finished(call, response).send_to(send)

    def _through(self, call: Call) -> Call:
        behaviour = self._behaviour
        for name in (*behaviour.gates, *(behaviour.dispatch_checks if call.dispatched else behaviour.checks)):
            call = GATES[name](call, self._door)
        return call

    def _is_stream(self, call: Call) -> bool:
        streaming = self._behaviour.streaming
        if call.tool != streaming.tool or (call.dispatched and not streaming.in_dispatch):
            return False
        if not self._behaviour.servers[call.server].streams and not streaming.allowed_everywhere:
            raise Refused(403, "streaming_disabled", "This server does not stream.")
        return True

    def _answer(self, call: Call) -> Response:
        made = answer(call.message, self._behaviour, call.headers.get("mcp-protocol-version"))
        if made is None:
            return Response(202)
        response = Response.of_json(made)
        if len(response.body or b"") > self._behaviour.max_result:
            raise Refused(413, "result_too_large", "The result is too large.")
        if call.method == "initialize" and isinstance(made, dict) and "result" in made:
            response.headers["mcp-session-id"] = str(uuid.uuid4())
        return response

    def _finished(self, call: Call, response: Response) -> Response:
        if self._behaviour.trace_header:
            response.headers[self._behaviour.trace_header] = call.trace_id
        for name, value in call.told:
            response.headers[name] = value
        return reduce(lambda made, edit: edit(call, made), self._behaviour.edits, response)
