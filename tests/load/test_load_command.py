"""The command from outside: how a run ends, what is a mistake, what is secret, and which promises are kept."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

from benchmarks.load.targets.http import Answer, Connection, Request
from benchmarks.load.targets.mcp import Call, Endpoint, resulted
from conformance.cli import main
from tests.load.commands import PATIENCE, QUICK, Ran, begun, ended, load
from tests.load.hosting import Counting, hosted

TEXT = {"content": [{"type": "text", "text": "done"}]}


def run(directory: Path, *options: object) -> Ran:
    return load(directory, *options, *QUICK)


def children_of(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def interrupted(directory: Path, endpoint: Counting, *options: str) -> tuple[Ran, list[psutil.Process]]:
    """A run that gets Ctrl-C when the endpoint was called often enough, and the processes that it had."""
    with hosted(endpoint) as host, begun(directory, host.url, *options) as process:
        assert endpoint.reached.wait(PATIENCE)
        children = children_of(process)
        process.send_signal(signal.SIGINT)
        return ended(process, directory), children


@pytest.mark.parametrize(
    "options",
    [("--rate=50", "--processes=2"), ("--shape=breaking-point", "--rate=50", "--gate=p95<10s")],
    ids=["processes", "search"],
)
def test_ctrl_c_gives_the_report_so_far(options: tuple[str, ...], tmp_path: Path) -> None:
    done, children = interrupted(tmp_path, Counting(40), "--duration=300", "--warm-up=0", *options)
    assert done.code == 2, done.err
    result = done.result
    assert result.interrupted
    assert not result.valid
    assert "interrupted" in {finding.code for finding in result.findings}
    (phase,) = result.phases
    assert not phase.complete
    assert 30 < phase.total.good == phase.arrivals.started
    assert phase.seconds < 100
    assert phase.total.failed_count == 0
    assert "interrupted" in done.out
    assert "Traceback" not in done.err
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == [], "no process is left"


def test_a_target_that_dies_is_told(tmp_path: Path) -> None:
    endpoint = Counting(10)
    with hosted(endpoint) as host:
        endpoint.then = host.die
        done = run(tmp_path, host.url, "--rate=30", "--users=5", "--gate=errors<1%")
    phase = done.phase
    assert done.code == 1
    assert phase.arrivals.due == 30 == phase.total.count + phase.arrivals.dropped
    assert 0 < phase.total.good < 15
    assert set(phase.total.failures) == {"transport"}
    assert "errors" in {finding.code for finding in done.result.findings if finding.invalidates}
    assert phase.connections.failed > 0


def test_a_generator_that_dies_is_told_in_one_line(tmp_path: Path) -> None:
    endpoint = Counting(5)
    with hosted(endpoint) as host, begun(tmp_path, host.url, "--rate=50", "--duration=300", "--warm-up=0") as process:
        assert endpoint.reached.wait(PATIENCE)
        (generator,) = children_of(process)
        generator.kill()
        done = ended(process, tmp_path)
    assert done.code == 6
    assert done.err.splitlines()[-1].startswith("mcp-conformance: the generator ended")
    assert "Traceback" not in done.err


class Here:
    """The command in this process, for what ends before load is generated."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *options: str) -> tuple[int, str]:
        """The exit code and what was said; nothing goes to standard output."""
        try:
            code = main(["load", *options])
        except SystemExit as end:
            code = int(end.code or 0)
        printed = self._capsys.readouterr()
        assert printed.out == ""
        return code, printed.err


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Here:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("MCP_", "EMCP_")):
            monkeypatch.delenv(name)
    return Here(capsys)


def test_a_target_that_is_not_there_cannot_be_reached(here: Here) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, said = here.run(f"http://127.0.0.1:{port}/mcp", "--rate=10")
    assert code == 6
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said


@pytest.mark.parametrize("role", [(), ("--worker",), ("--master",)])
def test_another_machine_is_sent_nothing_without_a_yes(role: tuple[str, ...], here: Here) -> None:
    """The unspecified address leads here, and is no loopback address."""
    endpoint = Endpoint()
    with hosted(endpoint) as host:
        code, said = here.run(f"http://0.0.0.0:{host.port}/mcp", "--rate=10", *role)
    assert code == 4
    planned, refused = said.splitlines()
    assert planned == "planned: tool-caller, up to 10 arrivals a second for 65 s to 0.0.0.0"
    assert refused.startswith("mcp-conformance: --yes: 0.0.0.0 is another machine")
    assert endpoint.counts == {}


