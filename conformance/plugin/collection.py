"""Collection: suites × revisions spoken × what the target announces, with ids that stay the same."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.plugin.contracts import profile_rows
from conformance.plugin.invocation import suites_directory
from conformance.plugin.judged import judged
from conformance.plugin.run import RUN, Run
from conformance.protocol.messages import JsonObject
from conformance.protocol.revisions import REVISIONS, era_of
from conformance.requirements import Requirement, load
from conformance.target.profile import Surface
from conformance.target.roles import callable_tools, left_out

ITEMS = {
    "tool": ("tools", "name"),
    "resource": ("resources", "uri"),
    "template": ("resourceTemplates", "uriTemplate"),
    "prompt": ("prompts", "name"),
}
"""Fixtures that stand for one announced item each: the key of its list, and what identifies it."""

NOTHING = "-"


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if RUN not in metafunc.config.stash:
        return
    if "profile" in metafunc.fixturenames and metafunc.definition.get_closest_marker("rule"):
        rows = [((profile,), profile.name, marks) for profile, marks in profile_rows(metafunc)]
        _parametrize(metafunc, ("profile",), rows)
        return
    if "revision" not in metafunc.fixturenames:
        return
    run = metafunc.config.stash[RUN]
    revisions = _revisions(metafunc, run)
    kind = next((name for name in (*ITEMS, "called_tool") if name in metafunc.fixturenames), None)
    if kind is None:
        _parametrize(metafunc, ("revision",), [((revision,), revision) for revision in revisions])
        return
    rows = [row for revision in revisions for row in _rows(kind, run, run.profile.surfaces[revision])]
    _parametrize(metafunc, ("revision", kind), rows)


def _parametrize(metafunc: pytest.Metafunc, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Without a row the rule concerns no revision that the target speaks; such an item is taken out again."""
    if not rows:
        rows = [((None,) * len(names), NOTHING)]
    values = [pytest.param(*row[0], id=row[1], marks=row[2] if len(row) > 2 else ()) for row in rows]
    metafunc.parametrize(names, values)


def _revisions(metafunc: pytest.Metafunc, run: Run) -> list[str]:
    """Those that the rule exists in, the test is for, and the target speaks."""
    chosen = [revision for revision in REVISIONS if revision in run.profile.surfaces]
    for marker in metafunc.definition.iter_markers("requirement"):
        chosen = [revision for revision in chosen if revision in _registered(metafunc, marker.args[0]).revisions]
    for marker in metafunc.definition.iter_markers("revisions"):
        first, last = (*marker.args, REVISIONS[-1])[:2]
        chosen = [revision for revision in chosen if first <= revision <= last]
    return chosen


def _registered(metafunc: pytest.Metafunc, id: str) -> Requirement:
    try:
        return load()[id]
    except KeyError:
        where = metafunc.definition.nodeid
        raise pytest.Collector.CollectError(f"{where}: no requirement {id!r} in the registry") from None


def _rows(kind: str, run: Run, surface: Surface) -> Iterator[tuple[Any, ...]]:
    """A row for each item; one row that says why when there is none."""
    seen: dict[str, int] = {}
    for identity, value in _items(kind, run, surface):
        seen[identity] = seen.get(identity, 0) + 1
        again = f"#{seen[identity]}" if seen[identity] > 1 else ""
        yield (surface.revision, value), f"{surface.revision}-{_readable(identity)}{again}"
    if not seen:
        mark = pytest.mark.conformance_not_applicable(_why_none(kind, surface))
        yield (surface.revision, None), f"{surface.revision}-none", mark
    elif kind == "called_tool" and (count := left_out(surface, run.config)):
        mark = pytest.mark.conformance_not_testable(f"{count} more tools are not called; see --call-limit")
        yield (surface.revision, None), f"{surface.revision}-others", mark


