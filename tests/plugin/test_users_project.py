"""The plugin in somebody's project: inert without a target, and with one of use to tests of their own."""

from pathlib import Path

import pytest

from tests.plugin.runs import COMMAND, run
from tests.plugin.targets import Target, small_target

OWN_TEST = """
def test_own(peer):
    assert peer.request("ping").result == {}
"""
PLAIN_TEST = "def test_plain():\n    assert True\n"
PING = ("--revision=2025-06-18", "--area=ping", "-q")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_plain.py").write_text(PLAIN_TEST)
    return tmp_path


def test_it_is_inert_without_a_target(project: Path, small: Target) -> None:
    outcome = run(project, env={"MCP_GATEWAY_URL": small.url})

    assert outcome.code == 0, outcome.shown
    assert "1 passed" in outcome.out
    assert "conformance of" not in outcome.shown
    assert not (project / "reports").exists()


def test_own_tests_use_the_fixtures(project: Path, small: Target) -> None:
    (project / "tests/test_own.py").write_text(OWN_TEST)

    outcome = run(project, f"--target={small.url}", "tests", "--revision=2025-06-18")

    assert "2 passed" in outcome.out, outcome.shown
    assert outcome.code == 5, "own tests judge no requirement"


def test_an_own_test_that_fails_fails_the_run(project: Path) -> None:
    (project / "tests/test_own.py").write_text(OWN_TEST)

    with small_target(wrong_ping=True) as target:
        outcome = run(project, f"--target={target.url}", "tests", "--revision=2025-06-18")

    assert outcome.code == 1, outcome.shown
    assert "test_own[2025-06-18]" in outcome.out
    assert "assert {'unexpected': ''} == {}" in outcome.out


def test_an_own_test_may_claim_a_requirement(project: Path) -> None:
    claim = "import pytest\n\n@pytest.mark.requirement('ping-respond-empty')" + OWN_TEST
    (project / "tests/test_own.py").write_text(claim)

    with small_target(wrong_ping=True) as target:
        outcome = run(project, f"--target={target.url}", "tests", "--revision=2025-06-18")

    (verdict,) = [one for one in outcome.verdicts if one.nodeid.startswith("tests/test_own.py")]
    assert verdict.requirement == "ping-respond-empty"


def test_a_claim_that_does_not_exist_ends_the_run(project: Path, small: Target) -> None:
    (project / "tests/test_own.py").write_text("import pytest\n\n@pytest.mark.requirement('no-such-rule')" + OWN_TEST)

    outcome = run(project, f"--target={small.url}", "tests", "--revision=2025-06-18")

    assert outcome.code == 2, outcome.shown
    assert "Traceback" not in outcome.shown
    assert "collection.py" not in outcome.shown
    assert "no requirement 'no-such-rule' in the registry" in outcome.shown


def test_a_file_with_a_target_is_enough(tmp_path: Path, small: Target) -> None:
    (tmp_path / "conformance.toml").write_text(f"[target]\nurl = '{small.url}'\nrevisions = ['2025-03-26']\n")

    outcome = run(tmp_path, "--area=ping", "-q")

    assert outcome.code == 0, outcome.shown
    assert outcome.report["revisions"] == ["2025-03-26"]


def test_a_file_leaves_the_test_paths_of_a_project_alone(project: Path, small: Target) -> None:
    (project / "conformance.toml").write_text(f"[target]\nurl = '{small.url}'\nrevisions = ['2025-06-18']\n")
    (project / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (project / "tests/test_own.py").write_text(OWN_TEST)

    assert "2 passed" in run(project).out
    judged = run(project, f"--target={small.url}", *PING)
    assert {one.area for one in judged.verdicts} >= {"ping"}, judged.shown


def test_flag_before_environment_before_file(tmp_path: Path, small: Target) -> None:
    document = "[target]\nurl = 'http://127.0.0.1:1/file'\nrevisions = ['2025-03-26']\n"
    (tmp_path / "conformance.toml").write_text(document)
    variables = {"MCP_CONFORMANCE_TARGET": "http://127.0.0.1:1/environment", "MCP_CONFORMANCE_REVISION": "2025-06-18"}

    assert "/file: not reachable" in run(tmp_path).complaint()
    assert "/environment: not reachable" in run(tmp_path, env=variables).complaint()
    outcome = run(tmp_path, f"--target={small.url}", "--area=ping", env=variables)
    assert outcome.report["revisions"] == ["2025-06-18"], outcome.shown


def test_the_command_takes_the_names_that_operators_use(tmp_path: Path, small: Target) -> None:
    outcome = run(tmp_path, "run", *PING, command=COMMAND, env={"MCP_GATEWAY_URL": small.url})

    assert outcome.code == 0, outcome.shown
    assert outcome.report["target"]["url"] == small.url


def test_collecting_writes_nothing(tmp_path: Path, small: Target) -> None:
    outcome = run(tmp_path, f"--target={small.url}", *PING, "--collect-only")

    assert "test_ping_is_answered_with_an_empty_result[2025-06-18]" in outcome.out
    assert not (tmp_path / "reports").exists()


def test_a_check_is_chosen_as_reports_name_it(tmp_path: Path, small: Target) -> None:
    name = "suites/protocol/test_ping.py::test_ping_is_answered_with_an_empty_result"

    outcome = run(tmp_path, f"--target={small.url}", name, "--revision=2025-06-18", "-q")

    assert outcome.code == 0, outcome.shown
    assert "1 requirement" not in outcome.out
    checks = [one.nodeid for one in outcome.verdicts if not one.nodeid.startswith("traffic::")]
    assert checks == [f"{name}[2025-06-18]"]


def test_asking_pytest_about_itself_contacts_nobody(tmp_path: Path) -> None:
    outcome = run(tmp_path, "--target=http://127.0.0.1:1/", "--markers")

    assert outcome.code == 0, outcome.shown
    assert "requirement(id)" in outcome.out
