"""In a checkout, `pytest` without a target judges the embedded reference server."""

from contextlib import ExitStack

import pytest

_servers = ExitStack()


def pytest_conformance_default_target(config: pytest.Config) -> str:
    from conformance.reference.embedded import start_embedded

    return _servers.enter_context(start_embedded()).url()


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()
