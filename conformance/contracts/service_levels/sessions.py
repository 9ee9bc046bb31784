"""Sessions of the legacy era for the calls of a watch: servers of that era may answer nothing without one."""

from dataclasses import dataclass, field

from conformance.contracts.caller import Caller
from conformance.contracts.service_levels.settings import Call
from conformance.protocol.messages import SESSION_HEADER, VERSION_HEADER, notification
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import era_of

NOT_FOUND = 404
_VERSION_HEADER_SINCE = "2025-06-18"

Headers = dict[str, str]


@dataclass
class Sessions:
    """One session for each route and persona, opened when it is first needed."""

    caller: Caller
    _open: dict[tuple[str, str], Headers] = field(default_factory=dict)

    def headers(self, call: Call) -> Headers:
        """What a JSON-RPC request of this call carries; nothing in the modern era."""
        revision = self.caller.revision
        if not call.rpc or call.rpc == "initialize" or not revision or era_of(revision) == "modern":
            return {}
        key = (call.route, call.persona)
        if key not in self._open:
            self._open[key] = self._shake_hands(call)
        return self._open[key]

    def forget(self, call: Call) -> None:
        """The session has ended; the next call opens another one."""
        self._open.pop((call.route, call.persona), None)

    def close(self) -> None:
        for (route, persona), headers in self._open.items():
            if SESSION_HEADER in headers:
                self.caller.send(route, method="DELETE", headers=headers, persona=persona, timeout=3)

    def _shake_hands(self, call: Call) -> Headers:
        exchange = self.caller.call(
            "initialize", until=lambda one: bool(one.messages), route=call.route, persona=call.persona
        )
        reply = Reply(exchange)
        if not reply.has_result:
            return {}
        session, version = exchange.header(SESSION_HEADER), str(reply.result.get("protocolVersion"))
        headers = {SESSION_HEADER: session} if session else {}
        if version >= _VERSION_HEADER_SINCE:
            headers[VERSION_HEADER] = version
        message = notification("notifications/initialized")
        dressed = {**self.caller.mcp_headers(message), **headers}
        self.caller.send(call.route, body=message, headers=dressed, persona=call.persona)
        return headers
