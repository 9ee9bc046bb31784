"""What users say is prepared from what the target has: under its revision, and nothing that it does not offer."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load.targets.http import Answer, Connection, Request
from benchmarks.load.targets.mcp import TOOL, Call, Endpoint, Json, resulted
from conformance.load.engine.template import FIRST_ID
from conformance.load.preparing import of_raw, of_target
from conformance.load.trial import Trial, try_out
from conformance.load.workload import Workload
from conformance.plugin.contact import discover_target
from conformance.target.config import RunConfig, load_config
from conformance.target.contact import open_channel
from conformance.target.errors import ConfigError
from conformance.target.profile import Surface
from conformance.wire.http import HttpWire
from tests.load.hosting import hosted

TEXT = {"content": [{"type": "text", "text": "done"}]}
LEGACY, MODERN = "2025-11-25", "2026-07-28"
HERE = "http://127.0.0.1:9/mcp"


class Tools(Endpoint):
    """Each tool answers as it is called."""

    def __init__(self, *names: str, resources: bool = False) -> None:
        super().__init__()
        self._names = names
        self.capabilities = {"tools": {}, **({"resources": {}} if resources else {})}

    def _answer(self, request: Request, call: Call) -> Answer:
        complete = {"resultType": "complete", "ttlMs": 1, "cacheScope": "public"}
        match call.method:
            case "tools/list":
                tools = [{**TOOL, "name": name, "inputSchema": _schema(name)} for name in self._names]
                return resulted(call, {"tools": tools, **complete})
            case "resources/list":
                return resulted(call, {"resources": [{"uri": f"a:{n}", "name": "a"} for n in range(20)], **complete})
            case "resources/templates/list":
                return resulted(call, {"resourceTemplates": [], **complete})
            case "resources/read":
                return resulted(call, {"contents": [], **complete})
        return super()._answer(request, call)

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        name = call.arguments()["name"]
        results: dict[str, Json] = {"fails": {**TEXT, "isError": True}, "asks": {"resultType": "input_required"}}
        connection.answer(resulted(call, {"resultType": "complete", **TEXT, **results.get(name, {})}))


def _schema(name: str) -> Json:
    if name != "needs":
        return {"type": "object"}
    return {"type": "object", "properties": {"city": {"type": "string", "pattern": "^(?!x)y+z$"}}, "required": ["city"]}


def found(
    endpoint: Endpoint, revision: str, directory: Path, *named: str, **flags: Any
) -> tuple[RunConfig, Surface, Trial]:
    """What discovery and a trial find."""
    with hosted(endpoint) as host:
        config = load_config({"url": host.url}, environ={}, directory=directory)
        surface = discover_target(config).surfaces[revision]
        with HttpWire(config.http) as wire:
            return config, surface, try_out(config, open_channel(config, wire), surface, named)


def prepared(endpoint: Endpoint, revision: str, directory: Path, scenario: Any) -> Workload:
    config, surface, trial = found(endpoint, revision, directory)
    return of_target(config, config.url, surface, trial, scenario)


@pytest.mark.parametrize(("revision", "legacy"), [(LEGACY, True), (MODERN, False)])
def test_requests_are_those_of_the_revision(revision: str, legacy: bool, tmp_path: Path) -> None:
    workload = prepared(Tools("one", resources=True), revision, tmp_path, "agent-session")
    assert workload.legacy is legacy
    assert workload.target.revision == revision
    session = {"initialize", "initialized", "end"} if legacy else {"discover"}
    assert set(workload.requests) == {*session, "list", "call", "read"}
    for request in (one for group in workload.requests.values() for one in group if one.verb == "POST"):
        message = json.loads(request.body)
        assert (message["jsonrpc"], message["method"]) == ("2.0", request.method)
        assert message.get("id") == (None if request.answer == "accepted" else FIRST_ID)
        assert "text/event-stream" in request.headers["accept"]
        assert ("_meta" in message.get("params", {})) is not legacy
    assert [one.name for one in workload.group("list")] == ["tools/list", "resources/list", "resources/templates/list"]


def test_at_most_five_tools_and_resources_are_used(tmp_path: Path) -> None:
    endpoint = Tools(*(f"tool-{number}" for number in range(30)), resources=True)
    _, _, trial = found(endpoint, MODERN, tmp_path)
    assert (len(trial.tools), len(trial.resources)) == (5, 5)
    assert endpoint.counts["tools/call"] == endpoint.counts["resources/read"] == 5


@pytest.mark.parametrize("revision", [LEGACY, MODERN])
def test_tools_that_do_not_answer_well_are_left_out(revision: str, tmp_path: Path) -> None:
    _, _, trial = found(Tools("fails", "good", "needs", "asks"), revision, tmp_path)
    assert [tool["name"] for tool, _ in trial.tools] == ["good"]
    assert set(trial.left_out) == {"fails", "needs", "asks"}
    assert "isError" in trial.left_out["fails"]
    assert "--arguments needs=" in trial.left_out["needs"]


def test_arguments_that_are_given_make_a_tool_usable(tmp_path: Path) -> None:
    Path(tmp_path / "conformance.toml").write_text('[arguments.needs]\ncity = "yyz"\n')
    _, _, trial = found(Tools("needs", "good"), MODERN, tmp_path, "needs")
    assert [(tool["name"], arguments) for tool, arguments in trial.tools] == [("needs", {"city": "yyz"})]


@pytest.mark.parametrize(("name", "why"), [("fails", "isError"), ("none", "no tool that this run may call")])
def test_a_named_tool_that_cannot_be_used_ends_the_run(name: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"^--tool: {name} .*{why}"):
        found(Tools("fails", "good"), MODERN, tmp_path, name)


@pytest.mark.parametrize("scenario", ["tool-caller", "discovery"])
def test_a_scenario_that_has_nothing_to_do_says_so(scenario: str, tmp_path: Path) -> None:
    endpoint = Tools("fails")
    if scenario == "discovery":
        endpoint.capabilities = {}
    with pytest.raises(ConfigError, match=f"^{scenario}: the target"):
        prepared(endpoint, MODERN, tmp_path, scenario)


def test_credentials_are_those_of_the_run(tmp_path: Path) -> None:
    config = RunConfig(HERE, token="the-token", headers=(("x-tenant", "acme"),))
    workload = of_raw(config)
    assert workload.identities == ({"authorization": "Bearer the-token"},)
    assert workload.headers["x-tenant"] == "acme"
    assert "the-token" in workload.secrets


@pytest.mark.parametrize("id", [1, 0, -3, "a", "", 2**53 - 1])
def test_a_body_of_ones_own_is_sent_under_its_id(id: int | str) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": id, "method": "ping"})
    (raw,) = of_raw(RunConfig(HERE), body).group("raw")
    assert (raw.body, raw.id) == (body, id)


@pytest.mark.parametrize(
    "body", ["", "no json", "[]", "1", "{}", '{"id":null}', '{"id":true}', '{"id":[1]}', '{"id":1.5}', '{"id":1e400}',
             '{"id":' + "9" * 40 + "}", "[" * 100_000],
)  # fmt: skip
def test_a_body_without_an_id_of_json_rpc_is_refused(body: str) -> None:
    with pytest.raises(ConfigError, match=r"^--body: no JSON-RPC request with an id"):
        of_raw(RunConfig(HERE), body)
