"""Every exit code, through real runs; and before a run begins one line says what is wrong."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.reference.embedded import Embedded
from tests.plugin.runs import COMMAND, Outcome, run
from tests.plugin.targets import Target, small_target

ONE_REVISION = ("--revision", "2025-06-18", "-q")
PING = ("--area=ping", *ONE_REVISION)
SOUND = ("--area=lifecycle", "--area=tools", "--area=ping", "--area=progress", *ONE_REVISION)
"""What the small target keeps to."""


@pytest.fixture(scope="module")
def nobody() -> str:
    """A URL where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}/mcp"


def judged(directory: Path, url: str, *arguments: str) -> Outcome:
    return run(directory, f"--target={url}", *arguments)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_0_conforms(tmp_path: Path, embedded: Embedded, workers: Sequence[str]) -> None:
    outcome = judged(tmp_path, embedded.url(), *PING, *workers)

    assert outcome.code == 0, outcome.shown
    assert outcome.report["summary"]["conforms"] is True
    assert "conforms, as far as it was judged" in outcome.out


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_1_a_must_is_broken(tmp_path: Path, workers: Sequence[str]) -> None:
    with small_target(wrong_ping=True) as target:
        outcome = judged(tmp_path, target.url, *PING, *workers)

    assert outcome.code == 1, outcome.shown
    assert "FAIL ping-respond-empty (MUST, 2025-06-18)" in outcome.out
    assert outcome.report["summary"]["conforms"] is False


def test_1_a_should_is_broken_only_with_strict(tmp_path: Path, small: Target) -> None:
    chosen = ("--requirement=pagination-invalid-cursor-32602", *ONE_REVISION)

    lenient = judged(tmp_path, small.url, *chosen)
    strict = judged(tmp_path, small.url, *chosen, "--strict")
    from_addopts = run(tmp_path, f"--target={small.url}", *chosen, env={"PYTEST_ADDOPTS": "--strict"})

    assert "WARN pagination-invalid-cursor-32602" in lenient.out
    assert [one for one in lenient.verdicts if one.requirement == "pagination-invalid-cursor-32602" and not one.red]
    assert strict.code == from_addopts.code == 1, strict.shown


def test_3_a_check_breaks(tmp_path: Path, small: Target) -> None:
    broken = "def pytest_runtest_call(item):\n    raise RuntimeError('our own mistake')\n"
    (tmp_path / "breaker.py").write_text(broken)

    outcome = run(tmp_path, f"--target={small.url}", *PING, "-p", "breaker", env={"PYTHONPATH": str(tmp_path)})

    assert outcome.code == 3, outcome.shown
    assert "ERROR ping-respond-empty" in outcome.out
    assert "RuntimeError: our own mistake" in outcome.out


def test_3_a_worker_dies(tmp_path: Path, small: Target) -> None:
    crash = "import os\n\ndef pytest_runtest_call(item):\n    if 'ping' in item.name: os._exit(9)\n"
    (tmp_path / "crasher.py").write_text(crash)

    outcome = run(
        tmp_path, f"--target={small.url}", *PING, "-n", "1", "--max-worker-restart=1", "-p", "crasher",
        env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip

    assert outcome.code == 3, outcome.shown
    (verdict,) = [one for one in outcome.verdicts if one.requirement == "ping-respond-empty" and one.status == "error"]
    assert verdict.reason == "the worker process died while it ran this check"
    assert verdict.revision == "2025-06-18"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target=ftp://user:geheim@host/x"], "is not an http or https URL"),
        (["--target=http://127.0.0.1:1/", "--token-file=nowhere"], "--token-file: nowhere cannot be read"),
        (["--target=http://127.0.0.1:1/", "--ca-bundle=bad.toml"], "--ca-bundle, --client-cert"),
        (["--target=http://127.0.0.1:1/", "--proxy=nonsense://x"], "--proxy: "),
        (["--target=http://127.0.0.1:1/", "--target-config=bad.toml"], "not valid TOML"),
        (["--target=http://127.0.0.1:1/", "--area=pings"], "--area: no such name 'pings'; did you mean ping"),
        (["--target=http://127.0.0.1:1/", "--requirement=ping-respond"], "did you mean ping-respond-empty"),
    ],
)  # fmt: skip
def test_4_the_configuration_is_wrong(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "bad.toml").write_text("no [ toml")

    outcome = run(tmp_path, *arguments)

    assert outcome.code == 4, outcome.shown
    assert said in outcome.complaint()
    assert "geheim" not in outcome.shown


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[target]\nurl = 'http://127.0.0.1:1'\ntimeuot = 3\n", "unknown key target.timeuot"),
        ("[targets]\nurl = 'http://127.0.0.1:1'\n", "unknown table [targets]"),
        ("[target]\nurl = 'http://127.0.0.1:1'\ntimeout = 'long'\n", "target.timeout: 'long' is not a number"),
    ],
)
def test_4_the_file_is_wrong(tmp_path: Path, document: str, said: str) -> None:
    (tmp_path / "conformance.toml").write_text(document)

    outcome = run(tmp_path)

    assert outcome.code == 4, outcome.shown
    assert said in outcome.complaint()


