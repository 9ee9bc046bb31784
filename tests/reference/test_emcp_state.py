"""What replicas of the eMCP gateway share: counted exactly, and remembered once, whoever comes first."""

import threading
from collections.abc import Callable
from pathlib import Path

from conformance.reference.contracts.emcp.state import Store

REPLICAS = 2
EACH = 50


def side_by_side(path: Path, act: Callable[[Store], None]) -> None:
    """The same from several replicas at once."""
    begin = threading.Barrier(REPLICAS)

    def run() -> None:
        store = Store(path)
        begin.wait(10)
        for _ in range(EACH):
            act(store)

    threads = [threading.Thread(target=run) for _ in range(REPLICAS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_replicas_count_each_request_once(tmp_path: Path) -> None:
    counted: list[int] = []

    side_by_side(tmp_path / "state", lambda store: counted.append(store.take("bucket", 60)[0]))

    assert sorted(counted) == list(range(1, REPLICAS * EACH + 1))


def test_one_replica_remembers_a_key(tmp_path: Path) -> None:
    created: list[int] = []

    def accept(store: Store) -> None:
        with store.transaction():
            if store.known("key") is None:
                created.append(store.new_task())
                store.remember("key", "payload", "trace", 60, created[-1], None)

    side_by_side(tmp_path / "state", accept)

    assert len(created) == 1
    assert Store(tmp_path / "state").tasks() == {"created": 1, "runs": 0}


def test_a_window_is_over_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")

    assert [store.take("bucket", 60)[0] for _ in range(3)] == [1, 2, 3]
    assert store.take("bucket", 0)[0] == 1


def test_a_key_that_has_expired_is_free(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.remember("key", "payload", "trace", 0, 1, None)

    assert store.known("key") is None


def test_a_result_is_known_once_its_task_ran(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    task = store.new_task()
    store.remember("key", "payload", "trace", 60, task, None)
    before = store.known("key")
    store.ran(task, "{}")
    after = store.known("key")

    assert before is not None
    assert after is not None
    assert (before.result, after.result) == (None, "{}")
