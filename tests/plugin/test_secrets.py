"""A target that repeats everything it is sent, and credentials from every source: no report and no output has one."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.runs import COMMAND, Outcome, run
from tests.plugin.targets import Target, small_target

LOUD = (
    "--showlocals", "-vv", "--tb=long", "--alluredir=allure", "--html=table.html", "-o", "log_cli=true",
    "--log-cli-level=DEBUG",
)  # fmt: skip
CHOSEN = ("--revision=2025-06-18", "--area=ping", "--area=tools")
CANARY = "c4n4ry-Zq8_vX2"

OWN_TEST = """
def test_own(peer, run_config, channel, conformance_run):
    reply = peer.request("ping")
    print(channel, reply.exchange.text, reply.exchange.request)
    assert reply.result == {}
"""


@pytest.fixture(scope="module")
def careless() -> Iterator[Target]:
    with small_target(echo=True, wrong_ping=True) as target:
        yield target


def leaks(outcome: Outcome, *secrets: str) -> list[str]:
    """Where a secret is found, in the output or in any file that the run wrote."""
    files = [path for path in outcome.directory.rglob("*") if path.is_file() and path.name not in INPUTS]
    texts = {"output": outcome.shown, **{str(path): path.read_text(errors="replace") for path in files}}
    return [place for place, text in texts.items() if any(secret in text for secret in secrets)]


INPUTS = frozenset({"token", "conformance.toml", "test_own.py"})


def judged(directory: Path, url: str, *arguments: str, env: dict[str, str] | None = None) -> Outcome:
    (directory / "test_own.py").write_text(OWN_TEST)
    outcome = run(directory, f"--target={url}", *CHOSEN, *LOUD, "suites", "test_own.py", *arguments, env=env or {})
    assert outcome.code == 1, outcome.shown
    assert (directory / "reports/report.html").stat().st_size > 10_000
    assert (directory / "reports/junit.xml").stat().st_size > 1_000
    assert list((directory / "allure").glob("*-attachment.txt"))
    return outcome


def test_the_careless_target_does_repeat_what_it_is_sent(tmp_path: Path, careless: Target) -> None:
    outcome = judged(tmp_path, careless.url, "--target-header=User-Agent: a-plain-name")

    assert "a-plain-name" in (tmp_path / "reports/verdicts.json").read_text()
    assert leaks(outcome, "a-plain-name")


def test_a_token_from_the_environment(tmp_path: Path, careless: Target) -> None:
    outcome = judged(tmp_path, careless.url, "--token-env=MY_TOKEN", env={"MY_TOKEN": CANARY})

    assert any(f"Bearer {CANARY}" in head.values() for head in careless.seen)
    assert not leaks(outcome, CANARY)


def test_a_token_from_a_file_and_under_xdist(tmp_path: Path, careless: Target) -> None:
    (tmp_path / "token").write_text(CANARY + "\n")

    assert not leaks(judged(tmp_path, careless.url, "--token-file=token", "-n", "2"), CANARY)


def test_a_token_from_a_command(tmp_path: Path, careless: Target) -> None:
    (tmp_path / "token").write_text(CANARY)

    assert not leaks(judged(tmp_path, careless.url, "--token-command=cat token"), CANARY)


def test_headers_from_the_command_line_and_the_file(tmp_path: Path, careless: Target) -> None:
    pair = base64.b64encode(f"user:{CANARY}".encode()).decode()
    document = f"[headers]\nX-Partner = '{CANARY}-file'\nCookie = 'a=1; session={CANARY}-cookie'\n"
    (tmp_path / "conformance.toml").write_text(document)

    outcome = judged(tmp_path, careless.url, f"--target-header=Authorization: Basic {pair}")

    assert not leaks(outcome, CANARY, pair)


def test_credentials_in_the_url(tmp_path: Path, careless: Target) -> None:
    url = careless.url.replace("http://", f"http://user:{CANARY}@") + f"?api_key={CANARY}-query"
    pair = base64.b64encode(f"user:{CANARY}".encode()).decode()

    assert not leaks(judged(tmp_path, url), CANARY, pair)


def test_credentials_of_a_proxy(tmp_path: Path) -> None:
    outcome = run(tmp_path, "--target=http://127.0.0.1:1/mcp", f"--proxy=http://user:{CANARY}@127.0.0.1:1")

    assert outcome.code == 6, outcome.shown
    assert not leaks(outcome, CANARY)


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_what_discover_prints(tmp_path: Path, careless: Target, arguments: tuple[str, ...]) -> None:
    environment = {"MCP_CONNECTOR_TOKEN": CANARY}

    outcome = run(tmp_path, "discover", careless.url, *arguments, command=COMMAND, env=environment)

    assert outcome.code == 0, outcome.shown
    assert any(f"Bearer {CANARY}" in head.values() for head in careless.seen)
    assert not leaks(outcome, CANARY)
