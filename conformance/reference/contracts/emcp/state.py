"""What the replicas of a gateway share: rate windows, idempotency keys and tasks, in SQLite."""

import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS windows (bucket TEXT PRIMARY KEY, began REAL, taken INTEGER);
CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, runs INTEGER DEFAULT 0, result TEXT);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, payload TEXT, trace_id TEXT, expires REAL, task_id INTEGER, result TEXT
);
"""

_TAKE = """
INSERT INTO windows (bucket, began, taken) VALUES (:bucket, :now, 1) ON CONFLICT (bucket) DO UPDATE SET
    taken = CASE WHEN began + :window <= :now THEN 1 + (taken > :limit) * :held ELSE taken + 1 END,
    began = CASE WHEN began + :window <= :now THEN :now ELSE began END
RETURNING began, taken
"""


@dataclass(frozen=True)
class Known:
    """A key that was used before. `task_id` 0 is a call that ran at once."""

    payload: str
    trace_id: str
    task_id: int
    result: str | None


class Store:
    """One connection to the state. What others see at once is done in one transaction."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = MEMORY")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_SCHEMA)

    def take(self, bucket: str, window_s: float, limit: int = 0, held: int = 0) -> tuple[int, float]:
        """Counts a request in the window of a bucket: how many there were, and how many seconds are left.

        After a window with more than `limit` the next one begins with `held` against it.
        """
        values = {"bucket": bucket, "now": time.time(), "window": window_s, "limit": limit, "held": held}
        began, taken = self._db.execute(_TAKE, values).fetchone()
        return taken, max(0.0, began + window_s - values["now"])

    def taken(self, bucket: str, window_s: float) -> int:
        """How many requests the window of a bucket has, without another one."""
        query = "SELECT taken FROM windows WHERE bucket = ? AND began + ? > ?"
        row = self._db.execute(query, (bucket, window_s, time.time())).fetchone()
        return row[0] if row else 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nobody else writes meanwhile."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    def known(self, key: str) -> Known | None:
        """What a key stands for, None when it is free or has expired."""
        query = """
            SELECT payload, trace_id, keys.task_id, coalesce(keys.result, tasks.result)
            FROM keys LEFT JOIN tasks ON tasks.id = keys.task_id WHERE key = ? AND expires > ?
        """
        row = self._db.execute(query, (key, time.time())).fetchone()
        return Known(*row) if row else None

    def remember(self, key: str, payload: str, trace_id: str, ttl_s: float, task_id: int, result: str | None) -> None:
        row = (key, payload, trace_id, time.time() + ttl_s, task_id, result)
        self._db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, ?)", row)

    def new_task(self) -> int:
        number = self._db.execute("INSERT INTO tasks (result) VALUES (NULL)").lastrowid
        assert number is not None
        return number

    def ran(self, task_id: int, result: str | None) -> None:
        self._db.execute("UPDATE tasks SET runs = runs + 1, result = ? WHERE id = ?", (result, task_id))

    def tasks(self) -> dict[str, int]:
        """How many tasks there are, and how often one of them ran."""
        created, runs = self._db.execute("SELECT count(*), coalesce(sum(runs), 0) FROM tasks").fetchone()
        return {"created": created, "runs": runs}


@dataclass
class State:
    """All of one mounted gateway: a connection of each replica to the state that they share, and `alone`, a store for a
    replica that shares nothing.

    Where the system can do that, the files are deleted once they are open: a server that is killed leaves nothing.
    """

    streams: Counter[str] = field(default_factory=lambda: Counter(started=0, active=0, steps=0))

    def __post_init__(self) -> None:
        with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as directory:
            self.replicas = tuple(Store(Path(directory, "shared.sqlite")) for _ in range(2))
            self.alone = Store(Path(directory, "alone.sqlite"))
