"""What identifies a run: the same checks and the same target have the same digests, others have others."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from conformance.plugin import head
from conformance.plugin.invocation import suites_directory
from conformance.target.profile import Surface, TargetProfile
from tests.plugin.runs import run
from tests.plugin.targets import Target


def profile(url: str = "http://a/mcp", latency: float = 0.1, **changes: Any) -> TargetProfile:
    settings = {"server_info": {"name": "a", "version": "1"}, "capabilities": {"tools": {}}, **changes}
    items = {"tools": [{"name": name, "description": "secret"} for name in settings.pop("tools", ("one", "two"))]}
    revision = settings.pop("revision", "2025-06-18")
    return TargetProfile(url, {revision: Surface(revision, items=items, **settings)}, latency=latency)


def test_the_same_server_elsewhere_has_the_same_fingerprint() -> None:
    assert head.fingerprint(profile()) == head.fingerprint(profile("https://b/mcp", 2.0, tools=("two", "one")))


@pytest.mark.parametrize(
    "changes",
    [
        {"server_info": {"name": "a", "version": "2"}}, {"capabilities": {"tools": {"listChanged": True}}},
        {"tools": ("one",)}, {"revision": "2025-11-25"},
    ],
)  # fmt: skip
def test_another_server_has_another(changes: dict[str, Any]) -> None:
    assert head.fingerprint(profile()) != head.fingerprint(profile(**changes))


def test_a_check_that_changed_is_another_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "suites"
    shutil.copytree(suites_directory(), copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = head.suites_version()
    monkeypatch.setattr(head, "suites_directory", lambda: copy)
    assert head.suites_version() == before, "where they are installed does not matter"

    path = copy / "protocol" / "test_ping.py"
    path.write_text(path.read_text() + "\n")

    assert head.suites_version() != before


@pytest.mark.parametrize(
    ("more", "chosen"),
    [
        ([], {}),
        (["--area=ping"], {"areas": ["ping"]}),
        (["--requirement=ping-respond-empty"], {"requirements": ["ping-respond-empty"]}),
        (["-k", "ping"], {"other": True}),
        (["suites/protocol/test_ping.py"], {"other": True}),
    ],
)
def test_what_was_chosen_is_said(tmp_path: Path, small: Target, more: list[str], chosen: dict[str, Any]) -> None:
    limit = [] if more else ["--request-budget=12"]
    outcome = run(tmp_path, f"--target={small.url}", "--revision=2025-06-18", "--reports=none", "-q", *limit, *more)

    expected = {"areas": [], "requirements": [], "revisions": ["2025-06-18"], "other": False, **chosen}
    assert outcome.report["selection"] == expected, outcome.shown
