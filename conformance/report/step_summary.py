"""The summary of a step on the page of a CI job (GITHUB_STEP_SUMMARY), which all commands of the step write into."""

from pathlib import Path
from typing import Final

ROOM: Final = 1024 * 1024
"""Bytes. A page that takes more is not shown at all."""
NO_ROOM: Final = "\nThe summary of a further run did not fit on this page.\n"


def append(page: Path, text: str) -> None:
    """Add Markdown, unless it would cost the page that is there. Raises OSError."""
    content = f"\n{text}".encode("utf-8", "backslashreplace")
    taken = page.stat().st_size if page.is_file() else 0
    with page.open("ab") as file:
        if taken + len(content) + len(NO_ROOM) <= ROOM:
            file.write(content)
        elif taken + len(NO_ROOM) <= ROOM:
            file.write(NO_ROOM.encode())
