"""What faults and oddities do to the answers and listings of a worker."""

from collections.abc import Callable
from typing import Any

from conformance.reference.contracts.upgrade.behaviour import Answer, Json, Listing
from conformance.reference.contracts.upgrade.flags import Refusal


def of_tool(tool: str, change: Callable[[Any], Any], *, after: int = 0) -> Answer:
    """Changes what one tool says, from some call on."""

    def answer(name: str, count: int, said: Any) -> Any:
        return change(said) if name == tool and count >= after else said

    return answer


def with_members(**members: Any) -> Callable[[Json], Json]:
    return lambda said: {**said, **members}


def failing(*tools: str, when: Callable[[int], bool] = lambda count: True) -> Answer:
    """Makes tools fail at some of their calls."""

    def answer(name: str, count: int, said: Any) -> Any:
        if name in tools and when(count):
            raise Refusal("internal", "the tool failed")
        return said

    return answer


def each(change: Callable[[Json], Json]) -> Listing:
    return lambda items: [change(item) for item in items]


def without(name: str) -> Listing:
    return lambda items: [item for item in items if item["name"] != name]


def narrower(tool: str) -> Listing:
    """One tool with a parameter that it did not have, and needs."""

    def change(item: Json) -> Json:
        if item["name"] != tool:
            return item
        schema = item["inputSchema"]
        return {**item, "inputSchema": {**schema, "required": ["why"], "properties": {"why": {"type": "string"}}}}

    return each(change)
