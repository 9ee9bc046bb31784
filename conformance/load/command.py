"""`mcp-conformance load`: what the command line says, made into a run."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

from conformance.load.arguments import add_options
from conformance.target.errors import ConfigError
from conformance.wire.redact import Redactor

NEEDED = ("locust", "httptools", "hdrh", "psutil")
"""What the extra `load` brings."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_options(parser)
    parser.set_defaults(command=run)


def run(given: argparse.Namespace) -> int:
    """Raises `ConfigError` or `TargetError`."""
    if any(find_spec(name) is None for name in NEEDED):
        raise ConfigError("load needs more packages: pip install 'mcp-conformance[load]'")
    from conformance.load.options import configured
    from conformance.load.running import follow, generate

    options, config = configured(given)
    options = replace(options, command=_repeating(sys.argv[1:], config.redactor))
    return follow(config, options) if options.elsewhere.role == "worker" else generate(config, options)


def _repeating(arguments: Sequence[str], redactor: Redactor) -> str:
    """The command line without its secrets: quoting would make those that have quotes unknown to the redactor."""
    return shlex.join(["mcp-conformance", *(redactor.text(argument) for argument in arguments)])
