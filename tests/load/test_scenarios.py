"""Every scenario against the reference server: in both eras where they differ, without a failure, and with a result
that any reader can use."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.load.results.model import Kind
from conformance.reference.embedded import Embedded, start_embedded
from tests.load.commands import Ran, load

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/reports/load.json").read_text())
LEGACY, MODERN = "--revision=2025-11-25", "--revision=2026-07-28"
SHORT = ("--duration=0.8", "--warm-up=0.1", "--rounds=1")
LISTS = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")
INITIALIZE = json.dumps({
    "jsonrpc": "2.0", "id": "raw", "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
})  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with start_embedded() as embedded:
        yield embedded


def ran(server: Embedded, directory: Path, *options: object, path: str = "/mcp") -> Ran:
    """A run that went well in every respect that all scenarios share."""
    done = load(directory, server.url(path), *SHORT, *options)
    assert done.code == 0, done.err
    jsonschema.validate(json.loads(done.text), SCHEMA)
    result = done.result
    assert "INVALID" in done.out, "a run this short is not to be ranked"
    assert {finding.code for finding in result.findings if finding.invalidates} == {"too-short"}
    assert done.phase.total.good > 0
    assert [(one.name, one.examples) for one in done.phase.operations if one.failures] == []
    arrivals = done.phase.arrivals
    assert (arrivals.started, arrivals.dropped) == (arrivals.due, 0)
    return done


def counts(done: Ran, kind: Kind = "work") -> dict[str, int]:
    return {one.name: one.good for one in done.phase.operations if one.kind == kind}


def test_agents_open_work_and_end_their_sessions(server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=agent-session", LEGACY, "--rate=20", "--tool=echo", "--tool=add")
    work = counts(done)
    assert work["initialize"] == work["notifications/initialized"] == work["DELETE"] == done.phase.arrivals.due == 16
    assert sum(work.get(name, 0) for name in LISTS) == work["resources/read"] == 16
    assert sum(count for name, count in work.items() if name.startswith("tools/call ")) == 16
    assert counts(done, "journey") == {"session": 16}
    assert done.phase.total.good == 16 * 6, "a session is not counted beside its requests"
    assert done.phase.sampled > 0


def test_agents_of_the_modern_era_have_no_sessions(server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=agent-session", MODERN, "--users=2")
    work = counts(done)
    assert work["server/discover"] == counts(done, "journey")["session"] == done.phase.arrivals.due
    assert not {"initialize", "DELETE"} & set(work)
    assert done.result.target.revision == "2026-07-28"


def test_callers_open_one_session_each(server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=tool-caller", LEGACY, "--users=3", "--tool=echo", "--tool=add")
    assert set(counts(done)) == {"tools/call echo", "tools/call add"}
    assert done.result.plan.operations[-2:] == ("tools/call echo", "tools/call add")
    assert counts(done, "setup") == {}, "the sessions were opened while the run warmed up"
    (warm_up,) = (phase for phase in done.result.phases if not phase.measured)
    assert [(one.name, one.good) for one in warm_up.operations if one.kind == "setup"] == [
        ("initialize", 3), ("notifications/initialized", 3)
    ]  # fmt: skip


def test_callers_of_the_modern_era_need_no_session(server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=tool-caller", MODERN, "--rate=30", "--arrivals=poisson")
    assert {name.partition(" ")[0] for name in counts(done)} == {"tools/call"}
    assert counts(done, "setup") == {}
    assert all(one.kind == "work" for phase in done.result.phases for one in phase.operations)


@pytest.mark.parametrize("revision", [LEGACY, MODERN])
def test_lists_are_asked_for_in_turn(revision: str, server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=discovery", revision, "--rate=40", "--users=1")
    assert counts(done) == dict.fromkeys(LISTS, 8)


@pytest.mark.parametrize(
    ("revision", "requests"),
    [(LEGACY, ("initialize", "notifications/initialized", "DELETE")), (MODERN, ("server/discover",))],
)
def test_clients_come_and_go(revision: str, requests: tuple[str, ...], server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=session-churn", revision, "--rate=20")
    assert counts(done) == dict.fromkeys(requests, 16)
    assert done.phase.connections.opened == 16


@pytest.mark.parametrize(("revision", "request_name"), [(LEGACY, "GET"), (MODERN, "subscriptions/listen")])
def test_streams_are_held_to_the_end(revision: str, request_name: str, server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=stream-holder", revision, "--users=4")
    streams = done.phase.streams
    assert streams is not None
    assert (streams.opened, streams.most_held, streams.broken) == (4, 4, 0)
    assert counts(done) == {request_name: 4}


def test_dispatches_have_keys_of_their_own_and_some_come_again(server: Embedded, tmp_path: Path) -> None:
    options = ("--scenario=dispatch", "--profile=reference-emcp", "--allow-writes", "--rate=50", "--users=2")
    done = ran(server, tmp_path, *options, path="/contracts/emcp/api/v1/mcp/fast")
    work = counts(done)
    assert work["dispatch"] + work["dispatch again"] == 40
    assert 2 <= work["dispatch again"] <= 5


def test_connectors_shake_hands_and_then_beat(server: Embedded, tmp_path: Path) -> None:
    options = ("--scenario=handshake", "--profile=reference-operator", "--rate=50", "--users=2")
    done = ran(server, tmp_path, *options, path="/contracts/operator")
    assert sum(counts(done).values()) == 40
    assert counts(done)["heartbeat"] > 30
    warm_up = done.result.phases[0]
    shaken = sum(one.good for phase in (warm_up, done.phase) for one in phase.operations if one.name == "handshake")
    assert shaken >= 2


def test_a_request_of_ones_own_is_sent_as_it_is(server: Embedded, tmp_path: Path) -> None:
    done = ran(server, tmp_path, "--scenario=raw", f"--body={INITIALIZE}", "--rate=20")
    assert counts(done) == {"raw": 16}


def refused(server: Embedded, directory: Path, *options: object, path: str = "/mcp") -> str:
    done = load(directory, server.url(path), *SHORT, *options)
    assert done.code == 4
    assert done.err.count("\n") == 1, "one line"
    assert not (directory / "result.json").exists()
    return done.err


def test_a_tool_that_answers_only_when_asked_again_is_not_called(server: Embedded, tmp_path: Path) -> None:
    """Its stream ends without the response, and users do not resume streams."""
    said = refused(server, tmp_path, LEGACY, "--tool=test_reconnection", "--request-timeout=20")
    assert "--tool: test_reconnection answered its trial only when its stream was resumed" in said


@pytest.mark.parametrize(
    ("options", "path", "said"),
    [
        (("--scenario=dispatch",), "/mcp", "--scenario=dispatch: needs --profile"),
        (("--scenario=dispatch", "--profile=reference-emcp"), "/contracts/emcp/api/v1/mcp/fast", "--allow-writes"),
        (("--persona=valid",), "/mcp", "--persona: personas are described by a profile"),
        (("--tool=no-such-tool",), "/mcp", "--tool: no-such-tool is no tool"),
    ],
)
def test_a_scenario_without_what_it_needs_is_refused(
    options: tuple[Any, ...], path: str, said: str, server: Embedded, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In this process: nothing is generated."""
    from conformance.cli import main

    monkeypatch.chdir(tmp_path)
    assert main(["load", server.url(path), *options]) == 4
    printed = capsys.readouterr()
    assert said in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)