@pytest.mark.parametrize(
    ("option", "options"),
    [
        ("--rate", ["--rate=0"]),
        ("--duration", ["--duration=never"]),
        ("--gate", ["--gate=fast"]),
        ("--users", ["--users=²"]),
        ("--scenario=dispatch", ["--scenario=dispatch"]),
        ("--body", ["--scenario=raw", "--body=[]"]),
        ("--body", ["--scenario=raw", '--body={"id":null}']),
        ("--body", ["--scenario=raw", '--body={"id":true}']),
        ("--token-env", ["--token-env=NO_SUCH_VARIABLE"]),
        ("nothing.json", ["--baseline=nothing.json"]),
        ("nothing.json", ["--verdicts=nothing.json"]),
        ("--proxy", ["--proxy=http://127.0.0.1:1"]),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_sent(option: str, options: list[str], here: Here) -> None:
    endpoint = Endpoint()
    with hosted(endpoint) as host:
        code, said = here.run(host.url, *options)
    assert code == 4
    assert said.startswith("mcp-conformance: ")
    assert option in said
    assert said.count("\n") == 1
    assert endpoint.counts == {}


@pytest.mark.parametrize("option", ["--scenario=everything", "--shape=wild", "--arrivals=never", "--no-such-option"])
def test_an_option_that_is_not_known_is_named(option: str, here: Here) -> None:
    code, said = here.run("http://127.0.0.1:9/mcp", option)
    assert code == 4
    assert option.partition("=")[0] in said.splitlines()[-1]


def test_a_token_file_is_not_taken_for_a_url(here: Here) -> None:
    code, said = here.run("not a url")
    assert (code, said.count("\n")) == (4, 1)


def told_by(**members: object) -> Answer:
    return Answer(200, json.dumps({"jsonrpc": "2.0", **members}).encode())


class Leaking(Counting):
    """Says again, in every way, what it was sent for secrets; every other call goes well."""

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        self._left -= 1
        names = ("authorization", "x-api-key", "cookie")
        told = " ".join(f"{name}: {request.headers.get(name)}" for name in names) + f" {request.target}"
        ways: list[Callable[[], Answer]] = [
            lambda: resulted(call, TEXT),
            lambda: Answer(500, told.encode(), "text/plain"),
            lambda: resulted(call, {"content": [{"type": "text", "text": told}], "isError": True}),
            lambda: Answer(
                200, json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": told}}).encode()
            ),
            lambda: Answer(200, json.dumps({"jsonrpc": "2.0", "id": told, "result": TEXT}).encode()),
        ]
        connection.answer(ways[0 if self._left > 40 else self._left % len(ways)]())
        if self._left == 5:
            self.reached.set()


def test_secrets_are_in_no_result_no_output_and_no_argument(tmp_path: Path) -> None:
    secrets = {
        "TOKEN": "t0ken-in-the-environment",
        "KEY": "k3y'with\"quotes-and-more",
        "JAR": "sid=c00kie-of-a-session",
    }
    on_line = 'h1\'s-own-"secret"'
    in_url = ("pa55word-of-a-user", "querytoken-of-the-url")
    options = (
        "--token-env=TOKEN", "--target-header=X-Api-Key: $KEY", "--target-header=Cookie: $JAR", "--rate=40",
        f"--target-header=X-Secret: {on_line}",
    )  # fmt: skip
    endpoint = Leaking(45)
    with hosted(endpoint) as host:
        url = host.url.replace("//", f"//user:{in_url[0]}@") + f"?token={in_url[1]}"
        with begun(tmp_path, url, *options, *QUICK, environ=secrets) as process:
            assert endpoint.reached.wait(PATIENCE)
            arguments = " ".join(" ".join(child.cmdline()) for child in children_of(process))
            done = ended(process, tmp_path)
    assert set(done.phase.total.failures) == {"http", "tool", "jsonrpc", "content"}
    assert all("<redacted>" in example for example in done.phase.total.examples.values())
    assert len(done.phase.total.examples) == 4
    written = {"result": done.text, "out": done.out, "err": done.err, "arguments": arguments}
    for place, text in written.items():
        for secret in (*secrets.values(), *in_url, on_line, "c00kie-of-a-session", "k3y'with", "s-own"):
            assert secret not in text, f"{secret} in {place}"
            assert json.dumps(secret)[1:-1] not in text, f"{secret} in {place}"


def test_promises_end_a_run_and_a_baseline_is_compared(tmp_path: Path) -> None:
    """The second run is of a server that is slower by far."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    options = (
        "--rate=100", "--gate=errors<1%", f"--junit={second / 'gates.xml'}", "--duration=0.4", "--warm-up=0.1",
        "--rounds=3",
    )  # fmt: skip
    with hosted(Endpoint()) as host:
        kept = load(first, host.url, *options)
    assert kept.code == 7, "a promise that was kept in a run that is too short is no pass"
    assert [gate.verdict for gate in kept.result.gates] == ["pass"]
    assert "INCOMPLETE" in kept.out
    with hosted(Slow()) as host:
        baseline = (f"--baseline={first / 'result.json'}", "--worse-fails")
        broken = load(second, host.url, *options, "--gate=p50<20ms", *baseline)
    assert broken.code == 1
    assert [gate.verdict for gate in broken.result.gates] == ["pass", "fail"]
    worse = [one for one in broken.result.baseline if one.verdict == "worse"]
    assert "p50" in {one.figure for one in worse}
    suite = ElementTree.parse(second / "gates.xml").getroot()
    failures = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert any("p50<20ms" in str(name) for name in failures)
    assert any(case.find("failure") is None for case in suite.iter("testcase"))
    assert "NO-GO" in broken.out


class Slow(Endpoint):
    def call(self, request: Request, call: Call, connection: Connection) -> None:
        asyncio.get_running_loop().call_later(0.04, super().call, request, call, connection)


def test_the_command_itself_loads_neither_locust_nor_gevent() -> None:
    modules = (
        "conformance.load.running", "conformance.load.conducting", "conformance.load.gates.outcome",
        "conformance.load.gates.compare", "conformance.load.gates.junit", "conformance.load.leaderboard.command",
        "conformance.load.leaderboard.building", "conformance.load.results.text", "conformance.load.prepared",
        "conformance.load.watching.series", "conformance.load.generator.talk", "conformance.cli",
    )  # fmt: skip
    program = f"import sys, {', '.join(modules)}; print([name for name in sys.modules if name in ('locust', 'gevent')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.strip() == "[]"
