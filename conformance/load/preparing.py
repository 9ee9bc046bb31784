"""Prepares a workload: what discovery found, and what a profile describes, as requests that are ready to be sent."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from conformance import __version__
from conformance.load.engine.endpoint import Trust
from conformance.load.engine.template import FIRST_ID
from conformance.load.names import Scenario
from conformance.load.results.model import Target
from conformance.load.trial import Trial
from conformance.load.workload import Prepared, Workload
from conformance.protocol.legacy import LegacyDialect, initialize_params
from conformance.protocol.messages import POST_HEADERS, JsonObject, encode, notification, request
from conformance.protocol.modern import ModernDialect, param_headers
from conformance.protocol.peer import Dialect, call_params
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError
from conformance.target.profile import CAPABILITY_OF, LISTS, Surface

RAW = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
SESSION = ("initialize", "initialized", "discover", "end")
GROUPS: Mapping[Scenario, tuple[str, ...]] = {
    "agent-session": ("list", "call", "read"),
    "tool-caller": ("call",),
    "discovery": ("list",),
    "session-churn": (),
    "stream-holder": ("listen",),
}
"""What users of a scenario say in their sessions."""
SUBSCRIPTIONS = "subscriptions/listen"
WATCHED = ("toolsListChanged", "promptsListChanged", "resourcesListChanged")


def headers_of(config: RunConfig) -> dict[str, str]:
    """What goes with every request of a run, whatever the identity."""
    return {"user-agent": f"mcp-conformance/{__version__} (load)", **dict(config.headers)}


def identity(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def trusting(config: RunConfig) -> Trust:
    paths = {key: getattr(config, key) for key in ("ca_bundle", "client_cert", "client_key")}
    return Trust(**{key: str(path) for key, path in paths.items() if path}, insecure=config.insecure)


def of_target(config: RunConfig, url: str, surface: Surface, trial: Trial, scenario: Scenario) -> Workload:
    """What users of a scenario say to a target under one revision.

    Raises `ConfigError` when the scenario has nothing to do here.
    """
    maker = _Maker(surface)
    requests = {
        "initialize": maker.initialize(),
        "initialized": maker.initialized(),
        "discover": maker.discover(),
        "end": maker.end(),
        "list": maker.lists(),
        "call": maker.calls(trial),
        "read": maker.reads(trial),
        "listen": maker.listen(),
    }
    groups = {name: tuple(group) for name, group in requests.items()}
    _check(scenario, groups, trial)
    return replace(
        bare(config, scenario),
        url=url,
        target=_target(config, url, surface),
        legacy=surface.era == "legacy",
        identities=(identity(config.token),),
        requests={name: groups[name] for name in (*SESSION, *GROUPS[scenario]) if groups[name]},
    )


def of_raw(config: RunConfig, body: str = RAW) -> Workload:
    """One request, without discovery: the target only has to answer it with a JSON-RPC response of the same id.

    Raises `ConfigError` when the body is no JSON object with an id that is a whole number or a string.
    """
    try:
        id = json.loads(body)["id"]
    except (ValueError, TypeError, LookupError, RecursionError):
        id = None
    if isinstance(id, bool) or not (isinstance(id, str) or (isinstance(id, int) and abs(id) < 2**53)):
        raise ConfigError(f"--body: no JSON-RPC request with an id; write it as {RAW}")
    raw = Prepared(name="raw", headers=dict(POST_HEADERS), body=body, id=id)
    return replace(bare(config, "raw"), requests={"raw": (raw,)}, identities=(identity(config.token),))


def bare(config: RunConfig, scenario: Scenario) -> Workload:
    """A workload that says nothing yet, to a target of which nothing is known."""
    return Workload(
        scenario=scenario,
        url=config.url,
        target=Target(url=config.redactor.text(config.url), server="", version="", revision=""),
        legacy=True,
        headers=headers_of(config),
        requests={},
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


def _check(scenario: Scenario, requests: Mapping[str, tuple[Prepared, ...]], trial: Trial) -> None:
    """Whether the scenario has something to say. An agent calls and reads what there is."""
    if scenario == "tool-caller" and not requests["call"]:
        name, why = next(iter(trial.left_out.items()), ("", ""))
        raise ConfigError(
            "tool-caller: the target has no tool that may be called and that answers well"
            f"{f' ({name} {why})' if name else ''}; see `mcp-conformance discover`, --arguments and --allow-writes"
        )
    if scenario == "discovery" and not requests["list"]:
        raise ConfigError("discovery: the target declares neither tools nor resources nor prompts")


class _Maker:
    """Requests of one revision. The id of each is `FIRST_ID`, which the engine replaces."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
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

    def calls(self, trial: Trial) -> Iterator[Prepared]:
        for tool, arguments in trial.tools:
            mirrored = param_headers(tool, arguments) if self._surface.era == "modern" else {}
            name = f"tools/call {tool['name']}"
            yield self._request("tools/call", call_params(tool, arguments, {}), name=name, headers=mirrored)

    def reads(self, trial: Trial) -> Iterator[Prepared]:
        return (self._request("resources/read", {"uri": uri}) for uri in trial.resources)

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
