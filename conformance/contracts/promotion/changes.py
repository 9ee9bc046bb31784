"""When each flag was changed last: from the SQLite table of the flags, or a dump of it in JSON."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from conformance.contracts.promotion.settings import Promotion
from conformance.contracts.reading import Unreadable, objects, read
from conformance.contracts.times import instant

_SQLITE: Final = b"SQLite format 3\0"
_MOST_ROWS: Final = 10_000


def changes_of(path: Path, settings: Promotion) -> dict[str, float]:
    """Seconds since 1970, by the name of the flag. Raises `Unreadable`."""
    try:
        with path.open("rb") as file:
            is_database = file.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    if is_database:
        return _by_name(_rows(path, settings))
    found = objects(read(path))
    return _by_name((row.get(settings.flag_column), row.get(settings.changed_column)) for row in found)


def _rows(path: Path, settings: Promotion) -> list[tuple[Any, Any]]:
    names = settings.flag_column, settings.changed_column, settings.flags_table
    column, changed, table = ('"' + name.replace('"', '""') + '"' for name in names)
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        try:
            return connection.execute(f"SELECT {column}, {changed} FROM {table}").fetchmany(_MOST_ROWS)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise Unreadable(f"cannot be read as a database: {error}") from None


def _by_name(rows: Iterable[tuple[Any, Any]]) -> dict[str, float]:
    told = {name: _seconds(at) for name, at in rows if isinstance(name, str)}
    return {name: at for name, at in told.items() if at is not None}


def _seconds(at: Any) -> float | None:
    """Milliseconds since 1970 are far above seconds since 1970."""
    if isinstance(at, bool) or not isinstance(at, int | float):
        return instant(at)
    return at / 1000 if at > 1e11 else float(at)
