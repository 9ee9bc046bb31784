"""The servers of the published leaderboard: what is said of them, and the account of a run. Installs nothing."""

import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.leaderboard import process, registry
from benchmarks.leaderboard.account import account
from benchmarks.leaderboard.install import Environment, NotInstalled, install
from benchmarks.leaderboard.process import NotReady, running
from benchmarks.leaderboard.registry import Server, Unusable
from benchmarks.leaderboard.run import plan
from benchmarks.leaderboard.steps import Cores, Ledger, Step, carry_out
from benchmarks.leaderboard.workloads import WORKLOADS, Files

FAKE = Path(__file__).with_name("fake_server.py")
TABLE = """
[[server]]
name = "one"
label = "One"
kind = "framework"
language = "Python"
installer = "pip"
package = "one"
version = "1.2.3"
command = ["{python}", "{port}"]
path = "/mcp"
revision = "2025-11-25"
tool = "echo"
sessions = false
answers = "JSON"
notes = "none"
"""


def fake(behaviour: str, directory: Path, name: str = "fake", **changes: Any) -> Environment:
    """An environment whose interpreter is ours."""
    values: dict[str, Any] = {
        "name": name, "label": name, "kind": "framework", "language": "Python", "installer": "pip", "package": "none",
        "version": "1.0", "script": str(FAKE), "path": "/mcp", "revision": "2025-11-25", "tool": "echo",
        "sessions": False, "answers": "JSON", "notes": "",
        "command": ("{python}", "{script}", behaviour, "{port}", str(directory)), **changes,
    }  # fmt: skip
    return Environment(Server(**values), Path(sys.prefix))


