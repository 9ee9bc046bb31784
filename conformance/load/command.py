"""`mcp-conformance load`: what the command line says, made into a run."""

import argparse
import shlex
import sys
from dataclasses import replace
from importlib.util import find_spec

from conformance.load.arguments import add_options
from conformance.target.config import RunConfig, load_config
from conformance.target.errors import ConfigError
from conformance.target.options import OPTIONS

NEEDED = ("locust", "httptools", "hdrh", "psutil")
"""What the extra `load` brings."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_options(parser)
    parser.set_defaults(command=run)


def run(given: argparse.Namespace) -> int:
    """Raises `ConfigError` or `TargetError`."""
    if any(find_spec(name) is None for name in NEEDED):
        raise ConfigError("load needs more packages: pip install 'mcp-conformance[load]'")
    from conformance.load.options import load_options
    from conformance.load.running import follow, generate

    options = load_options(given)
    config = load_config({option.key: getattr(given, option.key, None) for option in OPTIONS})
    if not config.url:
        raise ConfigError("URL: no target given; write `mcp-conformance load URL`")
    if config.proxy:
        raise ConfigError("--proxy: load goes straight to its target; run it from where that can be reached")
    config = replace(config, arguments={**config.arguments, **options.arguments})
    options = replace(options, command=_command(config))
    return follow(config, options) if options.elsewhere.role == "worker" else generate(config, options)


def _command(config: RunConfig) -> str:
    """The command that repeats the run, without its secrets."""
    return config.redactor.text(shlex.join(["mcp-conformance", *sys.argv[1:]]))
