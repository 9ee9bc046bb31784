"""Under Locust's own command: the same users, and a result of ours beside Locust's statistics."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import jsonschema
import psutil
import pytest

import conformance.load
from benchmarks.load.targets.running import running
from benchmarks.load.targets.trace import read_trace
from conformance.load.results.files import read_result
from conformance.load.results.model import Phase, Result
from tests.load.commands import ENVIRONMENT, PATIENCE
from tests.load.hosting import Counting, hosted
from tests.load.test_distributed import free_port
from tests.load.test_load_command import Leaking

FILE = Path(conformance.load.__file__).parent / "locustfile.py"
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/reports/load.json").read_text())


def begun(directory: Path, url: str, *options: str, environ: Mapping[str, str] = {}) -> "subprocess.Popen[str]":
    """In a session of its own, as Locust begins processes itself."""
    command = [sys.executable, "-m", "locust", "-f", str(FILE), "--headless", "--host", url, *options]
    return subprocess.Popen(
        [*command, f"--mcp-output={directory / 'result.json'}"], cwd=directory, env={**ENVIRONMENT, **environ},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]", directory: Path) -> tuple[Result, str]:
    """The result, and all that was printed."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (directory / "result.json").exists(), f"exit code {process.returncode}\n{out}{err}"
    jsonschema.validate(json.loads((directory / "result.json").read_text()), SCHEMA)
    return read_result(directory / "result.json"), out + err


def located(directory: Path, url: str, *options: str) -> tuple[Phase, str]:
    result, printed = ended(begun(directory, url, *options), directory)
    (phase,) = result.phases
    return phase, printed


def test_locust_runs_our_users(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with running("latency", "--latency=constant:5", "--era=modern", f"--trace={trace}") as target:
        phase, printed = located(tmp_path, target.url, "-u", "3", "-r", "3", "-t", "1s")
    assert phase.total.failures == {}
    assert phase.total.good == phase.arrivals.started == len(read_trace(trace)) - 1 > 20
    assert phase.users == 3
    assert phase.total.service.min_us >= 5000
    assert "tools/call work" in printed
    aggregated = [line.split() for line in printed.splitlines() if line.strip().startswith("Aggregated")]
    assert str(phase.total.good) in {line[1] for line in aggregated}, "Locust's own table has the same count"


def test_processes_of_locust_are_merged(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with running("latency", "--latency=constant:5", "--era=modern", f"--trace={trace}") as target:
        port = str(free_port())
        led = ("--processes", "2", "--master-bind-port", port, "--master-port", port)
        phase, _ = located(tmp_path, target.url, "-u", "4", "-r", "4", "-t", "2s", *led, "--mcp-rate=60")
    assert len(phase.generator.processes) == 2
    assert phase.total.failures == {}
    tried = 3
    """Each of the two, and their master, has tried the tool once."""
    assert phase.total.good == phase.arrivals.started == len(read_trace(trace)) - tried
    assert 60 <= phase.total.good <= 130
    assert phase.users == 4


def test_ctrl_c_gives_the_result_so_far(tmp_path: Path) -> None:
    endpoint = Counting(30)
    with hosted(endpoint) as host:
        process = begun(tmp_path, host.url, "-u", "2", "-t", "300s", "--mcp-scenario=agent-session", "--mcp-rate=50")
        assert endpoint.reached.wait(PATIENCE)
        children = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGINT)
        result, _ = ended(process, tmp_path)
    assert result.plan.scenario == "agent-session"
    assert result.plan.rate == 50
    assert result.phases[0].total.good > 30
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_secrets_stay_secret(tmp_path: Path) -> None:
    secret = "t0ken-in-the-environment"
    endpoint = Leaking(45)
    with hosted(endpoint) as host:
        process = begun(tmp_path, host.url, "-u", "2", "-t", "2s", environ={"MCP_CONFORMANCE_TOKEN": secret})
        result, printed = ended(process, tmp_path)
    assert set(result.phases[0].total.failures) == {"http", "tool", "jsonrpc", "content"}
    assert secret not in printed
    assert secret not in (tmp_path / "result.json").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--mcp-tool=none",), "--tool: none is no tool"), (("--mcp-scenario=dispatch",), "--profile")],
)
def test_a_run_that_cannot_be_prepared_says_why(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    endpoint = Counting(1)
    with hosted(endpoint) as host:
        process = begun(tmp_path, host.url, "-u", "1", "-t", "1s", *options)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4
    assert said in err
    assert "Traceback" not in err