def _items(kind: str, run: Run, surface: Surface) -> Iterator[tuple[str, Any]]:
    if kind == "called_tool":
        for tool, made in callable_tools(surface, run.config):
            yield str(tool.get("name")), (tool, made)
        return
    key, name = ITEMS[kind]
    items: list[JsonObject] = surface.items.get(key, [])
    for item in items:
        yield str(item.get(name)), item


def _why_none(kind: str, surface: Surface) -> str:
    key = "tools" if kind == "called_tool" else ITEMS[kind][0]
    capability = "resources" if key == "resourceTemplates" else key
    if not surface.declares(capability):
        return f"the capability {capability} is not declared"
    if key in surface.unread:
        return f"the list could not be read: {surface.unread[key]}"
    if surface.items.get(key):
        return "every tool announced may write; call them with --allow-writes"
    return f"nothing is announced in {key}"


def _readable(identity: str) -> str:
    """An item's name as part of a test id: no white space, no brackets, not endless."""
    return re.sub(r"[\s\[\]]+", "_", identity)[:80] or "unnamed"


def stable_nodeid(item: pytest.Item) -> str:
    """The node id that the test has in a checkout, wherever the suites are installed."""
    root = suites_directory()
    if not item.path.is_relative_to(root):
        return item.nodeid
    return f"suites/{item.path.relative_to(root).as_posix()}::{item.nodeid.partition('::')[2]}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Contract suites are of use with a profile only."""
    if RUN not in config.stash or config.stash[RUN].contract_profiles:
        return None
    return True if collection_path.is_relative_to(suites_directory() / "contracts") else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what concerns no spoken revision or was not asked for; noisy checks come last."""
    items[:] = [item for item in items if not _concerns_nothing(item)]
    unwanted = [item for item in items if not _asked_for(config, item)]
    if unwanted:
        config.hook.pytest_deselected(items=unwanted)
        dropped = set(unwanted)
        items[:] = [item for item in items if item not in dropped]
    items.sort(key=lambda item: (item.get_closest_marker("noisy") is not None))
    for item in items:
        _limit_to_capability(config, item)
    if not config.stash[RUN].config.allow_noisy:
        _judge_slow_ones_once(items)


def _judge_slow_ones_once(items: list[pytest.Item]) -> None:
    """A check that takes seconds looks at the newest revision of each era; the others are said to be left out."""
    slow = [item for item in items if item.get_closest_marker("slow") and hasattr(item, "callspec")]
    newest: dict[tuple[str, str], str] = {}
    for item in slow:
        revision = item.callspec.params["revision"]
        key = (item.location[0] + str(getattr(item, "originalname", "")), era_of(revision))
        newest[key] = max(revision, newest.get(key, ""))
    for item in slow:
        revision = item.callspec.params["revision"]
        judged = newest[item.location[0] + str(getattr(item, "originalname", "")), era_of(revision)]
        if revision != judged:
            reason = f"takes seconds, so it is judged under {judged} only; --allow-noisy judges it here too"
            item.add_marker(pytest.mark.conformance_not_testable(reason))


def _concerns_nothing(item: pytest.Item) -> bool:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return any(name in params and params[name] is None for name in ("revision", "profile"))


def _asked_for(config: pytest.Config, item: pytest.Item) -> bool:
    areas, ids = config.getoption("areas"), config.getoption("requirements")
    if not areas and not ids:
        return True
    rule = judged(item)
    if rule is None:
        return False
    return rule.area in (areas or ()) or bool({rule.id, *rule.clauses} & set(ids or ()))


def _limit_to_capability(config: pytest.Config, item: pytest.Item) -> None:
    callspec = getattr(item, "callspec", None)
    revision = callspec.params.get("revision") if callspec else None
    if revision is None:
        return
    surface = config.stash[RUN].profile.surfaces[revision]
    for marker in item.iter_markers("capability"):
        if not surface.declares(*marker.args):
            reason = f"the capability {'.'.join(marker.args)} is not declared"
            item.add_marker(pytest.mark.conformance_not_applicable(reason))
