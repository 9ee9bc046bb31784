"""The server as a process: paths, isolation, streaming through a transformation, start and end."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from conformance.protocol.revisions import REVISIONS
from conformance.reference import embedded as module
from conformance.reference import server
from conformance.reference.embedded import Embedded, StartFailed, start_embedded

from .clients import connect

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", ["/", "/mcp/", "/faults/none/mcp", "/oddities/none/mcp", "/faults/../mcp"])
def test_other_paths_are_not_found(http: httpx.Client, embedded: Embedded, path: str) -> None:
    request = httpx.Request("GET", embedded.url(), extensions={"target": path.encode()})

    assert http.send(request).status_code == 404


@pytest.mark.parametrize("revision", REVISIONS)
def test_edited_stream_arrives_while_the_tool_still_works(
    http: httpx.Client, embedded: Embedded, revision: str
) -> None:
    client = connect(http, embedded.oddity("unknown-result-members"), revision)
    slow = {"duration": 60, "steps": 100}
    call = {"name": "longRunningOperation", "arguments": slow, "_meta": {"progressToken": "p"}}

    with client.stream("tools/call", call) as messages:
        assert next(messages)["params"]["progress"] == 1


def test_endpoints_do_not_share_state(http: httpx.Client, embedded: Embedded) -> None:
    first = connect(http, embedded.url(), "2025-11-25")
    other = connect(http, embedded.oddity("members-in-reverse"), "2025-11-25")

    first.call("write_note", name="mine", text="hello")

    assert first.result("resources/read", {"uri": "test://notes/mine"})["contents"][0]["text"] == "hello"
    assert other.error("resources/read", {"uri": "test://notes/mine"})["code"] == -32002
    other.headers["mcp-session-id"] = first.headers["mcp-session-id"]
    assert other.send("ping").status_code == 404
    first.call("delete_notes")


def test_process_ends_with_the_context() -> None:
    with start_embedded() as running:
        assert _accepts(running.port)

    assert not _accepts(running.port)


def test_process_ends_with_its_parent() -> None:
    code = (
        "import os; from conformance.reference.embedded import start_embedded\n"
        "with start_embedded() as running:\n"
        "    print(running.port, flush=True)\n"
        "    os._exit(1)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    parent = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=30)

    deadline = time.monotonic() + 10
    while _accepts(int(parent.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_start_has_a_deadline() -> None:
    with pytest.raises(StartFailed), start_embedded(deadline=0.01):
        pytest.fail("a server cannot be up that soon")


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PACKAGES", ("mcp", "no_such_package"))

    with pytest.raises(server.MissingExtra, match=r"no_such_package.*mcp-conformance\[reference\]"):
        server.create_app()


def test_the_catalogue_needs_no_sdk() -> None:
    code = (
        "import sys; from conformance.reference.catalogue import faults, oddities\n"
        f"import {module.__name__}\n"
        "assert faults() and oddities()\n"
        "sys.exit(any(name.partition('.')[0] in ('mcp', 'mcp_types', 'starlette', 'uvicorn') for name in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    assert subprocess.run([sys.executable, "-c", code], env=environment, timeout=30).returncode == 0
