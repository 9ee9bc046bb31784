"""The targets do what they say, and know it."""

import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.load.targets.misbehave import WAYS
from benchmarks.load.targets.running import running
from benchmarks.load.targets.trace import read_trace, read_truth
from conformance.plugin.contact import discover_target
from conformance.protocol.revisions import LEGACY, MODERN
from conformance.target.config import load_config

HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2026-07-28"}


def post(client: httpx.Client, url: str, method: str, **params: Any) -> httpx.Response:
    message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    return client.post(url, json=message, headers=HEADERS)


@pytest.mark.parametrize(("era", "revisions"), [("both", (*LEGACY, *MODERN)), ("legacy", LEGACY), ("modern", MODERN)])
@pytest.mark.parametrize("name", ["latency", "limit", "streams", "misbehave"])
def test_discovery_finds_the_eras_and_the_tool(name: str, era: str, revisions: tuple[str, ...], tmp_path: Path) -> None:
    with running(name, f"--era={era}") as target:
        profile = discover_target(load_config({"url": target.url}, environ={}, directory=tmp_path))
    assert set(profile.revisions) == set(revisions)
    for surface in profile.surfaces.values():
        assert [tool["name"] for tool in surface.tools] == ["work"]


def test_latencies_are_injected_at_the_microsecond(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with running("latency", "--latency=constant:3", f"--trace={trace}") as target, httpx.Client() as client:
        answers = [post(client, target.url, "tools/call", name="work").json() for _ in range(20)]
    assert {answer["id"] for answer in answers} == {7}
    rows = read_trace(trace)
    assert [row.due - row.arrived for row in rows] == [3_000_000] * 20
    assert min(row.sent - row.due for row in rows) in range(200_000)


def test_everything_waits_for_the_end_of_a_stall(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    options = ("--latency=constant:1", "--stall=0.5", "--stall-after=0.1", f"--trace={trace}")
    with running("latency", *options) as target, httpx.Client() as client:
        post(client, target.url, "tools/call", name="work")
        time.sleep(0.2)
        assert post(client, target.url, "tools/list").elapsed.total_seconds() > 0.2
        post(client, target.url, "tools/call", name="work")
    first, last = read_trace(trace)
    assert first.due - first.arrived == 1_000_000
    assert last.arrived > first.arrived + 600_000_000


def test_one_worker_answers_in_order_at_its_limit(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with running("limit", "--service=0.01", f"--trace={trace}") as target, httpx.Client() as client:
        for _ in range(5):
            post(client, target.url, "tools/call", name="work")
    rows = read_trace(trace)
    assert all(after.due >= before.due + 10_000_000 for before, after in pairwise(rows))


def test_streams_know_what_they_sent(tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    options = ("--every=0.05", "--notify", "--silent=0.3", "--silent-after=2", f"--truth={truth}")
    with running("streams", *options) as target:
        params = {"notifications": {"toolsListChanged": True}}
        message = {"jsonrpc": "2.0", "id": 7, "method": "subscriptions/listen", "params": params}
        with httpx.stream("POST", target.url, json=message, headers=HEADERS) as stream:
            lines = stream.iter_lines()
            data = [line for line in (next(lines) for _ in range(12)) if line.startswith("data:")]
    assert "subscriptions/acknowledged" in data[0]
    assert ['"io.modelcontextprotocol/subscriptionId": 7' in line for line in data] == [True] * 4
    told = read_truth(truth)
    (one,) = told["streams"]
    assert told["most_held"] == 1
    assert one["beats"] >= 3
    assert 0.34 < one["largest_gap"] <= one["closed"] - one["opened"]


@pytest.mark.parametrize("how", sorted(WAYS))
def test_each_way_to_answer_looks_to_another_client_as_it_is_counted(how: str) -> None:
    with running("misbehave", f"--answers={how}", "--good-first=0") as target, httpx.Client(timeout=0.5) as client:
        verdict = judged(client, target.url)
    left_open = how == "events-left-open"
    assert verdict in (("timeout",) if left_open else WAYS[how].counted)


def judged(client: httpx.Client, url: str) -> str:
    """What a general HTTP client makes of a call, without looking into streams."""
    try:
        answer = post(client, url, "tools/call", name="work")
    except httpx.TimeoutException:
        return "timeout"
    except httpx.TransportError:
        return "transport"
    if answer.status_code == 429:
        return "rate-limited"
    if answer.status_code != 200:
        return "http"
    return of_text(answer)


def of_text(answer: httpx.Response) -> str:
    if answer.headers["content-type"].startswith("text/event-stream"):
        events = answer.text.replace("\r\n", "\n").split("\n\n")
        lines = [line for line in events[-2].split("\n") if line.startswith("data:")]
        text = "".join(line.removeprefix("data:") for line in lines)
    else:
        text = answer.text
    try:
        message = httpx.Response(200, text=text).json()
    except ValueError:
        return "content"
    return of_message(message)


def of_message(message: dict[str, Any]) -> str:
    if message.get("id") != 7:
        return "content"
    if "error" in message:
        return "jsonrpc"
    result = message["result"]
    if not isinstance(result, dict) or not isinstance(result.get("content"), list):
        return "content"
    return "tool" if result.get("isError") else "good"


def test_ways_take_turns_and_are_counted(tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    with running("misbehave", "--answers=http-500,good", f"--truth={truth}") as target, httpx.Client() as client:
        seen = Counter(post(client, target.url, "tools/call", name="work").status_code for _ in range(5))
        asked = post(client, f"{target.url}?how=http-429", "tools/call", name="work")
    assert seen == {200: 3, 500: 2}
    assert asked.status_code == 429
    assert read_truth(truth)["answered"] == {"good": 3, "http-500": 2, "http-429": 1}


def test_a_target_that_does_not_start_says_so() -> None:
    with pytest.raises(RuntimeError, match="did not start"), running("latency", "--latency=nonsense"):
        pass
