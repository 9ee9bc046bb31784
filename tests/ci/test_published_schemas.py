"""Files and examples of CI systems keep the published schemas of those systems."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from conformance import __version__
from tests.ci.steps import ACTION, ROOT
from tests.docs.pages import blocks, text_of

GITLAB = ROOT / "ci/gitlab/mcp-conformance.yml"

needs_schemas = pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="needs check-jsonschema")


def problems(schema: str, path: Path, *more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, str(path)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


def examples(page: str) -> list[str]:
    found = blocks(text_of(page), "yaml")
    assert len(found) >= 2
    return found


@needs_schemas
def test_the_action_is_an_action(tmp_path: Path) -> None:
    assert problems("vendor.github-actions", ROOT / "action.yml") == ""
    broken = tmp_path / "action.yml"
    broken.write_text((ROOT / "action.yml").read_text(encoding="utf-8").replace("using: composite", "using: shell"))
    assert problems("vendor.github-actions", broken) != ""


@needs_schemas
@pytest.mark.parametrize("example", examples("ci/github.md"))
def test_examples_for_github_are_workflows(example: str, tmp_path: Path) -> None:
    path = tmp_path / "workflow.yml"
    path.write_text(example, encoding="utf-8")
    assert problems("vendor.github-workflows", path) == ""


@pytest.mark.parametrize("example", examples("ci/github.md"))
def test_examples_for_github_use_inputs_and_outputs_that_there_are(example: str) -> None:
    (job,) = yaml.safe_load(example)["jobs"].values()
    (ours,) = [step for step in job["steps"] if step.get("uses", "").startswith("OWNER/")]
    assert ours["uses"].endswith(f"@v{__version__}")
    assert ours["with"].keys() <= ACTION["inputs"].keys()
    used = {part.split()[0].rstrip("}") for part in example.split("steps.conformance.outputs.")[1:]}
    assert used <= ACTION["outputs"].keys()


@needs_schemas
@pytest.mark.parametrize("example", [GITLAB.read_text(encoding="utf-8"), *examples("ci/gitlab.md")])
def test_the_template_and_examples_for_gitlab_are_pipelines(example: str, tmp_path: Path) -> None:
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(example, encoding="utf-8")
    assert problems("vendor.gitlab-ci", path, "--data-transform", "gitlab-ci") == ""


def test_files_and_pages_name_this_version() -> None:
    named = f"mcp-conformance=={__version__}"
    assert named in GITLAB.read_text(encoding="utf-8")
    assert named in text_of("ci/gitlab.md")
    assert named in text_of("ci/other.md")
