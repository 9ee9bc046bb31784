"""Command-line options of the plugin: those of the configuration table, and a few of the run itself."""

import argparse
from collections.abc import Callable, Container
from typing import Any

import pytest

from conformance.target.options import OPTIONS, Option

TAKEN_BY_PYTEST = frozenset({"--strict"})
"""pytest has this flag itself, and keeps it as an override of its ini option; see `flags`."""

RENAMED = {"--config": "--target-config"}
"""A plugin's flags share one name space with pytest and with every other plugin."""


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "MCP conformance")
    for option in OPTIONS:
        flag = RENAMED.get(option.flag, option.flag)
        if flag not in TAKEN_BY_PYTEST:
            group.addoption(flag, **_keywords(option))
    group.addoption("--area", action="append", dest="areas", metavar="AREA", help="judge only this area; repeatable")
    group.addoption(
        "--requirement", action="append", dest="requirements", metavar="ID", help="judge only this rule; repeatable"
    )


def add_arguments(parser: argparse._ActionsContainer, only: Container[str] | None = None) -> None:
    """The same options, or `only` those of some keys, for the command `mcp-conformance`.

    There the target is an argument of its own.
    """
    add: Callable[..., Any] = parser.add_argument
    for option in OPTIONS:
        if option.key != "url" and (only is None or option.key in only):
            add(option.flag, **_keywords(option))


def _keywords(option: Option) -> dict[str, Any]:
    keywords: dict[str, Any] = {"dest": option.key, "default": None, "help": option.help.replace("%", "%%")}
    if option.switch:
        return {**keywords, "action": "store_true"}
    return {**keywords, "action": "append" if option.many else "store", "metavar": option.metavar}


def flags(config: pytest.Config) -> dict[str, Any]:
    """What was given on pytest's command line, by the key of the option."""
    given = {option.key: config.getoption(option.key, None) for option in OPTIONS}
    given["strict"] = "strict=true" in (config.getoption("override_ini", None) or ())
    return given
