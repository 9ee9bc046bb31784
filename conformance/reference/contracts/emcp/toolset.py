"""What the JSON-RPC layer of our server does, and what a fault changes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]

Edit = Callable[[JsonObject, JsonObject], JsonObject]
"""Given a request and its response; returns the response to send."""


@dataclass(frozen=True)
class Toolset:
    """Facts of the server behind the gates. `edits` change its answers; `accepted` names checks of arguments that it
    leaves out (`limit:maximum`); `hidden` are tools that it does not have; `extra` are tools that it lists besides."""

    version: str = "1.0"
    platform: str = "eMCP"
    platform_version: str = "1.4.2"
    name: str = "eMCP Content Server"
    server_version: str = "1.0.0"
    instructions: str = "Reads the documents and models of a site."
    revisions: tuple[str, ...] = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
    """Newest first."""
    page_size: int = 15
    max_limit: int = 100
    max_offset: int = 5000
    max_depth: int = 6
    unknown_tool: int = -32602
    arguments_as_error: bool = False
    """Invalid arguments give the error -32602 instead of a result with `isError`."""
    counteroffer: bool = False
    """An unsupported version is answered with the newest one instead of an error."""
    hidden: frozenset[str] = frozenset()
    extra: tuple[str, ...] = ()
    accepted: frozenset[str] = frozenset()
    edits: tuple[Edit, ...] = ()
