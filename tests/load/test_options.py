"""What the options of a run mean, and which ones are a mistake: one line that names the option."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from conformance.load.arguments import CLOSED_USERS, OPEN_USERS, add_options
from conformance.load.options import FOR_SEARCH, Elsewhere, LoadOptions, configured, load_options
from conformance.target.errors import ConfigError

URL = "http://127.0.0.1:9/mcp"


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args([URL, *options])


def given(*options: str) -> LoadOptions:
    return load_options(parsed(*options))


def test_without_options_a_few_users_call_tools_as_fast_as_they_are_answered() -> None:
    options = given()
    plan = options.plan
    assert (plan.scenario, plan.shape, plan.model, plan.arrivals, plan.rate) == (
        "tool-caller", "constant", "closed", "none", None
    )  # fmt: skip
    assert (plan.users, plan.rounds, plan.processes, plan.duration_s, plan.warm_up_s) == (CLOSED_USERS, 3, 1, 20.0, 5.0)
    assert options.elsewhere == Elsewhere()
    assert options.thresholds == ()


def test_a_rate_makes_an_open_loop() -> None:
    plan = given("--rate=12.5", "--arrivals=poisson", "--seed=3").plan
    assert (plan.model, plan.arrivals, plan.rate, plan.users, plan.seed) == ("open", "poisson", 12.5, OPEN_USERS, 3)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90.0), ("90s", 90.0), ("1.5m", 90.0), ("250ms", 0.25), ("2h", 7200.0), (" 5s ", 5.0)]
)
def test_durations_have_units(text: str, seconds: float) -> None:
    plan = given(f"--duration={text}", f"--warm-up={text}", f"--think={text}").plan
    assert (plan.duration_s, plan.warm_up_s, plan.think_s) == (seconds, seconds, seconds)


def test_there_may_be_no_warm_up() -> None:
    assert given("--warm-up=0").plan.warm_up_s == 0.0


def test_each_process_has_a_user() -> None:
    assert given("--users=1", "--processes=4").plan.users == 4


def test_rounds_are_those_of_a_constant_load() -> None:
    assert given("--rounds=5").plan.rounds == 5
    assert given("--rounds=5", "--shape=soak").plan.rounds == 1


def test_a_search_begins_at_ten_a_second_and_holds_to_something() -> None:
    options = given("--shape=breaking-point")
    assert (options.plan.rate, options.plan.model) == (10.0, "open")
    assert [one.source for one in options.thresholds] == ["default of the search"] * len(FOR_SEARCH)
    own = given("--shape=breaking-point", "--gate=p95<1s")
    assert [one.source for one in own.thresholds] == ["--gate"]
    assert given("--shape=breaking-point", "--to-rate=4").plan.rate == 4.0


def test_gates_come_from_the_command_line_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text('[gates]\ntotal = ["errors<1%"]\n"tools/call" = "p99<=250ms"\n')
    options = given("--gate=p95<100ms", f"--gates={file}")
    assert [(one.operation, one.percentile) for one in options.thresholds] == [
        ("total", 95.0), ("total", None), ("tools/call", 99.0)
    ]  # fmt: skip


def test_tools_get_their_arguments() -> None:
    options = given('--arguments=echo={"message": "a=b"}', "--arguments=other={}", "--tool=echo", "--tool=other")
    assert options.arguments == {"echo": {"message": "a=b"}, "other": {}}
    assert options.tools == ("echo", "other")


@pytest.mark.parametrize(
    ("options", "elsewhere"),
    [
        (("--master", "--bind=0.0.0.0:7", "--expect-workers=3"), Elsewhere("master", "0.0.0.0", 7, 3)),
        (("--worker", "--join=10.0.0.5:5557"), Elsewhere("worker", "10.0.0.5", 5557)),
        (("--worker", "--join=[::1]:5557"), Elsewhere("worker", "::1", 5557)),
    ],
)
def test_machines_find_each_other(options: tuple[str, ...], elsewhere: Elsewhere) -> None:
    assert given(*options).elsewhere == elsewhere


MISTAKES = [
    ("--rate", "--rate=0"),
    ("--rate", "--rate=-5"),
    ("--rate", "--rate=fast"),
    ("--rate", "--rate=nan"),
    ("--rate", "--rate=inf"),
    ("--to-rate", "--to-rate=x", "--shape=ramp", "--rate=1"),
    ("--to-rate", "--to-rate=5", "--rate=1"),
    ("--to-rate", "--to-rate=5", "--shape=soak", "--rate=1"),
    ("--to-rate", "--shape=breaking-point", "--rate=10", "--to-rate=5"),
    ("--shape=ramp", "--shape=ramp"),
    ("--shape=ramp", "--shape=ramp", "--rate=1"),
    ("--shape=spike", "--shape=spike", "--to-rate=1"),
    ("--users", "--users=0"),
    ("--users", "--users=1.5"),
    ("--users", "--users=²"),
    ("--users", "--users=99999999999999999999"),
    ("--duration", "--duration=0"),
    ("--duration", "--duration=5 minutes"),
    ("--duration", "--duration=1e3"),
    ("--duration", "--duration=" + "9" * 60),
    ("--warm-up", "--warm-up=-1"),
    ("--rounds", "--rounds=0"),
    ("--think", "--think=soon"),
    ("--seed", "--seed=x"),
    ("--processes", "--processes=many"),
    ("--arguments", "--arguments=echo"),
    ("--arguments", "--arguments=echo=[1]"),
    ("--arguments", "--arguments=echo={"),
    ("--arguments", "--arguments={}"),
    ("--gate", "--gate=p95"),
    ("--gate", "--gate=p95<100"),
    ("--master, --worker", "--master", "--worker"),
    ("--expect-workers", "--master", "--expect-workers=0"),
    ("--bind", "--master", "--bind=here"),
    ("--bind", "--master", "--bind=here:²"),
    ("--join", "--worker", "--join=here:99999"),
    ("--rate", "--scenario=stream-holder", "--rate=5"),
    ("--worse-fails", "--worse-fails"),
    ("--body", "--body={}"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: " ".join(mistake[1:])[:40])
def test_a_mistake_is_one_line_that_names_the_option(mistake: tuple[str, ...]) -> None:
    option, *options = mistake
    with pytest.raises(ConfigError) as raised:
        given(*options)
    said = str(raised.value)
    assert said.startswith(f"{option}:")
    assert "\n" not in said
    assert len(said) < 250


def test_a_file_of_gates_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"/no/such\.toml: cannot be read"):
        given("--gates=/no/such.toml")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": ""}, "URL"),
        ({"proxy": "http://127.0.0.1:3128"}, "--proxy"),
        ({"timeout": "soon"}, "--request-timeout"),
        ({"token_env": "NO_SUCH_VARIABLE"}, "--token-env"),
        ({"ca_bundle": "/no/such.pem"}, "--ca-bundle"),
        ({"revisions": ["1999-01-01"]}, "--revision"),
        ({"profiles": ["no-such-profile"], "url": ""}, "no-such-profile"),
        ({"url": "ftp://127.0.0.1/mcp"}, "ftp"),
    ],
)
def test_what_is_wrong_with_the_target_is_one_line(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MCP_CONFORMANCE_TARGET", "MCP_GATEWAY_URL", "EMCP_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    namespace = parsed()
    for key, value in changes.items():
        setattr(namespace, key, value)
    with pytest.raises(ConfigError) as raised:
        configured(namespace)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_arguments_of_the_command_line_go_before_those_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("conformance.toml").write_text('[arguments.echo]\nmessage = "file"\n[arguments.other]\nx = 1\n')
    _, config = configured(parsed('--arguments=echo={"message": "line"}'))
    assert config.arguments == {"echo": {"message": "line"}, "other": {"x": 1}}
