"""The schema files themselves: valid, linked without surprises, found and read as promised."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from referencing import Registry, Resource

from conformance.protocol import schemas
from conformance.protocol.json_schema import check_json_schema
from conformance.protocol.revisions import REVISIONS
from conformance.protocol.schemas import SchemaFilesError, schema_root

from .cases import read_json

ROOT = schema_root() / "mcp"
FILES = sorted(path for path in ROOT.glob("*/*.json") if path.name != "methods.json")


def references(schema: Any) -> Iterator[str]:
    """Every `$ref` in a schema."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key == "$ref" and isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            yield from references(value)


def links() -> list[Any]:
    """Each definition that is only a link to an earlier revision: its revision, its name, the link."""
    return [
        pytest.param(path, name, body["$ref"], id=f"{path.parent.name}-{name}")
        for path in FILES
        for name, body in read_json(path)["$defs"].items()
        if body.get("$ref", "").startswith("../")
    ]


def meaning(revision: str, name: str, seen: dict[str, Any] | None = None) -> dict[str, Any]:
    """A definition and all that it reaches, as this revision reads them."""
    seen = {} if seen is None else seen
    if name not in seen:
        seen[name] = schemas._schemas(revision).definitions[name]
        for reference in references(seen[name]):
            meaning(revision, reference.removeprefix("#/$defs/"), seen)
    return seen


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_is_a_valid_schema_under_its_own_name(path: Path) -> None:
    document = read_json(path)

    assert document["$id"] == f"https://mcp-conformance.invalid/mcp/{path.parent.name}/{path.name}"
    assert all(check_json_schema(body) == [] for body in local(document))


def local(document: Any) -> list[Any]:
    """The definitions with the references removed that lead out of them."""
    return [without_references(body) for body in document["$defs"].values()]


def without_references(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: without_references(value) for key, value in schema.items() if key != "$ref"}
    return [without_references(item) for item in schema] if isinstance(schema, list) else schema


def test_standard_tools_can_resolve_every_reference() -> None:
    registry: Registry[Any] = Registry().with_resources(
        (document["$id"], Resource.from_contents(document)) for document in map(read_json, FILES)
    )

    for path in FILES:
        document = read_json(path)
        resolver = registry.resolver(document["$id"])
        assert all(resolver.lookup(reference).contents for reference in references(document["$defs"]))


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_name_is_defined_once_in_a_revision(revision: str) -> None:
    names = [name for path in FILES if path.parent.name == revision for name in read_json(path)["$defs"]]

    assert len(names) == len(set(names)) > 70


@pytest.mark.parametrize(("path", "name", "link"), links())
def test_a_link_leads_to_what_an_earlier_revision_wrote_and_still_means_the_same(
    path: Path, name: str, link: str
) -> None:
    file, _, target = link.partition("#/$defs/")
    origin = (path.parent / file).resolve()

    assert (target, origin.name) == (name, path.name)
    assert origin.parent.name < path.parent.name
    assert not read_json(origin)["$defs"][name].get("$ref", "").startswith("../")
    assert meaning(origin.parent.name, name) == meaning(path.parent.name, name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_only_a_whole_definition_is_a_link_to_another_revision(path: Path) -> None:
    bodies = read_json(path)["$defs"].values()
    written = [body for body in bodies if not body.get("$ref", "").startswith("../")]

    assert [reference for reference in references(written) if reference.startswith("..")] == []
    assert all(set(body) == {"$ref"} for body in bodies if "$ref" in body and body["$ref"].startswith("../"))


def test_a_definition_that_did_not_change_is_a_link() -> None:
    for older, newer in pairwise(REVISIONS):
        linked = {parameters.values[1] for parameters in links() if parameters.values[0].parent.name == newer}
        same = {
            name
            for name in set(schemas.definitions(older)) & set(schemas.definitions(newer))
            if meaning(older, name) == meaning(newer, name)
        }
        assert same - linked == set()


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_method_table_names_definitions_and_their_methods(revision: str) -> None:
    table = schemas._schemas(revision).methods
    known = schemas.definitions(revision)

    for sender in ("client", "server"):
        for method, entry in table[sender]["requests"].items():
            body = schemas._schemas(revision).definitions[entry["request"]]
            assert body["properties"]["method"] == {"const": method}
            assert set(entry["results"]) <= set(known)
        for method, name in table[sender]["notifications"].items():
            body = schemas._schemas(revision).definitions[name]
            assert body["properties"]["method"] == {"const": method}
        union = schemas._schemas(revision).definitions.get(f"{sender.capitalize()}Request", {"anyOf": []})
        assert {f"#/$defs/{e['request']}" for e in table[sender]["requests"].values()} == set(references(union))


def test_importing_reads_no_schema_file() -> None:
    probe = "import sys; from conformance.protocol import schemas; sys.exit(schemas._read.cache_info().currsize)"

    assert subprocess.run([sys.executable, "-c", probe], timeout=30, check=False).returncode == 0


def test_a_long_list_is_judged_quickly() -> None:
    tool = {
        "name": "search",
        "title": "Search",
        "description": "Finds things",
        "inputSchema": {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]},
        "annotations": {"readOnlyHint": True},
        "icons": [{"src": "https://s.example/i.png"}],
    }
    page = {"resultType": "complete", "ttlMs": 0, "cacheScope": "public", "tools": [tool] * 500}
    schemas.check_result("2026-07-28", "tools/list", {})
    started = process_time()

    assert schemas.check_result("2026-07-28", "tools/list", page) == []
    assert process_time() - started < 0.5


def test_missing_files_are_an_error_that_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "_PACKAGE", tmp_path / "conformance")
    schemas._schemas.cache_clear()
    with pytest.raises(SchemaFilesError, match="reinstall"):
        schema_root()
    (tmp_path / "schemas").mkdir()
    with pytest.raises(SchemaFilesError, match=r"no schema files in .*2025-06-18"):
        schemas.definitions("2025-06-18")


def test_the_files_in_the_package_win_over_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = tmp_path / "conformance" / "_data" / "schemas"
    packaged.mkdir(parents=True)
    (tmp_path / "schemas").mkdir()
    monkeypatch.setattr(schemas, "_PACKAGE", tmp_path / "conformance")

    assert schema_root() == packaged


def test_an_unreadable_file_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "schemas" / "mcp" / "2025-06-18"
    folder.mkdir(parents=True)
    (folder / "tools.json").write_text("{")
    monkeypatch.setattr(schemas, "_PACKAGE", tmp_path / "conformance")
    schemas._schemas.cache_clear()

    with pytest.raises(SchemaFilesError, match=r"tools\.json"):
        schemas.definitions("2025-06-18")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="2025-01-01"):
        schemas.definitions("2025-01-01")
    with pytest.raises(KeyError, match="Tole"):
        schemas.check_definition("2025-06-18", "Tole", {})
