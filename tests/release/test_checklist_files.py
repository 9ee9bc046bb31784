"""Checklists that are wrong are refused in one line; the built-in ones are whole, and hold together with the rules."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance.contracts import rules
from conformance.contracts.profiles import in_force, load_profile
from conformance.release.checklist import documents, schema
from conformance.release.checklist.graph import in_order
from conformance.release.checklist.loading import load
from conformance.release.checklist.model import Suite
from conformance.target.errors import ConfigError
from tests.release.runs import checklist, command, loaded

ROOT = Path(__file__).parents[2]
RULES = {"emcp": ("EMCP", 17), "operator": ("ABZU", 18), "upgrade": ("WVO", 26), "level3": ("L3", 30)}
ONE = command("one", "pass")


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads((ROOT / schema.PUBLISHED).read_text()) == json.loads(json.dumps(schema.schema()))


@pytest.mark.parametrize("name", documents.names())
def test_a_built_in_checklist_is_valid_by_the_schema(name: str) -> None:
    document = tomllib.loads((documents.BUILT_IN / f"{name}.toml").read_text())

    assert [error.message for error in Draft202012Validator(schema.schema()).iter_errors(document)] == []


def test_the_schema_knows_no_other_keys(tmp_path: Path) -> None:
    document = {"steps": {"one": {"kind": "command", "title": "x", "run": ["x"], "shel": True}}}

    assert list(Draft202012Validator(schema.schema()).iter_errors(document))


@pytest.mark.parametrize("system", RULES)
def test_each_rule_of_a_runbook_has_a_step(system: str) -> None:
    prefix, count = RULES[system]
    named = {rule for step in load(system).checklist.steps.values() for rule in step.rules}

    assert named == {f"R-{prefix}-{number:02}" for number in range(1, count + 1)}
    assert all(step.rules for step in load(system).checklist.steps.values())


@pytest.mark.parametrize("system", RULES)
def test_what_a_step_asks_for_is_promised_by_the_profile_and_can_fail_it(system: str) -> None:
    """A rule that only source code shows would never be judged; a SHOULD would only warn."""
    profile = load_profile(system, {})
    suites = {name: step for name, step in load(system).checklist.steps.items() if isinstance(step, Suite)}
    for name, step in suites.items():
        for rule in step.requirements:
            found = in_force(rules.load()[rule], profile, strict_profile=step.strict_profile)
            assert not isinstance(found, str | None), (name, rule, found)
            assert found.level == "MUST" or step.strict, (name, rule)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no steps"),
        ("[steps.one]\ntitle = 'x'", "steps.one: kind is missing"),
        ("[steps.one]\nkind = 'guess'\ntitle = 'x'", "steps.one.kind: .*; use suite, command"),
        ("steps = 3", "no steps"),
        ("[steps]\none = 3", r"written \[steps.one\]"),
        (ONE.replace('title = "one"\n', ""), "steps.one: .*`title`"),
        (ONE + "tilte = 'x'", "steps.one: unknown key 'tilte'"),
        (ONE + "time_limit_s = 0", "steps.one.time_limit_s has to be a number above 0"),
        (ONE + "time_limit_s = nan", "steps.one.time_limit_s"),
        (ONE + "needs = ['two']", "steps.one.needs: no step 'two'"),
        (ONE + "needs = ['one']", "a circle: one needs one"),
        (ONE + "output = ['(']", "steps.one.output: '\\(' is no pattern"),
        (ONE + "severity = 'blokker'", "steps.one.severity"),
        (ONE + "severity = 'advisory'", "every step is advisory"),
        (ONE + "environment = ['A=1']", "is no name of a variable"),
        (ONE + "cwd = '{repo}'", r"steps.one: no variable \{repo\}"),
        (ONE + "artifacts = [{ source = 'x', rules = ['ok is true'] }]", "artifacts.0.rules: .*PATH OP VALUE"),
        (ONE.replace("[steps.one]", "[steps.One_]"), "not a name of a step"),
        ("[steps.one]\nkind = 'command'\ntitle = 'x'\nrun = 'make test'", "as a list"),
        ("[steps.one]\nkind = 'command'\ntitle = 'x'\nrun = ['make']\nshell = true", "is one text"),
        ("[steps.one]\nkind = 'command'\ntitle = 'x'\nrun = []", "run is empty"),
        ("[steps.one]\nkind = 'suite'\ntitle = 'x'", "needs a target or profiles"),
        ("[steps.one]\nkind = 'suite'\ntitle = 'x'\ntarget = 'y'\nareas = ['pong']", "'pong'; did you mean ping"),
        ("[steps.one]\nkind = 'suite'\ntitle = 'x'\ntarget = 'y'\nrequirements = ['pong']", "no rule 'pong'"),
        ("[steps.one]\nkind = 'load'\ntitle = 'x'\ntarget = 'y'", "name a gate"),
        ("[steps.one]\nkind = 'load'\ntitle = 'x'\ntarget = 'y'\ngates = ['p95<100']", "needs its unit"),
        ("[steps.one]\nkind = 'observe'\ntitle = 'x'\ntarget = 'y'\nlimits = []", "when the promise is broken"),
        (
            "[steps.one]\nkind = 'observe'\ntitle = 'x'\ntarget='y'\nlimits = [{ op = '>', limit = 1, window_s = 90 }]",
            "does not fit in observe_s",
        ),
        (ONE + "[waivers.two]\nreason = 'x'\nby = 'y'\nuntil = 2030-01-01", "waivers.two: no step of this name"),
        (ONE + "[waivers.one]\nreason = ''\nby = 'y'\nuntil = 2030-01-01", "reason is empty"),
        (ONE + "[waivers.one]\nreason = 'x'\nby = 'y'\nuntil = 'soon'", "until: 'soon' is no day"),
        (ONE + "[waivers.one]\nreason = 'x'\nby = 'y'", "`until`"),
        ("format = 2\n" + ONE, "format 2 is not known"),
        ("name = '../up'\n" + ONE, "is no name of a directory"),
        ("[variables.run]\n" + ONE, "variables.run: not a name"),
        ("[variables.a]\ndefault = '{b}'\n[variables.b]\n" + ONE, r"no variable \{b\} above it"),
        ("[" * 50_000, "not valid TOML"),
        ("extends = 'no-such'\n" + ONE, "no checklist 'no-such'"),
        ("extends = 'mine.toml'\n" + ONE, "extends itself"),
    ],
)  # fmt: skip
def test_a_wrong_checklist_is_refused_in_one_line(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        loaded(tmp_path, content)

    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("--checklist: ")


def test_who_extends_changes_adds_and_takes_out(tmp_path: Path) -> None:
    checklist(tmp_path, command("one", "pass") + command("two", "pass"), "below.toml")
    found = loaded(
        tmp_path, "extends = 'below.toml'\n[steps]\ntwo = false\n[steps.one]\nowner = 'Ada'\n" + command("three", "")
    )

    assert list(found.checklist.steps) == ["one", "three"]
    assert found.checklist.steps["one"].owner == "Ada"
    assert found.left_out == ("two",)
    assert [path.name for path in found.files] == ["mine.toml", "below.toml"]


def test_the_checksum_is_that_of_all_files(tmp_path: Path) -> None:
    below = checklist(tmp_path, ONE, "below.toml")
    before = loaded(tmp_path, "extends = 'below.toml'").sha256
    below.write_text(below.read_text() + "\n# changed\n")

    assert loaded(tmp_path, "extends = 'below.toml'").sha256 != before


def test_steps_that_are_needed_come_first_else_the_order_is_kept() -> None:
    assert in_order({"a": ["d"], "b": [], "c": ["b"], "d": []}) == ["d", "a", "b", "c"]


def test_a_circle_is_told_as_a_whole() -> None:
    with pytest.raises(ConfigError, match="b needs c needs d needs b"):
        in_order({"a": ["b"], "b": ["c"], "c": ["d"], "d": ["b"]})


def test_a_long_row_of_steps_is_fine() -> None:
    count = 5_000
    needs = {str(number): [str(number + 1)] if number + 1 < count else [] for number in range(count)}

    assert in_order(needs)[0] == str(count - 1)


def test_dates_of_toml_are_texts(tmp_path: Path) -> None:
    found = loaded(tmp_path, ONE + "[waivers.one]\nreason = 'x'\nby = 'y'\nuntil = 2030-01-31")

    assert found.checklist.waivers["one"].until == "2030-01-31"


def test_no_step_of_a_built_in_checklist_names_a_machine() -> None:
    for name in documents.names():
        text = (documents.BUILT_IN / f"{name}.toml").read_text()
        assert not re.search(r"/home/|/Users/|/tmp/|localhost:\d", text)
