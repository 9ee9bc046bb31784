"""The job for GitLab, its commands really run, and with nothing but variables to tell it what to do."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.reference.embedded import start_embedded
from tests.ci.steps import ROOT, programs
from tests.docs.pages import code_spans, text_of
from tests.docs.test_quick_start import shell

JOB: dict[str, Any] = yaml.safe_load((ROOT / "ci/gitlab/mcp-conformance.yml").read_text(encoding="utf-8"))[
    ".mcp-conformance"
]
ENVIRONMENT = "/tmp/mcp-conformance/bin/"


def test_the_job_judges_what_its_variables_name(tmp_path: Path) -> None:
    script = "\n".join(["set -eo pipefail", *JOB["script"]]).replace(ENVIRONMENT, f"{programs()}/")
    with start_embedded() as running:
        chosen = {
            "MCP_CONFORMANCE_TARGET": running.fault("notification-answered-200"),
            "MCP_CONFORMANCE_REVISION": "2025-11-25",
            "MCP_CONFORMANCE_OPTIONS": "--requirement=http-notification-202-empty --max-rps=50",
        }
        done = shell(script, tmp_path, **{**JOB["variables"], **chosen})
    assert done.returncode == 1, done.stdout + done.stderr
    assert (tmp_path / JOB["artifacts"]["reports"]["junit"]).is_file()
    (kept,) = JOB["artifacts"]["paths"]
    assert (tmp_path / kept / "verdicts.json").is_file()
    assert (tmp_path / kept / "report.html").is_file()


def test_reports_are_kept_when_the_job_fails() -> None:
    assert JOB["artifacts"]["when"] == "always"


@pytest.mark.parametrize("name", [name for name in JOB["variables"] if name != "PIP_DISABLE_PIP_VERSION_CHECK"])
def test_the_page_has_each_variable(name: str) -> None:
    assert name in code_spans(text_of("ci/gitlab.md")) or name == "MCP_CONFORMANCE_REPORT_DIR"
