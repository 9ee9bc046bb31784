"""The command `mcp-conformance ledger`."""

import io
import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from conformance import cli, exit_codes
from conformance.contracts.ledger.clauses import ledger_clauses
from conformance.protocol.schemas import schema_root
from tests.contracts.ledger.building import CONNECTORS, NOW, START, Body, changed, entry, rotation, stamp, text

AS_OF = ["--now", stamp(NOW)]
SHOULD = [{**body, "credential_expiry": stamp(START)} for body in rotation()]
MUST = [changed(rotation()[0], "rotated_at", 0), *rotation()]
STEP_BACK = [*rotation(), entry(CONNECTORS[0], START - timedelta(hours=2))]


def ledger(directory: Path, content: bytes | list[Body]) -> str:
    path = directory / "ledger.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else text(content))
    return str(path)


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (rotation(), [], exit_codes.OK),
        (rotation(), ["--strict", "--strict-profile"], exit_codes.OK),
        (MUST, [], exit_codes.BROKEN),
        (SHOULD, [], exit_codes.OK),
        (SHOULD, ["--strict"], exit_codes.BROKEN),
        (STEP_BACK, ["--strict"], exit_codes.OK),
        (STEP_BACK, ["--strict", "--strict-profile"], exit_codes.BROKEN),
        (rotation(), ["--connector", "neo"], exit_codes.BROKEN),
        (rotation(), ["--connector", "operator_api", "--connector", "crown_handshake"], exit_codes.OK),
        (rotation(), ["--window", "24h"], exit_codes.BROKEN),
        (rotation(), ["--window", "2d"], exit_codes.OK),
        (rotation(), ["--window", "PT48H"], exit_codes.OK),
        (b"", [], exit_codes.NOTHING),
        (b"\n\n", ["--json"], exit_codes.NOTHING),
        (b"nothing\n", [], exit_codes.BROKEN),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_exit_code_says_the_verdict(
    content: bytes | list[Body], options: list[str], code: int, form: list[str], tmp_path: Path
) -> None:
    assert cli.main(["ledger", ledger(tmp_path, content), *AS_OF, *options, *form]) == code


def test_without_a_time_the_clock_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ledger", ledger(tmp_path, rotation())]) == exit_codes.BROKEN
    assert "MUST C-ABZU-075" in capsys.readouterr().out


def test_findings_are_grouped_by_clause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = [changed(body, "window_hours", 24) for body in rotation()] * 5

    assert cli.main(["ledger", ledger(tmp_path, [*day, *rotation()]), *AS_OF]) == exit_codes.OK

    assert capsys.readouterr().out.splitlines() == [
        ("SHOULD C-ABZU-074  window_hours of earlier lines is the promised window  "
        "(15 findings; lines 1, 2, 3, 4, 5, 6, 7, 8, …)"),
        "  line 1: window_hours is 24, expected 48",
        "  line 2: window_hours is 24, expected 48",
        "  line 3: window_hours is 24, expected 48",
        "  and 12 more",
        f"  do: {ledger_clauses()['C-ABZU-074'].rule('should').advice}",
        "ok: 18 lines, 9 clauses, as of 2025-09-21T13:24:09Z; findings: 0 must, 15 should",
    ]


def test_what_must_be_repaired_comes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ledger", ledger(tmp_path, [*MUST, *SHOULD]), *AS_OF]) == exit_codes.BROKEN

    shown = capsys.readouterr().out.splitlines()
    heads = [line.split("  ")[0] for line in shown if not line.startswith(" ")]
    assert heads == ["MUST C-ABZU-072", "SHOULD C-ABZU-082", shown[-1].split("  ")[0]]
    assert shown[-1].startswith("broken: 7 lines, ")


def test_a_file_level_finding_has_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ledger", ledger(tmp_path, rotation()[1:]), *AS_OF])

    assert '  ledger: no line is of the connector "operator_api"; expected at least one' in capsys.readouterr().out


@pytest.mark.parametrize("content", [rotation(), MUST, [*MUST, *SHOULD], b"", b"{}\nx"])
def test_json_is_what_its_schema_says(
    content: bytes | list[Body], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["ledger", ledger(tmp_path, content), *AS_OF, "--json", "--strict-profile"])

    schema = json.loads((schema_root() / "contracts/ledger-report.json").read_text())
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["exit_code"] == code
    severities = [finding["severity"] for finding in document["findings"]]
    assert document["counts"] == {name: severities.count(name) for name in ("must", "should")}


def test_the_ledger_may_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text(rotation()))))

    assert cli.main(["ledger", "-", *AS_OF]) == exit_codes.OK
    assert capsys.readouterr().out.startswith("ok: 3 lines")


def test_an_earlier_copy_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = tmp_path / "earlier.jsonl"
    earlier.write_bytes(text([*rotation(), entry()]))

    assert cli.main(["ledger", ledger(tmp_path, rotation()), *AS_OF, "--before", str(earlier)]) == exit_codes.BROKEN
    assert "MUST C-ABZU-069" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-file"], "cannot read the ledger no-such-file: No such file"),
        (["."], "cannot read the ledger .: Is a directory"),
        (["{}", "--before", "no-such-file"], "cannot read the ledger no-such-file"),
        (["{}", "--now", "yesterday"], "--now: 'yesterday' is no time with an offset"),
        (["{}", "--now", "2025-09-21T12:00:00"], "--now: '2025-09-21T12:00:00' is no time with an offset"),
        (["{}", "--window", "two days"], "--window: 'two days' is no duration"),
        (["{}", "--window", "0h"], "--window: '0h' is no duration"),
    ],
)
def test_what_is_wrong_with_the_call_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [argument.format(ledger(tmp_path, rotation())) for argument in arguments]

    assert cli.main(["ledger", *given]) == exit_codes.USAGE
    assert capsys.readouterr().err.startswith(f"mcp-conformance: {said}")


def test_no_secret_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "sk-live-0a1b2c3d4e5f"
    leaked = [{**entry(), "token": secret, secret: 1}, changed(entry(), "connector_id", secret), {"rotated_at": secret}]
    path = ledger(tmp_path, text(leaked) + f'{{"token": "{secret}'.encode())

    for form in ([], ["--json"]):
        cli.main(["ledger", path, *AS_OF, "--strict-profile", *form])
        printed = capsys.readouterr()
        assert "C-ABZU-058" in printed.out
        assert secret not in printed.out + printed.err


def test_the_ledger_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ledger", ledger(tmp_path, [{**entry(), "rotated_at": "\x1b[2J\u202e"}, *rotation()]), *AS_OF])

    assert not {"\x1b", "\u202e"} & set(capsys.readouterr().out)


def test_the_profile_says_what_is_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('extends = "operator"\nname = "own"\n[ledger]\nrequired_connectors = ["neo"]\n')

    assert cli.main(["ledger", ledger(tmp_path, rotation()), *AS_OF, "--profile", str(profile)]) == exit_codes.BROKEN
    assert 'no line is of the connector "neo"' in capsys.readouterr().out


def test_a_profile_without_a_ledger_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "none.toml"
    profile.write_text('name = "none"\n')

    assert cli.main(["ledger", ledger(tmp_path, rotation()), "--profile", str(profile)]) == exit_codes.USAGE
    assert "no section [ledger]" in capsys.readouterr().err
