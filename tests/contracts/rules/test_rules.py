"""The registry of contract rules: what may stand in it, and that every rule has a test and every test a rule."""

from collections.abc import Mapping
from importlib import util
from pathlib import Path

import pytest

from conformance.contracts.profiles.model import Profile
from conformance.contracts.rules import RuleError, load
from conformance.contracts.rules.registry import read_directory
from conformance.plugin.invocation import suites_directory
from conformance.reference.contracts.catalogue import contract_faults
from conformance.reference.contracts.operator.smoke import FAULTS
from conformance.report import explain

SUITES = sorted((suites_directory() / "contracts").glob("test_*.py"))

ENTRY = """
- id: {id}
  level: {level}
  safety: {safety}
  text: "A promise."
  how: "a request -> an answer"
  clauses: [{clauses}]
  advice: "Look."
"""


def entry(**changes: str) -> str:
    return ENTRY.format(**{"id": "access-one", "level": "must", "safety": "safe", "clauses": "", **changes})


def claims() -> Mapping[str, tuple[str, ...]]:
    return {id: places for id, places in explain.tested_by().items() if any("/contracts/" in place for place in places)}


def test_every_rule_has_one_test() -> None:
    counts = {id: len(claims().get(id, ())) for id in load()}

    assert {id: count for id, count in counts.items() if count != 1} == {}


def test_every_claimed_rule_is_registered() -> None:
    assert set(claims()) - set(load()) == set()


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_a_suite_names_its_section_of_the_profile(path: Path) -> None:
    spec = util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.SECTION in Profile.__struct_fields__


def test_every_must_on_the_wire_is_proven_by_a_fault() -> None:
    proven = {fault.breaks for fault in contract_faults().values()} | {broken for broken, _ in FAULTS.values()}
    musts = {rule.id for rule in load().values() if rule.level == "must" and rule.safety != "offline"}

    assert musts - proven - PROVEN_ELSEWHERE == set()


PROVEN_ELSEWHERE = frozenset({"access-refusal-without-effect", "emcp-audit-planted", "upgrade-rollback-healthy"})
"""Rules whose breaking is shown by tests of their own."""

WRONG = {
    "an unknown level": (entry(level="may"), "unknown level"),
    "an unknown safety": (entry(safety="harmless"), "unknown safety"),
    "no clause id": (entry(clauses="C-1"), "clauses has to be"),
    "not kebab case": (entry(id="Access_One"), "kebab case"),
    "an unknown field": (entry() + "  why: because\n", "unknown or missing field why"),
    "twice the same": (entry() + entry(), "duplicate id"),
    "not a list": ("id: access-one", "a list of rules"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_entry_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "access-codes.yaml").write_text(text)

    with pytest.raises(RuleError, match=said):
        read_directory(tmp_path)
