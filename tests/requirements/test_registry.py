"""The registry of requirements: its data files, its loader, the links to the specification."""

import re
from pathlib import Path

import pytest

from conformance.requirements import REVISIONS, RegistryError, Requirement, load
from conformance.requirements.registry import DATA, read_directory

ENTRY = """\
- id: {id}
  level: MUST
  revisions: ["2025-06-18"]
  where:
    "2025-06-18": [basic/index#messages]
  basis: prose
  text: "Every message is JSON-RPC 2.0."
  how: "capture messages -> each one is valid"
"""


def written(directory: Path, text: str, name: str = "jsonrpc.yaml") -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def registry() -> list[Requirement]:
    return list(load().values())


def test_every_data_file_contributes_an_area(registry: list[Requirement]) -> None:
    assert {requirement.area for requirement in registry} == {path.stem for path in DATA.glob("*.yaml")}


def test_ids_are_kebab_case_and_key_the_mapping() -> None:
    for key, requirement in load().items():
        assert key == requirement.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key)


def test_every_revision_of_a_requirement_has_a_place_and_a_level(registry: list[Requirement]) -> None:
    for requirement in registry:
        assert requirement.revisions == tuple(requirement.where)
        assert all(requirement.where[revision] for revision in requirement.revisions)
        assert set(requirement.revisions) <= set(REVISIONS)


def test_every_link_is_an_address_of_its_revision(registry: list[Requirement]) -> None:
    for requirement in registry:
        for revision in requirement.revisions:
            for link in requirement.links(revision):
                assert re.fullmatch(r"https://[a-z.]+/[A-Za-z0-9_./-]+(#[A-Za-z0-9_-]+)?", link)
                assert revision in link or "/seps/" in link


def test_weak_bases_never_fail_a_server(registry: list[Requirement]) -> None:
    for requirement in registry:
        if requirement.basis in ("lowercase", "best-practices"):
            assert requirement.max_verdict == "warn", requirement.id


def test_load_reads_the_files_once() -> None:
    assert load() is load()


@pytest.mark.parametrize(
    ("revision", "place", "link"),
    [
        ("2025-06-18", "basic/index#messages", "specification/2025-06-18/basic#messages"),
        ("2026-07-28", "basic/index#top", "specification/2026-07-28/basic"),
        ("2025-11-25", "index#top", "specification/2025-11-25"),
        ("2025-11-25", "schema#calltoolresult", "specification/2025-11-25/schema#calltoolresult"),
        ("2026-07-28", "seps/2663-tasks-extension#response", "seps/2663-tasks-extension#response"),
        ("2025-06-18", "docs/tutorials/security/x#top", "docs/2025-06-18/tutorials/security/x"),
    ],
)
def test_links_lead_to_the_page_of_the_revision(tmp_path: Path, revision: str, place: str, link: str) -> None:
    entry = ENTRY.format(id="a").replace("2025-06-18", revision).replace("basic/index#messages", place)

    requirement = read_directory(written(tmp_path, entry))["a"]

    assert requirement.links(revision) == (f"https://modelcontextprotocol.io/{link}",)


def test_a_definition_without_a_page_links_to_the_schema_source(tmp_path: Path) -> None:
    entry = ENTRY.format(id="a").replace("basic/index#messages", "schema.ts#PARSE_ERROR")

    (link,) = read_directory(written(tmp_path, entry))["a"].links("2025-06-18")

    assert link == (
        "https://github.com/modelcontextprotocol/modelcontextprotocol/blob/main/schema/2025-06-18/schema.ts"
    )


def test_a_level_can_differ_between_revisions(tmp_path: Path) -> None:
    entry = (
        ENTRY.format(id="a")
        .replace("level: MUST", 'level: {"2025-06-18": SHOULD, "2025-11-25": MUST}')
        .replace('["2025-06-18"]', '["2025-06-18", "2025-11-25"]')
        .replace("  basis", '    "2025-11-25": [basic/index#messages]\n  basis')
    )

    requirement = read_directory(written(tmp_path, entry))["a"]

    assert requirement.level == "MUST"
    assert requirement.is_must
    assert requirement.level_in("2025-06-18") == "SHOULD"
    assert not requirement.fails_in("2025-06-18")
    assert requirement.fails_in("2025-11-25")


def test_a_rule_capped_at_warn_never_fails(tmp_path: Path) -> None:
    requirement = read_directory(written(tmp_path, ENTRY.format(id="a") + "  max_verdict: warn\n"))["a"]

    assert requirement.is_must
    assert not requirement.fails_in("2025-06-18")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("basis: prose", "basis: prose\n  colour: red", "unknown field colour"),
        ("  basis: prose\n", "", "missing field basis"),
        ("level: MUST", "level: SHALL", "unknown level SHALL"),
        ("level: MUST", "level: [MUST]", "level has to be a name or a mapping"),
        ("level: MUST", 'level: {"2025-03-26": MUST}', "a level by revision has to name each revision"),
        ('["2025-06-18"]', '["2025-06-19"]', "unknown revision 2025-06-19"),
        ('["2025-06-18"]', "[]", "distinct revisions"),
        ('"2025-06-18": [', '"2025-03-26": [', "where has to name each revision"),
        ("[basic/index#messages]", "[basic/index]", "not a page#anchor: basic/index"),
        ("[basic/index#messages]", "[]", "has to be a list of places"),
        ("basis: prose", "basis: hearsay", "unknown basis hearsay"),
        ("basis: prose", "basis: lowercase", "needs max_verdict: warn"),
        ("basis: prose", "basis: prose\n  max_verdict: red", "unknown max_verdict red"),
        ("id: some-rule", "id: Some_Rule", "not in kebab case"),
        ('how: "capture', 'notes: ""\n  how: "capture', "notes has to be a text"),
    ],
)
def test_an_invalid_entry_is_named_with_its_file(tmp_path: Path, old: str, new: str, problem: str) -> None:
    entry = ENTRY.format(id="some-rule").replace(old, new)

    with pytest.raises(RegistryError, match=r"(?i)^jsonrpc\.yaml: some[-_]rule: .*") as raised:
        read_directory(written(tmp_path, entry))

    assert problem in str(raised.value)


def test_a_duplicate_id_names_both_files(tmp_path: Path) -> None:
    written(tmp_path, ENTRY.format(id="twice"), "jsonrpc.yaml")
    written(tmp_path, ENTRY.format(id="twice"), "tools.yaml")

    with pytest.raises(RegistryError, match=r"tools\.yaml: twice: duplicate id, already in jsonrpc\.yaml"):
        read_directory(tmp_path)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    first = ENTRY.format(id="first").replace("MUST", "SHALL")
    second = ENTRY.format(id="second").replace("prose", "hearsay")

    with pytest.raises(RegistryError, match=r"(?s)first: unknown level.*second: unknown basis"):
        read_directory(written(tmp_path, first + second))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- id: [", "not YAML"),
        ("id: lonely", "a list of requirements is expected"),
        ("- just text", "entry 1: not a mapping"),
        ("- level: MUST", "entry 1: missing field"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(RegistryError, match=rf"jsonrpc\.yaml: .*{problem}|jsonrpc\.yaml: {problem}"):
        read_directory(written(tmp_path, text))


def test_an_empty_registry_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="no requirement found"):
        read_directory(tmp_path)
