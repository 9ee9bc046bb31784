from collections.abc import Iterator

import httpx
import pytest

from conformance.reference.embedded import Embedded, start_embedded


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client
