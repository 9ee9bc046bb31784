"""Whose conformance stands beside whose speed."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.load.leaderboard.verdicts import read_verdicts, unused, verdicts_on
from conformance.load.results.model import Target
from conformance.target.errors import ConfigError
from tests.load.leaderboard.boards import at, only_workload

HERE = "http://127.0.0.1:9000/mcp"


def verdict_file(directory: Path, name: str, server: str, **changes: Any) -> Path:
    summary = {"complete": True, "conforms": True, "counts": {"pass": 120, "warn": 2, "not applicable": 30}}
    document = {
        "format": 1, "started": changes.pop("started", "2026-03-01T10:00:00Z"),
        "target": {"url": changes.pop("url", HERE), "server": server, "guarded": False},
        "verdicts": [], "summary": {**summary, **changes},
    }  # fmt: skip
    path = directory / name
    path.write_text(json.dumps(document))
    return path


def target(server: str = "alpha", version: str = "1.0", url: str = HERE) -> Target:
    return Target(url=url, server=server, version=version, revision="2025-11-25")


def test_name_and_version_tell_a_server(tmp_path: Path) -> None:
    files = read_verdicts(
        [
            verdict_file(tmp_path, "a.json", "alpha 1.0", url="http://127.0.0.1:1/mcp"),
            verdict_file(tmp_path, "b.json", "beta 1.0"),
        ]
    )

    found = verdicts_on(target(), files)

    assert found is not None
    assert (found.file, found.conformance.conforms, found.conformance.passed) == ("a.json", True, 120)
    assert verdicts_on(target(version="2.0"), files) is None


def test_the_same_port_is_not_the_same_server(tmp_path: Path) -> None:
    files = read_verdicts([verdict_file(tmp_path, "b.json", "beta 1.0")])

    assert verdicts_on(target(), files) is None
    assert unused(files, [target()]) == ["b.json"]


def test_of_several_the_same_url_counts_then_the_newest(tmp_path: Path) -> None:
    files = read_verdicts(
        [
            verdict_file(tmp_path, "old.json", "alpha 1.0", url="http://127.0.0.1:1/mcp"),
            verdict_file(
                tmp_path, "new.json", "alpha 1.0", url="http://127.0.0.1:2/mcp", started="2026-03-02T10:00:00Z"
            ),
        ]
    )

    assert getattr(verdicts_on(target(url="http://127.0.0.1:1/mcp"), files), "file", None) == "old.json"
    assert getattr(verdicts_on(target(), files), "file", None) == "new.json"


def test_a_server_without_a_name_is_known_by_its_url(tmp_path: Path) -> None:
    files = read_verdicts([verdict_file(tmp_path, "a.json", "unnamed server")])

    assert verdicts_on(target("", ""), files) is not None
    assert verdicts_on(target("", "", url="http://127.0.0.1:1/mcp"), files) is None


def test_an_incomplete_run_says_nothing_of_the_whole(tmp_path: Path) -> None:
    (file,) = read_verdicts([verdict_file(tmp_path, "a.json", "alpha 1.0", complete=False)])

    assert file.conformance.conforms is None


def test_it_reaches_the_row(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    path = verdict_file(tmp_path, "a.json", "alpha 1.0", conforms=False, counts={"pass": 9, "fail": 1})

    row = only_workload(tmp_path / "runs", at("alpha", 1000), verdicts=read_verdicts([path])).leaderboard[0]

    assert row.conformance is not None
    assert (row.conformance.conforms, row.conformance.passed, row.conformance.failed) == (False, 9, 1)


@pytest.mark.parametrize("text", ["", "[]", '{"target": 1}'])
def test_what_is_no_verdict_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text)

    with pytest.raises(ConfigError, match=r"--conformance: .*odd\.json: not a verdict file"):
        read_verdicts([tmp_path / "odd.json"])
