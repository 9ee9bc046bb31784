import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.reference.embedded import Embedded, start_embedded
from conformance.release.kinds.outcome import Context
from conformance.wire.redact import Redactor


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """What a step may use, when it is judged by itself."""
    work = tmp_path / "work"
    work.mkdir()
    return Context(
        work=work, now=time.time(), environ={"PATH": os.environ["PATH"]}, environment=("PATH",), redactor=Redactor(),
        stop=threading.Event(),
    )  # fmt: skip
