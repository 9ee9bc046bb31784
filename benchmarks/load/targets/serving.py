"""The main program of every target: options, port, and the end."""

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.load.targets.http import Server
from benchmarks.load.targets.loop import precise_loop
from benchmarks.load.targets.mcp import Endpoint


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that all targets have."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--era", choices=("legacy", "modern", "both"), default="both")
    options.add_argument("--core", type=int, help="run on this core only")
    options.add_argument("--truth", type=Path, help="write at the end what was done, as JSON")
    options.add_argument("--trace", type=Path, help="write at the end when each request was answered")
    return options


def eras(options: argparse.Namespace) -> tuple[str, ...]:
    return ("legacy", "modern") if options.era == "both" else (options.era,)


def serve(options: argparse.Namespace, make: Callable[[asyncio.AbstractEventLoop], Endpoint]) -> None:
    """Serve until standard input closes."""
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    loop = precise_loop()
    endpoint = make(loop)
    gc.collect()
    gc.freeze()
    gc.disable()
    print(loop.run_until_complete(Server(endpoint.handle).listen()), flush=True)
    loop.add_reader(sys.stdin.fileno(), _read_stdin, loop)
    loop.run_forever()
    if options.truth:
        options.truth.write_text(json.dumps(endpoint.truth()))
    if options.trace:
        endpoint.trace.write(options.trace)


def _read_stdin(loop: asyncio.AbstractEventLoop) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        loop.stop()
