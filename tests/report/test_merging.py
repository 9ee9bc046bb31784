"""Several verdict files as targets."""

from dataclasses import replace

from conformance.report.merging import merged
from tests.report.html.files import FAILED, PASSED, WARNED, file_of

ON_ALL = replace(PASSED, requirement="jsonrpc-version", nodeid="traffic::jsonrpc-version[2025-06-18]")


def test_shards_of_a_target_are_one_run() -> None:
    (run,) = merged([file_of([PASSED], "a.json"), file_of([FAILED], "b.json", revisions=["2025-11-25"])])

    assert set(run.verdicts) == {PASSED, FAILED}
    assert run.revisions == ["2025-06-18", "2025-11-25"]
    assert (run.requests, run.seconds, run.repeated) == (20, 4.0, 0)


def test_each_target_is_a_run_of_its_own() -> None:
    runs = merged([file_of([PASSED]), file_of([FAILED], url="https://other.example/mcp"), file_of([WARNED])])

    assert [(run.url, len(run.verdicts)) for run in runs] == [
        ("https://example.com/mcp", 2), ("https://other.example/mcp", 1),
    ]  # fmt: skip


def test_of_a_check_that_is_in_several_files_the_newest_counts() -> None:
    now_passes = replace(FAILED, status="pass", red=False, expected=None, received=None)
    old = file_of([FAILED, PASSED, replace(ON_ALL, status="fail", red=True)], started="2026-11-20T00:00:00Z")
    new = file_of([now_passes, ON_ALL], started="2026-11-21T00:00:00Z")

    for files in ([old, new], [new, old]):
        (run,) = merged(files)
        assert set(run.verdicts) == {now_passes, PASSED, ON_ALL}
        assert run.repeated == 1


def test_a_rule_on_all_exchanges_that_one_shard_saw_broken_is_broken() -> None:
    broken = replace(ON_ALL, status="fail", red=True)

    for pair in ([ON_ALL, broken], [broken, ON_ALL]):
        (run,) = merged([file_of([PASSED, pair[0]]), file_of([FAILED, pair[1]])])
        assert broken in run.verdicts
        assert ON_ALL not in run.verdicts


def test_one_unfinished_shard_leaves_the_whole_unfinished() -> None:
    (run,) = merged([file_of([PASSED]), file_of([FAILED], complete=False)])

    assert not run.complete


def test_a_revision_that_another_shard_speaks_is_spoken() -> None:
    (run,) = merged([file_of([PASSED]), file_of([FAILED], revisions=["2024-11-05"])])

    assert run.not_spoken == {}
