"""How pytest was called: is this run ours, where are the suites, and which settings of pytest suit them."""

from pathlib import Path

import pytest

from conformance.target.config import CONFIG_FILE, read_file
from conformance.target.errors import ConfigError

PACKAGED = Path(__file__).parent.parent / "_data" / "suites"
CHECKOUT = Path(__file__).parent.parent.parent / "suites"


def suites_directory() -> Path:
    """Where the suites are: inside the installed package, or at the top of a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def is_active(config: pytest.Config) -> bool:
    """A target on the command line or in conformance.toml, a worker of such a run, or our suites collected."""
    if hasattr(config, "workerinput"):
        return "conformance" in config.workerinput
    return bool(config.getoption("url")) or _target_in_file(config) or _collects_suites(config)


def _target_in_file(config: pytest.Config) -> bool:
    if not config.getoption("config") and not Path(CONFIG_FILE).is_file():
        return False
    try:
        return bool(read_file(Path.cwd(), config.getoption("config")).get("target", {}).get("url"))
    except ConfigError as error:
        raise pytest.UsageError(str(error)) from None


def _collects_suites(config: pytest.Config) -> bool:
    suites = suites_directory().resolve()
    paths = [Path(config.invocation_params.dir, arg.partition("::")[0]).resolve() for arg in config.args]
    return any(path == suites or suites in path.parents for path in paths)


def run_settings(config: pytest.Config) -> None:
    """Findings are printed by our own summary, grouped by cause, unless the user asks for pytest's."""
    option = config.option
    option.importmode = "importlib"
    asked = " ".join(map(str, config.invocation_params.args))
    if "--tb" not in asked:
        option.tbstyle = "no"
    if option.reportchars == "fE":
        option.reportchars = ""
    if config.args_source.name != "ARGS" and not _collects_suites(config):
        config.args[:] = [str(suites_directory())]
