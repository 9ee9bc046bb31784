"""What the pages say about options, exit codes, roles and rules is what the code does."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from conformance import exit_codes
from conformance.plugin.options import RENAMED
from conformance.report.requirements_page import page
from conformance.requirements import load
from conformance.target.config import RunConfig, load_config
from conformance.target.options import OPTIONS
from conformance.target.roles import ROLES
from tests.docs.pages import ROOT, anchors, blocks, code_spans, commands, links, pages, rows, text_of

OPTION_ROWS = {
    match[1]: cells for cells in rows(text_of("options.md")) if (match := re.match(r"`(--[a-z-]+)", cells[0]))
}


def test_the_page_of_options_has_each_of_them_once() -> None:
    listed = re.findall(r"^\| `(--[a-z-]+)", text_of("options.md"), re.MULTILINE)
    assert sorted(listed) == sorted(RENAMED.get(option.flag, option.flag) for option in OPTIONS)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_an_option_has_the_key_variables_and_value_that_its_row_says(option: object) -> None:
    one = next(known for known in OPTIONS if known is option)
    flag, key, environment, default = OPTION_ROWS[RENAMED.get(one.flag, one.flag)]
    in_table = {"config": "", "headers": "`[headers]`", "evidence": "`[evidence]`"}
    stated = re.sub(r"^\[(`[^`]+`)\].*", r"\1", key)
    assert stated == in_table.get(one.key, f"`{one.key.replace('_', '-')}`"), key
    assert set(one.environ) <= set(re.findall(r"[A-Z][A-Z_]+", environment))
    assert ("repeatable" in flag) == one.many
    assert bool(re.match(r"`--[a-z-]+ \S", flag)) != one.switch
    assert default == "off" if one.switch else default != "off"


def test_defaults_that_are_numbers_are_those_of_a_run() -> None:
    defaults = {field.name: field.default for field in fields(RunConfig)}
    stated = {option.key: OPTION_ROWS[RENAMED.get(option.flag, option.flag)][3] for option in OPTIONS}
    numbers = {key: float(text) for key, text in stated.items() if re.fullmatch(r"\d+", text)}
    assert numbers == {key: defaults[key] for key in numbers}
    assert {"timeout", "connect_timeout", "retry_budget", "call_limit"} == numbers.keys()
    assert stated["reports"] == f"`{','.join(RunConfig('').reports)}`"


def test_the_example_of_a_configuration_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = blocks(text_of("configuration.md"), "toml")
    (tmp_path / "conformance.toml").write_text(example, encoding="utf-8")
    (tmp_path / "smoke.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    config = load_config({}, environ={"ACME_KEY": "k-1"}, directory=tmp_path)
    assert dict(config.headers) == {"X-Tenant": "acme", "X-Api-Key": "k-1"}
    assert config.arguments["search"] == {"query": "weather in Oslo"}
    assert config.roles["slow-tool"] == "long_report"


def test_the_page_of_exit_codes_has_each_of_them() -> None:
    stated = [int(cells[0]) for cells in rows(text_of("exit-codes.md"))]
    assert stated == sorted(value for name, value in vars(exit_codes).items() if name.isupper())


def test_the_page_of_roles_has_each_of_them() -> None:
    stated = {cells[0].strip("`"): cells[1:] for cells in rows(text_of("roles.md"))}
    assert stated.keys() == ROLES.keys()
    for key, (kind, fixtures) in stated.items():
        assert kind == f"{ROLES[key].kind[:-1]} that {ROLES[key].does}"
        named = fixtures.replace("*", "elicitation").split("`")[1::2]
        assert set(named) <= set(ROLES[key].names), key
        assert bool(named) == bool(ROLES[key].names), key
        assert ("any that fits" in fixtures) == (ROLES[key].fits is not None), key


def test_the_page_of_requirements_is_up_to_date() -> None:
    renew = "renew it: python -m conformance.report.requirements_page > docs/requirements.md"
    assert text_of("requirements.md") == page(load().values()), renew


def known_flags() -> set[str]:
    """Every flag of ours, read from the source, and those of pytest and its plugins."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "conformance").rglob("*.py"))
    shown = subprocess.run([sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True)
    return {*re.findall(r'"(--[a-z][a-z0-9-]*)"', source), *re.findall(r"--[a-z][a-z0-9-]*", shown.stdout)}


FOREIGN = {"--host", "--network", "--user", "--volume", "--junitxml", "--system"}
"""Flags of Locust and Docker, which the pages name as well, one that pytest takes and does not tell, and one that is
said to be gone."""


def test_every_flag_on_a_page_exists() -> None:
    known = known_flags() | FOREIGN | set(RENAMED.values())
    for path in pages():
        text = path.read_text(encoding="utf-8")
        ours = [line for line in commands(text) if line.startswith(("pytest", "mcp-conformance"))]
        for piece in [*ours, *(span for span in code_spans(text) if span.startswith("--"))]:
            unknown = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", piece)) - known
            assert not unknown, f"{path.relative_to(ROOT)}: {piece}"


def test_links_of_the_readme_lead_somewhere() -> None:
    """The strict build proves those inside docs/, see test_site.py."""
    local = [address for address in links((ROOT / "README.md").read_text(encoding="utf-8")) if "://" not in address]
    assert len(local) > 5
    for address in local:
        path, _, anchor = address.partition("#")
        assert (ROOT / path).exists(), address
        if anchor:
            assert anchor in anchors((ROOT / path).read_text(encoding="utf-8")), address
