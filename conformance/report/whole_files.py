"""Files that are replaced at once: a reader finds the one of before or the new one, never a part."""

import os
from pathlib import Path


def replace_whole(path: Path, content: bytes) -> None:
    """Raises OSError; the file of before is as it was then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        if path.exists():
            fresh.chmod(path.stat().st_mode & 0o777)
        os.replace(fresh, path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