def test_4_the_target_wants_a_credential(tmp_path: Path) -> None:
    with small_target(token="sesame-open") as target:
        outcome = judged(tmp_path, target.url)

        assert outcome.code == 4, outcome.shown
        assert "401" in outcome.complaint()
        assert judged(tmp_path, target.url, *PING, "--token-env=MY_TOKEN").code == 4


def test_4_the_budget_does_not_suffice_for_discovery(tmp_path: Path, small: Target) -> None:
    outcome = judged(tmp_path, small.url, "--request-budget=1")

    assert outcome.code == 4, outcome.shown
    assert "--request-budget" in outcome.complaint()


def test_5_nothing_was_judged(tmp_path: Path, small: Target) -> None:
    outcome = judged(tmp_path, small.url, *ONE_REVISION, "-k", "no_test_has_this_name")

    assert outcome.code == 5, outcome.shown
    assert outcome.report["summary"]["conforms"] is None


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_6_nobody_is_there(tmp_path: Path, nobody: str, workers: Sequence[str]) -> None:
    outcome = judged(tmp_path, nobody, *workers)

    assert outcome.code == 6, outcome.shown
    assert "not reachable" in outcome.complaint()
    assert not (tmp_path / "reports").exists()


def test_6_it_is_no_mcp_server(tmp_path: Path, embedded: Embedded) -> None:
    outcome = judged(tmp_path, embedded.url("/nothing-here"))

    assert outcome.code == 6, outcome.shown
    assert "does not speak MCP" in outcome.complaint()


def test_6_the_rate_is_limited_from_some_request_on(tmp_path: Path) -> None:
    with small_target(limits=lambda number: number > 20) as target:
        outcome = judged(tmp_path, target.url, *SOUND)

    assert outcome.code == 6, outcome.shown
    assert "the target was lost on the way" in outcome.out
    assert [one for one in outcome.verdicts if "refuses every request (429); see --max-rps" in (one.reason or "")]
    assert not [one for one in outcome.verdicts if "429" in (one.received or "")]
    assert len(target.seen) < 35


def test_0_a_request_is_refused_for_its_rate_now_and_then(tmp_path: Path) -> None:
    """A limit is no defect: what it touches is not judged, and the rest is."""
    with small_target(limits=lambda number: number > 20 and number % 4 == 0) as target:
        outcome = judged(tmp_path, target.url, *SOUND)

    limited = [one for one in outcome.verdicts if one.blocked_by == "RateLimited"]
    assert outcome.code == 0, outcome.shown
    assert limited
    assert "see --max-rps" in (limited[0].reason or "")


def test_7_a_must_was_not_judged(tmp_path: Path, small: Target) -> None:
    chosen = ("--requirement=progress-value-increases", *ONE_REVISION)

    assert judged(tmp_path, small.url, *chosen).code == 0
    outcome = judged(tmp_path, small.url, *chosen, "--require-complete")
    assert outcome.code == 7, outcome.shown


def test_the_command_has_the_same_codes(tmp_path: Path, nobody: str, embedded: Embedded) -> None:
    assert run(tmp_path, "run", nobody, command=COMMAND).code == 6
    assert run(tmp_path, "run", "nonsense", command=COMMAND).code == 4
    assert run(tmp_path, "run", embedded.url(), *PING, command=COMMAND).code == 0
