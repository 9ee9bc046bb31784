"""Prepares a workload: what discovery found, and what a profile describes, as requests that are ready to be sent."""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from conformance import __version__
from conformance.load.engine.template import FIRST_ID
from conformance.load.results.model import Scenario, Target
from conformance.load.workload import Prepared, Trusting, Workload
from conformance.protocol.legacy import LegacyDialect, initialize_params
from conformance.protocol.messages import POST_HEADERS, JsonObject, encode, notification, request
from conformance.protocol.modern import ModernDialect, param_headers
from conformance.protocol.peer import Dialect, call_params
from conformance.protocol.revisions import REVISIONS
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface, TargetProfile
from conformance.target.roles import callable_tools

MOST_READS = 20
RAW = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
SUBSCRIPTIONS = "subscriptions/listen"
WATCHED = ("toolsListChanged", "promptsListChanged", "resourcesListChanged")


def headers_of(config: RunConfig) -> dict[str, str]:
    """What goes with every request of a run, whatever the identity."""
    return {"user-agent": f"mcp-conformance/{__version__} (load)", **dict(config.headers)}


def identity(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def trusting(config: RunConfig) -> Trusting:
    paths = {key: getattr(config, key) for key in ("ca_bundle", "client_cert", "client_key")}
    return Trusting(**{key: str(path) for key, path in paths.items() if path}, insecure=config.insecure)


def of_target(config: RunConfig, profile: TargetProfile, scenario: Scenario, tools: tuple[str, ...] = ()) -> Workload:
    """What users of a scenario say to this target, under the newest revision that it speaks.

    `tools` are the only ones to call, if given. Raises `ConfigError` when the scenario has nothing to do here.
    """
    surface = profile.surfaces[max(profile.surfaces, key=REVISIONS.index)]
    maker = _Maker(surface, config)
    requests = {
        "initialize": tuple(maker.initialize()),
        "initialized": tuple(maker.initialized()),
        "discover": tuple(maker.discover()),
        "end": tuple(maker.end()),
        "list": tuple(maker.lists()),
        "call": tuple(maker.calls(tools)),
        "read": tuple(maker.reads()),
        "listen": tuple(maker.listen()),
    }
    _check(scenario, requests, surface, tools)
    return Workload(
        scenario=scenario,
        url=profile.url,
        target=_target(config, profile.url, surface),
        legacy=surface.era == "legacy",
        headers=headers_of(config),
        identities=(identity(config.token),),
        requests={name: group for name, group in requests.items() if group},
        trust=trusting(config),
        timeout=config.timeout,
        connect_timeout=config.connect_timeout,
        secrets=tuple(config.secrets),
    )


def of_raw(config: RunConfig, body: str = RAW) -> Workload:
    """One request, without discovery: the target only has to answer it with a JSON-RPC response of the same id."""
    raw = Prepared(name="raw", headers=dict(POST_HEADERS), body=body, id=json.loads(body).get("id"))
    return Workload(
        scenario="raw",
        url=config.url,
        target=Target(url=config.redactor.text(config.url), server="", version="", revision=""),
        legacy=True,
        headers=headers_of(config),
        identities=(identity(config.token),),
        requests={"raw": (raw,)},
        trust=trusting(config),
        timeout=config.timeout,
        connect_timeout=config.connect_timeout,
        secrets=tuple(config.secrets),
    )


def _target(config: RunConfig, url: str, surface: Surface) -> Target:
    told = {key: str(surface.server_info.get(key, "")) for key in ("name", "version")}
    return Target(
        url=config.redactor.text(url), server=told["name"], version=told["version"], revision=surface.revision
    )


def _check(
    scenario: Scenario, requests: Mapping[str, tuple[Prepared, ...]], surface: Surface, tools: tuple[str, ...]
) -> None:
    """Whether the scenario has something to say. An agent calls and reads what there is."""
    if scenario == "tool-caller" and not requests["call"]:
        named = f"--tool: none of {', '.join(tools)} can be called; " if tools else ""
        raise ConfigError(
            f"{named}tool-caller: the target has no tool that may be called and that arguments can be made for; see "
            "`mcp-conformance discover`, give arguments under [arguments], or use --allow-writes"
        )
    if scenario == "discovery" and not requests["list"]:
        raise ConfigError("discovery: the target declares neither tools nor resources nor prompts")
    if scenario == "stream-holder" and not requests["listen"]:
        raise ConfigError(f"stream-holder: {surface.revision} of this target has nothing to listen to")


class _Maker:
    """Requests of one revision. The id of each is `FIRST_ID`, which the engine replaces."""

    def __init__(self, surface: Surface, config: RunConfig) -> None:
        self._surface = surface
        self._config = config
        modern = surface.era == "modern"
        self._dialect: Dialect = ModernDialect(surface.revision) if modern else LegacyDialect(surface.revision)

    def initialize(self) -> Iterator[Prepared]:
        if self._surface.era == "legacy":
            yield self._request("initialize", initialize_params(self._surface.revision))

    def initialized(self) -> Iterator[Prepared]:
        if self._surface.era == "legacy":
            body = notification("notifications/initialized")
            yield self._prepared("notifications/initialized", body, answer="accepted")

    def end(self) -> Iterator[Prepared]:
        if self._surface.era == "legacy":
            yield Prepared(name="DELETE", verb="DELETE", answer="ended")

    def discover(self) -> Iterator[Prepared]:
        if self._surface.era == "modern":
            yield self._request("server/discover")

    def lists(self) -> Iterator[Prepared]:
        for key, method in LISTS.items():
            if self._surface.declares(CAPABILITY_OF[key]) and key not in self._surface.unread:
                yield self._request(method)

    def calls(self, only: tuple[str, ...]) -> Iterator[Prepared]:
        for tool, arguments in callable_tools(self._surface, self._config):
            name = str(tool["name"])
            if arguments.value is None or (only and name not in only):
                continue
            mirrored = param_headers(tool, arguments.value) if self._surface.era == "modern" else {}
            params = call_params(tool, arguments.value, {})
            yield self._request("tools/call", params, name=f"tools/call {name}", headers=mirrored)

    def reads(self) -> Iterator[Prepared]:
        uris = [str(item["uri"]) for item in self._surface.resources if isinstance(item.get("uri"), str)]
        chosen = uris if len(uris) <= MOST_READS else random.Random(0).sample(uris, MOST_READS)
        for uri in chosen:
            yield self._request("resources/read", {"uri": uri})

    def listen(self) -> Iterator[Prepared]:
        if self._surface.era == "legacy":
            yield Prepared(name="GET", verb="GET", headers={"accept": "text/event-stream"}, answer="stream")
        else:
            wanted = {"notifications": dict.fromkeys(WATCHED, True)}
            yield self._request(SUBSCRIPTIONS, wanted, answer="stream")

    def _request(
        self,
        method: str,
        params: JsonObject | None = None,
        *,
        name: str = "",
        headers: Mapping[str, str] = {},
        answer: str = "response",
    ) -> Prepared:
        message = self._dialect.dress(request(method, params, id=FIRST_ID))
        return self._prepared(method, message, name=name, headers=headers, answer=answer)

    def _prepared(
        self,
        method: str,
        message: JsonObject,
        *,
        name: str = "",
        headers: Mapping[str, Any] = {},
        answer: str = "response",
    ) -> Prepared:
        return Prepared(
            name=name or method,
            method=method,
            headers={**POST_HEADERS, **self._dialect.headers(message), **headers},
            body=encode(message).decode(),
            answer=answer,
        )
