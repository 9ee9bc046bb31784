"""The command `mcp-conformance`."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from conformance import cli, exit_codes
from conformance.cli import pytest_arguments
from conformance.reference.embedded import Embedded, start_embedded
from tests.plugin.runs import COMMAND, environment, run

SCHEMAS = Path(__file__).parent.parent.parent / "schemas" / "reports"


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        (["http://h/mcp", "-q"], ["--target=http://h/mcp", "-q"]),
        (["-q", "https://h/mcp"], ["-q", "--target=https://h/mcp"]),
        (["nonsense"], ["--target=nonsense"]),
        (["http://h", "--proxy", "http://p"], ["--target=http://h", "--proxy", "http://p"]),
        (["--config", "c.toml", "--config=d.toml"], ["--target-config", "c.toml", "--target-config=d.toml"]),
        (["-k", "ping"], ["-k", "ping"]),
    ],
)
def test_arguments_of_run_become_those_of_pytest(given: list[str], passed_on: list[str]) -> None:
    assert pytest_arguments(given) == passed_on


def test_explain_prints_a_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "ping-respond-empty"]) == exit_codes.OK

    shown = capsys.readouterr().out
    assert shown.startswith("ping-respond-empty (ping)\n")
    assert "https://modelcontextprotocol.io/specification/2025-06-18/basic/utilities/ping" in shown
    assert "tested by suites/protocol/test_ping.py::" in shown


def test_explain_lists_an_area(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--area", "ping"]) == exit_codes.OK

    assert {line.split()[-2] for line in capsys.readouterr().out.splitlines()} == {"ping"}


@pytest.mark.parametrize("id", ["C-EMCP-104", "c-emcp-104"])
def test_explain_prints_a_clause(capsys: pytest.CaptureFixture[str], id: str) -> None:
    assert cli.main(["explain", id]) == exit_codes.OK

    shown = capsys.readouterr().out
    assert shown.startswith("C-EMCP-104 (emcp, MUST)\n")
    assert "Wait the time of Retry-After" in shown
    assert "only its source code shows it" in shown
    assert "needs --allow-noisy" in shown


def test_explain_lists_the_clauses_of_a_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--clauses", "upgrade"]) == exit_codes.OK

    assert [line.split()[2] for line in capsys.readouterr().out.splitlines()] == [
        f"C-WVO-{number:03}" for number in range(1, 96)
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["explain", "ping-respond"],
            "mcp-conformance: no requirement, rule or clause 'ping-respond'; did you mean ping-",
        ),
        (["explain", "--area", "pong"], "mcp-conformance: --area: no such name 'pong'; areas: "),
        (["explain", "--clauses", "pong"], "mcp-conformance: --clauses: no such name 'pong'; systems: emcp, level3, "),
        (["discover", "nonsense"], "mcp-conformance: --target: 'nonsense' is not an http or https URL"),
    ],
)
def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert cli.main(arguments) == exit_codes.USAGE

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(said)
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["serve", "--port", "many"]])
def test_a_wrong_usage_has_the_code_of_pytest(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert ended.value.code == exit_codes.USAGE
    assert "usage: mcp-conformance" in capsys.readouterr().err


@pytest.fixture(scope="module")
def embedded() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


def test_discover_prints_what_its_schema_says(embedded: Embedded, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discover", embedded.url(), "--json"]) == exit_codes.OK

    schema = json.loads((SCHEMAS / "discovery.json").read_text())
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["url"] == embedded.url()


def test_discover_prints_a_table(embedded: Embedded, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discover", embedded.url()]) == exit_codes.OK

    shown = capsys.readouterr().out
    assert "revision    session  capabilities" in shown
    assert "2026-07-28  no " in shown


def test_serve_says_that_its_address_is_taken(embedded: Embedded, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--port", str(embedded.port)]) == exit_codes.USAGE

    assert f"cannot listen on 127.0.0.1:{embedded.port}" in capsys.readouterr().err


def test_serve_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"], cwd=tmp_path, env=environment({}), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        what, url = process.stdout.readline().rsplit(maxsplit=1)
        assert what.strip() == "healthy server"
        assert cli.main(["discover", url]) == exit_codes.OK
    finally:
        process.send_signal(2)
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "explain"], cwd=tmp_path, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()

    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(30) == exit_codes.OK


def test_help_of_run_names_its_options(tmp_path: Path) -> None:
    outcome = run(tmp_path, "run", "--help", command=COMMAND)

    assert outcome.code == 0
    assert "--token-env" in outcome.out
    assert "--requirement" in outcome.out
