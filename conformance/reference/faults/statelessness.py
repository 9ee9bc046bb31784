"""Faults of statelessness: what an earlier request said is remembered."""

import asyncio
from typing import Any

from conformance.protocol.revisions import MODERN
from conformance.reference.asgi import App, Receive, Send
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import requests, results, wraps

META = "io.modelcontextprotocol/"
NO_CONTEXT = "stateless-no-context-from-prior-requests"

Memory = dict[str, Any]


def meta_of(request: Request) -> Message:
    meta = request.params.get("_meta")
    return meta if isinstance(meta, dict) else {}


def is_named(meta: Message) -> bool:
    """Whether this is a client with a name of its own, which the checks of this subject use."""
    info = meta.get(META + "clientInfo")
    return isinstance(info, dict) and str(info.get("name")).startswith("mcp-conformance-")


def client_of(request: Request) -> str:
    """Who asks: the address of the connection."""
    return str(request.scope.get("client"))


@fault(breaks="stateless-no-capability-inference", revisions=MODERN)
@requests(state=dict)
def capabilities_remembered_by_name(request: Request, memory: Memory) -> None:
    """A client that declared capabilities once is held to have them for ever."""
    meta = meta_of(request)
    name = str(meta.get(META + "clientInfo"))
    declared = meta.get(META + "clientCapabilities")
    if is_named(meta) and isinstance(declared, dict):
        memory[name] = {**memory.get(name, {}), **declared}
        meta[META + "clientCapabilities"] = memory[name]


@fault(breaks="stateless-no-capability-inference", revisions=MODERN)
@requests(state=dict)
def capabilities_remembered_for_all(request: Request, memory: Memory) -> None:
    """What any client has declared once is held for declared by all of them."""
    meta = meta_of(request)
    declared = meta.get(META + "clientCapabilities")
    if isinstance(declared, dict):
        memory["all"] = {**memory.get("all", {}), **declared}
        meta[META + "clientCapabilities"] = memory["all"]


@fault(breaks=NO_CONTEXT, revisions=MODERN)
@requests(state=dict)
def capabilities_remembered_by_connection(request: Request, memory: Memory) -> None:
    """A client with a name of its own may leave its capabilities out once it has declared them on a connection."""
    meta = meta_of(request)
    key = META + "clientCapabilities"
    if not is_named(meta):
        return
    if key in meta:
        memory[client_of(request)] = meta[key]
    elif client_of(request) in memory:
        meta[key] = memory[client_of(request)]


@fault(breaks=NO_CONTEXT, revisions=MODERN)
@results("server/discover", state=dict)
def discovery_follows_the_first_version(result: Message, request: Request, memory: Memory) -> None:
    """Instructions depend on whether the connection has been used before."""
    memory[client_of(request)] = memory.get(client_of(request), 0) + 1
    if memory[client_of(request)] > 1 and is_named(meta_of(request)):
        result["instructions"] = "Welcome back."


@fault(breaks="stateless-no-connection-affinity", revisions=MODERN)
@requests(state=dict)
def cursor_bound_to_connection(request: Request, memory: Memory) -> Response | None:
    """A cursor can be used only over the connection that it was given on."""
    if not str(request.rpc_method).endswith("/list"):
        return None
    known = memory.setdefault(client_of(request), [])
    known.append(request.rpc_method)
    if "cursor" in request.params and len(known) == 1:
        return Response.of_error(request, -32602, "Unknown cursor", status=200)
    return None


@fault(breaks="stateless-multi-conversation-ready", revisions=MODERN)
@wraps("server/discover", state=dict)
async def one_conversation_at_a_time(
    request: Request, app: App, receive: Receive, send: Send, memory: Memory
) -> None:
    """A request is refused while another one is being served."""
    if memory.get("busy"):
        await Response.of_error(request, -32603, "Busy", status=200).send_to(send)
        return
    memory["busy"] = True
    await asyncio.sleep(0.2)
    try:
        await request.pass_on(app, receive, send)
    finally:
        memory["busy"] = False
