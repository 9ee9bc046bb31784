"""Where a finding is: the check that found it, since a code-scanning page shows nothing without a file and a line."""

from functools import cache
from urllib.parse import quote

from conformance.plugin.invocation import suites_directory
from conformance.report.explain import tested_by
from conformance.report.text import printable
from conformance.report.verdict import Verdict

ALL_TRAFFIC = "all traffic/"
RULES = "conformance/checks/rules/"
LONGEST = 200
ELSEWHERE = "conformance.toml"
"""For a verdict whose check is not known: the file that names its target."""


def place(verdict: Verdict) -> tuple[str, int]:
    """A relative reference as SARIF has it, and a line from 1."""
    path, _, name = verdict.nodeid.partition("::")
    if path == "traffic":
        path, name = _judge(verdict.requirement)
    if not _is_relative_module(path):
        return ELSEWHERE, 1
    return quote(printable(path), safe="/"), _line(path, name.partition("[")[0])


def _is_relative_module(path: str) -> bool:
    return path.endswith(".py") and len(path) <= LONGEST and not path.startswith("/") and ".." not in path.split("/")


def _judge(requirement: str) -> tuple[str, str]:
    """The module and the function that look at all traffic for a requirement."""
    for one in tested_by().get(requirement, ()):
        if one.startswith(ALL_TRAFFIC):
            path, _, name = one.removeprefix(ALL_TRAFFIC).partition("::")
            return RULES + path, name
    return "", ""


@cache
def _line(path: str, function: str) -> int:
    """Where the function begins, in the suites of this installation; 1 where it is not there."""
    file = suites_directory().parent / path
    if not function.isidentifier() or not path.startswith(("suites/", RULES)) or not file.is_file():
        return 1
    before, found, _ = file.read_text(encoding="utf-8").partition(f"def {function}(")
    return before.count("\n") + 1 if found else 1
