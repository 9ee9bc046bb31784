"""The `allure` command (version 3, from npm), kept in a cache: with it a test sees what a user sees."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.report.formats.published import cache

VERSION = "3.18.0"
DEADLINE = 240.0


def allure(*arguments: str, cwd: Path) -> str:
    """What the command prints. Skips the test where there is no Node, or no way to the package."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("allure: there is no Node here")
    done = subprocess.run(
        [node, str(_installed() / "node_modules/allure/cli.js"), *arguments], cwd=cwd, capture_output=True, text=True,
        timeout=DEADLINE, env={**os.environ, "CI": "1", "ALLURE_NO_ANALYTICS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _installed() -> Path:
    home = cache() / f"allure-{VERSION}"
    npm = shutil.which("npm")
    if home.is_dir():
        return home
    if npm is None:
        pytest.skip("allure: there is no npm here")
    home.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=home.parent, ignore_cleanup_errors=True) as fresh:
        command = [
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            fresh,
            f"allure@{VERSION}",
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            pytest.skip(f"allure: npm did not install it within {DEADLINE:g} s")
        if done.returncode:
            pytest.skip(f"allure: npm cannot install it: {done.stderr.strip()[-200:]}")
        with contextlib.suppress(OSError):  # another process was faster
            Path(fresh).rename(home)
    return home
