"""Only this machine is loaded without a question."""

import io
import sys

import pytest
from msgspec.structs import replace

from conformance.load.confirming import confirm, planned
from conformance.load.results.model import Plan
from conformance.target.errors import ConfigError
from tests.load.results import PLAN

ELSEWHERE = ("https://mcp.example.com/mcp", "http://10.0.0.5:8000/mcp", "http://[2001:db8::1]/", "http://0.0.0.0:1/mcp",
             "http://127.0.0.1.example.com/mcp", "http://localhost.example.com/", "http://127.0.0.1@example.com/",
             "http://169.254.0.1/mcp", "http://2130706433/mcp")  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/mcp", "http://localhost/mcp", "https://LOCALHOST./", "http://[::1]:9/", "http://127.8.9.1/"],
)
def test_this_machine_is_not_asked_for(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    confirm(url, PLAN, yes=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_machine_is_not_loaded_without_a_yes(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(ConfigError, match=r"^--yes: .* is another machine .*add --yes"):
        confirm(url, PLAN, yes=False)
    assert "up to 100 arrivals a second" in capsys.readouterr().err


@pytest.mark.parametrize("url", ELSEWHERE)
def test_with_a_yes_it_is_told_what_is_planned(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    confirm(url, PLAN, yes=True)
    assert "planned: tool-caller, up to 100 arrivals a second" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "agreed"),
    [("y\n", True), ("YES\n", True), ("\n", False), ("no\n", False), ("", False), ("yep\n", False)],
)
def test_somebody_at_a_terminal_is_asked(
    answer: str, agreed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    if agreed:
        confirm(ELSEWHERE[0], PLAN, yes=False)
    else:
        with pytest.raises(ConfigError, match=r"^--yes: nothing was sent to mcp\.example\.com$"):
            confirm(ELSEWHERE[0], PLAN, yes=False)
    said = capsys.readouterr().err
    assert said.index("planned:") < said.index("go on?")


def test_credentials_in_the_url_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    confirm("https://user:s3cret@mcp.example.com/mcp?token=s3cret", PLAN, yes=True)
    assert "s3cret" not in capsys.readouterr().err


def plan(**changes: object) -> Plan:
    return replace(PLAN, warm_up_s=2.0, duration_s=10.0, rounds=3, **changes)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (plan(rate=50.0), "up to 50 arrivals a second for 32 s"),
        (plan(rate=50.0, to_rate=400.0, shape="ramp"), "up to 400 arrivals a second"),
        (plan(rate=400.0, to_rate=50.0, shape="ramp"), "up to 400 arrivals a second"),
        (plan(rate=5.0, to_rate=90.0, shape="spike"), "up to 90 arrivals a second for 32 s"),
        (plan(rate=5.0, to_rate=90.0, shape="breaking-point"), "up to 90 arrivals a second, in steps of 10 s"),
        (plan(rate=5.0, shape="breaking-point"), "as many arrivals as it can bear, in steps of 10 s"),
        (plan(rate=None, model="closed", users=7), "7 users as fast as they are answered for 32 s"),
    ],
)
def test_the_highest_load_of_a_plan_is_told(one: Plan, said: str) -> None:
    assert said in planned(one)
