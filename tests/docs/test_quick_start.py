"""A reader who types what the pages say sees what they say."""

import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import exit_codes
from tests.docs.pages import ROOT, blocks, commands, text_of
from tests.plugin.runs import environment

INSTALLING = ["python3 -m venv .venv", ". .venv/bin/activate", "pip install 'mcp-conformance[reference]'"]
SERVING = "mcp-conformance serve &"
PROGRAMS = Path(sys.executable).parent
TWO_MINUTES = 120.0
"""The installation, which is the network's time, is not in it."""
NARROW = " --requirement=ping-respond-empty"


def shell(line: str, directory: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", line], cwd=directory, env=environment({"PATH": path, **env}), capture_output=True, text=True,
        timeout=180, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The command of the page, on a free port. It says where it listens once it does."""
    port = free_port()
    line = SERVING.removesuffix(" &") + f" --port={port}"
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line}"], env={**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert f"127.0.0.1:{port}" in process.stdout.readline()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_the_page_has_the_steps_that_are_tried_here() -> None:
    lines = commands(text_of("quick-start.md"))
    assert lines[:4] == [*INSTALLING, SERVING]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert "reference" in extras


def test_what_the_page_says_is_what_happens(served: str, tmp_path: Path) -> None:
    began = time.monotonic()
    discover, judge, see, explain, *yours = [
        line.replace("127.0.0.1:8931", served).replace("https://example.com", f"http://{served}")
        for line in commands(text_of("quick-start.md"))[4:]
    ]
    assert "2026-07-28" in shell(discover, tmp_path).stdout

    judged = shell(judge, tmp_path)
    assert judged.returncode == exit_codes.OK, judged.stdout
    assert "conforms, as far as it was judged" in judged.stdout
    assert (tmp_path / "reports/report.html").is_file()

    assert time.monotonic() - began < TWO_MINUTES

    broken = shell(see, tmp_path)
    assert broken.returncode == exit_codes.BROKEN
    for part in ("http-notification-202-empty", "expected", "received", "replay", "curl", "see "):
        assert part in broken.stdout, part

    rule = re.search(r"explain (\S+)", explain)
    assert rule
    assert shell(explain, tmp_path).stdout.startswith(rule[1])

    assert len(yours) == 2
    for line in yours:
        done = shell(line + NARROW, tmp_path, MY_TOKEN="token-1")
        assert done.returncode == exit_codes.OK, done.stdout


def test_suites_of_ones_own_run_alone_and_beside_ours(served: str, tmp_path: Path) -> None:
    (source,) = blocks(text_of("suites.md"), "python")
    alone, beside = [line.replace("https://example.com", f"http://{served}") for line in commands(text_of("suites.md"))]
    own = tmp_path / "test_search.py"
    own.write_text(source.replace('"search"', '"test_simple_text"'), encoding="utf-8")
    assert shell(alone, tmp_path).returncode == exit_codes.NOTHING
    assert shell(beside, tmp_path).returncode == exit_codes.OK
    own.write_text(source, encoding="utf-8")
    assert shell(beside, tmp_path).returncode == exit_codes.BROKEN
