"""The process behind a port is found, with those that it began, and never ourselves."""

import os
import socket
import subprocess
import sys

import psutil
import pytest

from conformance.load.watching.listeners import addresses, family, find_process
from tests.load.watching.servers import FORKING, ONE, started


def test_the_process_that_listens_is_found() -> None:
    with started(ONE) as server:
        found = find_process(server.port)
        assert found is not None
        assert found.pid == server.pid


def test_of_several_that_listen_the_one_that_began_them_is_found_with_its_children() -> None:
    with started(FORKING) as server:
        children = {int(pid) for pid in server.line().split()}
        found = find_process(server.port)
        assert found is not None
        assert found.pid == server.pid
        assert {process.pid for process in family(found)} == {server.pid, *children}


def test_a_port_where_nobody_listens_has_no_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert find_process(port) is None


def test_another_address_of_the_machine_is_another_server() -> None:
    with started(ONE) as server:
        assert find_process(server.port, "127.0.0.2") is None


def test_a_server_in_this_process_is_not_watched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        assert find_process(ours.getsockname()[1]) is None


def test_who_began_us_is_watched_without_us() -> None:
    program = (
        f"import {family.__module__} as m, os; print(sorted(p.pid for p in m.family(m.psutil.Process({os.getpid()}))))"
    )
    with started(ONE) as other:
        ran = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        watched, _ = ran.communicate(timeout=30)
        assert str(other.pid) in watched
        assert str(os.getpid()) in watched
        assert str(ran.pid) not in watched


def test_what_may_not_be_looked_at_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(kind: str) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", denied)
    assert find_process(1) is None


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("[::1]", True),
     ("example.com", False), ("10.0.0.1", False), ("127.0.0.1.example.com", False), ("", False)],
)  # fmt: skip
def test_only_loopback_addresses_are_of_this_machine(host: str, loopback: bool) -> None:
    assert bool(addresses(host)) is loopback
