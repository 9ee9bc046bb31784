"""Evidence that is there, and cannot be read."""

from pathlib import Path

import pytest

from conformance.checks.outcomes import NotTestable
from conformance.contracts.evidence import Evidence


def test_a_directory_in_the_place_of_a_file_is_not_testable(tmp_path: Path) -> None:
    with pytest.raises(NotTestable, match=r"metrics: .* cannot be read: Is a directory"):
        Evidence({"metrics": tmp_path}).read("metrics")


def test_what_was_not_given_is_not_testable() -> None:
    with pytest.raises(NotTestable, match="--evidence metrics=PATH"):
        Evidence().read("metrics")
