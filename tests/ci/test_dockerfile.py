"""The Dockerfile, as far as it can be looked at without an engine."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.steps import ROOT

SOURCE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
_LINTER = Path(sys.executable).parent / "hadolint"
LINTER = str(_LINTER) if _LINTER.exists() else shutil.which("hadolint")


def instructions() -> list[tuple[str, str]]:
    """Name and arguments of each, with continued lines joined and comments left out."""
    lines = [line for line in SOURCE.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name, arguments.strip()) for name, _, arguments in pairs]


def named(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def test_the_base_is_slim_and_pinned() -> None:
    bases = {arguments.split()[0] for arguments in named("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", bases.pop())


def test_it_runs_the_command_as_a_user_without_rights() -> None:
    assert json.loads(named("ENTRYPOINT")[0]) == ["mcp-conformance"]
    names = [name for name, _ in instructions()]
    assert re.fullmatch(r"[1-9]\d{3,}", named("USER")[-1]), "a number, so that Kubernetes can tell it from root"
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in ("RUN", "COPY"))


def test_what_it_copies_is_there_and_sent_to_the_engine() -> None:
    """.dockerignore refuses everything but what it names, so a new secret beside the code is never sent."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert rules[0] == "*"
    sent = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    copies = [arguments.split()[:-1] for arguments in named("COPY") if not arguments.startswith("--from")]
    copied = {source for sources in copies for source in sources}
    assert copied == sent
    assert all((ROOT / source).exists() for source in copied)


def test_no_secret_is_asked_for_while_it_is_built() -> None:
    assert named("ARG") == []
    assert not re.search(r"token|password|secret", SOURCE, re.IGNORECASE)


@pytest.mark.skipif(LINTER is None, reason="needs hadolint")
def test_the_linter_has_no_complaint() -> None:
    done = subprocess.run([str(LINTER), "-"], input=SOURCE, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
