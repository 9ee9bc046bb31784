"""How pytest was called: is this run ours, where are the suites, and which settings of pytest suit them."""

import os
from pathlib import Path

import pytest

from conformance.target.config import CONFIG_FILE, read_file
from conformance.target.errors import ConfigError

PACKAGED = Path(__file__).parent.parent / "_data" / "suites"
CHECKOUT = Path(__file__).parent.parent.parent / "suites"

OWN_VARIABLE = "MCP_CONFORMANCE_TARGET"
"""The only variable that makes a run ours; the names that other tools use as well only fill in the target."""


def suites_directory() -> Path:
    """Where the suites are: inside the installed package, or at the top of a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def is_active(config: pytest.Config) -> bool:
    """A target on the command line, in conformance.toml or in our variable, a worker of such a run, or our suites
    collected."""
    if hasattr(config, "workerinput"):
        return "conformance" in config.workerinput
    return _target_given(config) or _target_in_file(config) or _collects_suites(config)


def prints_only(config: pytest.Config) -> bool:
    """Whether pytest is asked about itself (--help, --version …) and runs nothing."""
    return any(getattr(config.option, name, False) for name in ("help", "version", "markers", "cacheshow"))


def _target_given(config: pytest.Config) -> bool:
    """A profile is enough: artifacts are judged without a target."""
    given = (config.getoption(name) for name in ("url", "config", "profiles"))
    return any(given) or bool(os.environ.get(OWN_VARIABLE))


def _target_in_file(config: pytest.Config) -> bool:
    """A file that cannot be read counts as ours: first contact says what is wrong with it."""
    directory = Path(config.invocation_params.dir)
    if not (directory / CONFIG_FILE).is_file():
        return False
    try:
        return bool(read_file(directory).get("target", {}).get("url"))
    except ConfigError:
        return True


def _collects_suites(config: pytest.Config) -> bool:
    suites = suites_directory().resolve()
    paths = [Path(config.invocation_params.dir, arg.partition("::")[0]).resolve() for arg in config.args]
    return any(path == suites or suites in path.parents for path in paths)


def run_settings(config: pytest.Config) -> None:
    """What suits the suites, where the user has not chosen."""
    option = config.option
    option.importmode = "importlib"
    if option.reportchars == "fE":
        option.reportchars = ""
    if _wants_suites(config):
        config.args[:] = [str(suites_directory())]
    else:
        config.args[:] = [_packaged(config, arg) for arg in config.args]


def wants_tracebacks(config: pytest.Config) -> bool:
    """Findings are in our own summary, grouped by cause; --tb asks for each of them in pytest's section as well."""
    return any(str(argument).startswith("--tb") for argument in config.invocation_params.args)


def _wants_suites(config: pytest.Config) -> bool:
    """Without a path the suites are meant; but the test paths of a project that only names its target in
    conformance.toml are its own tests."""
    source = config.args_source.name
    return source == "INVOCATION_DIR" or (source == "TESTPATHS" and _target_given(config))


def _packaged(config: pytest.Config, arg: str) -> str:
    """`suites/…`, as reports write it, is the packaged file wherever there is no such file."""
    path, colons, name = arg.partition("::")
    inside = Path(path)
    if inside.parts[:1] != ("suites",) or Path(config.invocation_params.dir, path).exists():
        return arg
    return f"{suites_directory().joinpath(*inside.parts[1:])}{colons}{name}"
