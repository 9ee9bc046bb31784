"""The hooks that the plugin adds."""

from pathlib import Path

from tests.plugin.runs import run
from tests.plugin.targets import Target

CONFTEST = """
def pytest_conformance_default_target(config):
    return {url!r}


def pytest_conformance_verdict(config, verdict):
    with open("seen.txt", "a") as seen:
        seen.write(verdict["requirement"] + " " + verdict["status"] + "\\n")
"""


def test_a_conftest_names_the_target_and_hears_every_verdict(tmp_path: Path, small: Target) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.format(url=small.url))

    outcome = run(tmp_path, "suites/protocol/test_ping.py", "--target-config=none.toml")
    assert outcome.code == 4, "a file that is named has to exist"

    (tmp_path / "none.toml").write_text("[target]\nrevisions = ['2025-06-18']\n")
    outcome = run(tmp_path, "suites/protocol/test_ping.py", "--target-config=none.toml", "-n", "1")

    assert outcome.code == 0, outcome.shown
    seen = (tmp_path / "seen.txt").read_text().splitlines()
    assert seen == [f"{one.requirement} {one.status}" for one in outcome.verdicts]
