"""A server for tests of the leaderboard, `fake_server.py BEHAVIOUR PORT DIRECTORY`: leaves its pids in DIRECTORY."""

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def main(behaviour: str, port: str, directory: str) -> None:
    Path(directory, f"{os.getpid()}.pid").touch()
    if behaviour == "dies":
        sys.exit("the config is wrong")
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "parent":
        sys.exit(subprocess.run([sys.executable, __file__, "stubborn", port, directory]).returncode)
    if behaviour == "silent":
        time.sleep(60)
    print("listening", port, flush=True)
    HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
