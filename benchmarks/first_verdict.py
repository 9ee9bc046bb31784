"""A pytest plugin that writes down when the first verdict was reached."""

import os
import time
from pathlib import Path


def pytest_conformance_verdict() -> None:
    path = Path(os.environ["CONFORMANCE_BENCH_FIRST"])
    if not _written:
        _written.append(path)
        path.write_text(str(time.time()))


_written: list[Path] = []
