"""Sends requests to the routes of a profile, as one of its personas."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.expect import describe
from conformance.checks.outcomes import not_testable, violation
from conformance.contracts import personas
from conformance.contracts.paths import at_path, with_path
from conformance.contracts.profiles.model import Profile
from conformance.protocol.legacy import initialize_params
from conformance.protocol.messages import POST_HEADERS, JsonObject, fresh_id
from conformance.protocol.modern import ModernDialect
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import LEGACY, era_of
from conformance.wire.channel import Channel, Context
from conformance.wire.exchange import Exchange, NotJson, parse_json
from conformance.wire.http import Pending, Until, join_url
from conformance.wire.pacing import RetryBudget

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Caller:
    """`revision` is the newest one that the target speaks, "" for a target that does not speak MCP; `token` is the
    credential of the run."""

    profile: Profile
    channel: Channel
    revision: str = ""
    token: str | None = field(default=None, repr=False)

    def url(self, route: str = "main", variables: Mapping[str, str] = {}) -> str:
        """The URL of a route; *not testable* when the profile has none of that name, or nothing to fill it with."""
        template = self.profile.routes.get(route, "{target}" if route == "main" else "")
        if not template:
            not_testable(f"no route {route}; name it under [routes] in the profile {self.profile.name}")
        known = {**self._places(), **self.profile.variables, **variables}

        def fill(match: re.Match[str]) -> str:
            value = known.get(match[1])
            return value or not_testable(f"the route {route} needs {match[1]}; give it under [variables]")

        filled = _PLACEHOLDER.sub(fill, _PLACEHOLDER.sub(fill, template))
        joined = filled if "://" in filled else join_url(self.channel.url, filled)
        return joined or not_testable(f"the route {route} is no URL: {filled!r}")

    def need_elsewhere(self, route: str, usual: Mapping[str, str], variables: Mapping[str, str], key: str) -> None:
        """*Not testable* unless the variables, which `key` of the profile gives, lead the route to another URL."""
        if self.url(route, variables) == self.url(route, usual):
            names = " or ".join(f"{{{name}}}" for name in variables)
            not_testable(f"with {key} the route {route} is the same; write it with {names} under [routes]")

    def _places(self) -> dict[str, str]:
        if not self.channel.url:
            return {}
        parts = urlsplit(self.channel.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        return {
            "target": self.channel.url.rstrip("/"),
            "origin": origin,
            "parent": origin + parts.path.rstrip("/").rpartition("/")[0],
        }

    def has(self, persona: str) -> bool:
        """Whether a persona is configured, or can be derived."""
        return personas.is_known(persona, self.profile)

    def send(
        self,
        route: str = "main",
        *,
        method: str = "POST",
        body: bytes | Mapping[str, Any] | list[Any] | None = None,
        headers: Mapping[str, str | None] = {},
        persona: str = personas.VALID,
        variables: Mapping[str, str] = {},
        timeout: float | None = None,
        until: Until | None = None,
        wait_for_limits: bool = True,
    ) -> Exchange:
        """Send and read the answer. A body that is not bytes goes as JSON; a 429 is waited out unless it is wanted."""
        channel = self.channel if wait_for_limits else replace(self.channel, retries=RetryBudget(0.0))
        head, data = self.dressed(method, body, headers, persona)
        url = self.url(route, variables)
        return channel.send(method, head, data, url=url, until=until, timeout=timeout, context=Context(probe=True))

    def open(
        self,
        route: str = "main",
        *,
        method: str = "POST",
        body: bytes | Mapping[str, Any] | list[Any] | None = None,
        headers: Mapping[str, str | None] = {},
        persona: str = personas.VALID,
        variables: Mapping[str, str] = {},
        timeout: float | None = None,
    ) -> Pending:
        """Start an exchange whose answer is read in the background. Close it in the end."""
        head, data = self.dressed(method, body, headers, persona)
        url = self.url(route, variables)
        return self.channel.open(method, head, data, url=url, timeout=timeout, context=Context(probe=True))

    def call(
        self,
        rpc_method: str,
        params: Mapping[str, Any] | None = None,
        *,
        id: Any = None,
        headers: Mapping[str, str | None] = {},
        **options: Any,
    ) -> Exchange:
        """A JSON-RPC request with the headers of the revision that the target speaks; `options` are those of `send`."""
        message = self.message(rpc_method, params, id=id)
        return self.send(body=message, headers={**self.mcp_headers(message), **headers}, **options)

    def message(self, rpc_method: str, params: Mapping[str, Any] | None = None, *, id: Any = None) -> JsonObject:
        """A JSON-RPC request, in the modern era with its metadata."""
        message: JsonObject = {"jsonrpc": "2.0", "id": fresh_id() if id is None else id, "method": rpc_method}
        if rpc_method == "initialize" and not params:
            params = initialize_params(self.revision if self.revision in LEGACY else LEGACY[-1])
        if params is not None:
            message["params"] = dict(params)
        return self._modern.dress(message) if self._modern and rpc_method != "initialize" else message

    def mcp_headers(self, message: Mapping[str, Any]) -> dict[str, Any]:
        modern = self._modern if message.get("method") != "initialize" else None
        return {**POST_HEADERS, **(modern.headers(message) if modern else {})}

    @property
    def _modern(self) -> ModernDialect | None:
        return ModernDialect(self.revision) if self.revision and era_of(self.revision) == "modern" else None

    @property
    def probe_method(self) -> str:
        """What the harmless request asks for, where it has no body of its own."""
        return self.profile.probe.method or ("server/discover" if self._modern else "initialize")

    def probe(self, **options: Any) -> Exchange:
        """The harmless request of the profile, by which its gates are judged; `options` are those of `send`."""
        chosen = self.profile.probe
        headers = {**chosen.headers, **options.pop("headers", {})}
        if chosen.body is not None:
            return self.send(body=chosen.body, headers=headers, **options)
        return self.call(self.probe_method, chosen.params or None, headers=headers, **options)

    def dressed(
        self, method: str, body: Any, headers: Mapping[str, str | None], persona: str
    ) -> tuple[dict[str, Any], bytes]:
        """Headers, by name in lower case, and body as they go out; a header of None takes out that of the channel."""
        if not self.channel.url:
            not_testable("no target is given; name it with --target=URL")
        token = personas.token_of(persona, self.profile, self.token)
        if token:
            self.channel.redactor.learn(token)
        path = self.profile.credential.body
        if path and isinstance(body, Mapping) and isinstance(at_path(body, path.rpartition(".")[0]), Mapping):
            body = with_path(body, path, token)
        shown = personas.headers_of(persona, self.profile, token)
        content = {} if body is None else POST_HEADERS
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return {name.lower(): value for part in (content, shown, headers) for name, value in part.items()}, data

    def json(self, exchange: Exchange) -> Any:
        """The JSON value in an answer: its body, or the JSON-RPC response of its event stream."""
        if exchange.is_stream:
            return Reply(exchange).response
        try:
            return parse_json(exchange.body)
        except NotJson as problem:
            violation(f"a JSON body ({problem})", describe(Reply(exchange)), Reply(exchange))


