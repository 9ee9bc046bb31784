from collections.abc import Iterator

import pytest

from conformance.reference.embedded import Embedded, start_embedded
from tests.plugin.targets import Target, small_target


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


@pytest.fixture(scope="session")
def small() -> Iterator[Target]:
    with small_target() as target:
        yield target
