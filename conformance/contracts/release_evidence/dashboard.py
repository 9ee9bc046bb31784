"""Looks for the promised panels in the JSON of a Grafana dashboard."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.contracts.reading import member, objects


def missing_panels(document: Any, promised: Mapping[str, Sequence[str]]) -> list[str]:
    """Panels that no panel of the dashboard looks like, by its title, queries and legends."""
    texts = [_text(panel) for panel in panels(document)]
    return [f"no panel for the {name}" for name, words in promised.items() if not _any_has(texts, words)]


def panels(document: Any) -> list[dict[str, Any]]:
    """All panels, also those within rows; an export may wrap the dashboard."""
    dashboard = member(document, "dashboard")
    outer = objects(member(dashboard if isinstance(dashboard, dict) else document, "panels"))
    return [*outer, *(inner for one in outer for inner in objects(one.get("panels")))]


def _text(panel: Mapping[str, Any]) -> str:
    return " ".join(_words(panel)).lower()


def _words(panel: Mapping[str, Any]) -> Iterator[str]:
    yield str(panel.get("title"))
    yield str(panel.get("type"))
    for target in objects(panel.get("targets")):
        yield f"{target.get('expr')} {target.get('legendFormat')}"


def _any_has(texts: Sequence[str], words: Sequence[str]) -> bool:
    return any(word.lower() in text for word in words for text in texts)
