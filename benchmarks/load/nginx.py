"""An nginx of our own that gives every request the same JSON-RPC answer: faster than any generator that is measured."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.load.generator import pinned

ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello world, hello you"}]}}'
CONFIGURATION = """
worker_processes 1;
daemon off;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {prefix}/body;
  proxy_temp_path {prefix}/proxy;
  fastcgi_temp_path {prefix}/fastcgi;
  uwsgi_temp_path {prefix}/uwsgi;
  scgi_temp_path {prefix}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
}}
"""


class Missing(RuntimeError):
    """A program that a benchmark needs is not installed."""


@contextmanager
def nginx(core: int) -> Iterator[str]:
    """The URL, on one core; ended with the block. Raises `Missing`."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise Missing("nginx is not installed: apt install nginx-light, or put one in PATH")
    with tempfile.TemporaryDirectory() as prefix:
        port = _free_port()
        configuration = Path(prefix) / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(prefix=prefix, port=port, answer=ANSWER))
        command = [program, "-p", prefix, "-e", f"{prefix}/error.log", "-c", str(configuration)]
        with subprocess.Popen(command, preexec_fn=pinned(core), stderr=subprocess.DEVNULL) as process:
            try:
                _await(port, process)
                yield f"http://127.0.0.1:{port}/mcp"
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("nginx did not start")