def alive(directory: Path) -> list[int]:
    """Which of the processes that left their pid in the directory run; a zombie does not."""
    pids = [int(path.stem) for path in directory.glob("*.pid")]
    assert pids
    return [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def writes(path: Path, then: str = "") -> Callable[[str], list[str]]:
    """A command that calls the server, and writes to the path."""
    code = (
        "import sys, pathlib, urllib.request, urllib.error\n"
        "try: urllib.request.urlopen(sys.argv[1], b'{}', timeout=5)\n"
        "except urllib.error.HTTPError as error: pathlib.Path(sys.argv[2]).write_text(str(error.code))\n" + then
    )
    return lambda url: [sys.executable, "-c", code, url, str(path)]


def test_every_published_server_is_pinned_exactly() -> None:
    servers = registry.load()
    assert len({server.packages for server in servers}) >= 8
    for server in servers:
        for package in server.packages:
            assert re.search(r"(==|@)\d+(\.\d+)+$", package), package


def test_frameworks_run_the_same_call() -> None:
    frameworks = [server for server in registry.load() if server.kind == "framework"]
    assert {(server.tool, str(server.arguments)) for server in frameworks} == {("lookup", "{'id': 7}")}


def test_no_two_results_share_a_file() -> None:
    files, servers = Files(Path("reports")), registry.load()
    assert len({files.result(server, one) for server in servers for one in WORKLOADS}) == len(servers) * len(WORKLOADS)


def test_both_languages_and_both_kinds_are_there() -> None:
    servers = registry.load()
    assert {"Python", "TypeScript"} <= {server.language for server in servers}
    assert {server.kind for server in servers} == {"framework", "product"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"1.2.3"', '">=1.2"', "is not exact"),
        ('"1.2.3"', '"latest"', "is not exact"),
        ('"1.2.3"', '"1.2.3"\nwith = ["two>=1"]', "'two>=1' is not exact"),
        ('"1.2.3"', '"1.2.3"\nwith = ["two"]', "'two' is not exact"),
        ('"1.2.3"', '"1.2.3"\nscript = "servers/none.py"', "there is no file servers/none.py"),
        ('"{port}"', '"8000"', "neither command nor env has {port}"),
        ('"{port}"', '"{port}", "{prot}"', "unknown placeholders: prot"),
        ('"{python}"', '"{script}"', "there is none"),
        ('"/mcp"', '"mcp"', "does not begin with /"),
        ('name = "one"', 'name = "One/../"', "other characters"),
        ('"pip"', '"cargo"', "installer"),
        ('tool = "echo"\n', "", "tool"),
        ("notes", "note", "note"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TABLE
    file = tmp_path / "servers.toml"
    file.write_text(TABLE.replace(old, new))
    with pytest.raises(Unusable, match=re.escape(says)):
        registry.load(file)


def test_two_servers_of_one_name_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "servers.toml"
    file.write_text(TABLE + TABLE)
    with pytest.raises(Unusable, match="named twice: one"):
        registry.load(file)


def test_the_table_of_the_tests_is_right(tmp_path: Path) -> None:
    file = tmp_path / "servers.toml"
    file.write_text(TABLE)
    assert [server.packages for server in registry.load(file)] == [("one==1.2.3",)]


def test_a_server_is_reached_and_ended(tmp_path: Path) -> None:
    with running(fake("serves", tmp_path)) as server:
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(server.url, b"{}", timeout=5)
        assert alive(tmp_path) == [server.pid]
    assert not alive(tmp_path)


def test_what_the_server_started_ends_too_though_it_does_not_want_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_STOP_SECONDS", 0.5)
    with running(fake("parent", tmp_path)):
        assert len(alive(tmp_path)) == 2
    assert not alive(tmp_path)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system has no processor affinity")
def test_a_server_is_bound_to_its_core(tmp_path: Path) -> None:
    core = max(os.sched_getaffinity(0))
    with running(fake("serves", tmp_path), core) as server:
        assert os.sched_getaffinity(server.pid) == {core}


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no answer after 1 s"), running(fake("silent", tmp_path, ready_s=1.0)):
        pass
    assert not alive(tmp_path)


def test_the_last_words_of_a_server_that_ends_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="ended with 1: the config is wrong"), running(fake("dies", tmp_path)):
        pass


def test_a_program_that_is_not_there_is_told() -> None:
    environment = fake("serves", Path(), command=("/there/is/none", "{port}"))
    with pytest.raises(NotReady, match="cannot be started"), running(environment):
        pass


def test_the_others_go_on_when_one_server_is_not_ready(tmp_path: Path) -> None:
    dead, good = fake("dies", tmp_path, "dead"), fake("serves", tmp_path, "good")
    results = [tmp_path / f"{name}.json" for name in ("dead-1", "good-1", "dead-2", "good-2")]
    steps = [
        Step("step", environment, writes(path), path)
        for environment, path in zip((dead, good, dead, good), results, strict=True)
    ]
    results[2].write_text("of an earlier run")
    ledger, told = Ledger(), list[str]()
    carry_out(steps, ledger, Cores(), tell=told.append)
    assert [path.exists() for path in results] == [False, True, False, True]
    assert list(ledger.skipped) == ["dead"]
    assert "the config is wrong" in ledger.skipped["dead"]
    assert len(told) == 3


def test_a_step_without_a_result_has_failed_whatever_its_exit_code(tmp_path: Path) -> None:
    environment, path = fake("serves", tmp_path), tmp_path / "result.json"
    ledger = Ledger()
    fails = Step("load", environment, lambda url: [sys.executable, "-c", "print('no such option')"], path)
    works = Step("load", environment, writes(path, "sys.exit(1)"), path)
    carry_out([fails], ledger, Cores())
    assert [(name, step) for name, step, _ in ledger.failed] == [("fake", "load")]
    assert "exit code 0: no such option" in ledger.failed[0][2]
    carry_out([works], ledger, Cores())
    assert len(ledger.failed) == 1
    assert path.read_text() == "400"


def test_a_step_that_is_never_done_is_ended(tmp_path: Path) -> None:
    def waits(url: str) -> list[str]:
        return [sys.executable, str(FAKE), "silent", "0", str(tmp_path)]

    ledger = Ledger()
    carry_out([Step("load", fake("serves", tmp_path), waits, tmp_path / "none")], ledger, Cores(), seconds=1.0)
    assert ledger.failed[0][2] == "not done after 1 s"
    assert not alive(tmp_path)


def test_each_server_gets_each_workload_after_all_were_judged(tmp_path: Path) -> None:
    environments = [fake("serves", tmp_path, name) for name in ("a", "b", "c")]
    steps = plan(environments, Files(tmp_path), quick=False)
    names = [workload.name for workload in WORKLOADS]
    assert [step.name for step in steps] == [name for name in ("suites", *names) for _ in environments]
    assert len({step.result for step in steps}) == len(steps)
    for name in names:
        assert sorted(step.environment.server.name for step in steps if step.name == name) == ["a", "b", "c"]


def test_what_cannot_be_installed_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    server = fake("serves", tmp_path, installer="npm").server
    with pytest.raises(NotInstalled, match="there is no node on this machine"):
        install(server, tmp_path)


def test_the_account_names_settings_and_what_is_missing(tmp_path: Path) -> None:
    environment = Environment(fake("serves", tmp_path, notes="as its README shows").server, tmp_path)
    (tmp_path / "installed.json").write_text('["none==1.0", "other==2.0"]')
    text = account([environment], Ledger(skipped={"gone": "there is no node on this machine"}), Cores(1, 0))
    assert "`none==1.0` | no | JSON | as its README shows" in text
    assert "- gone: left out: there is no node on this machine" in text
    assert "other==2.0" in text
    assert "core 1" in text
