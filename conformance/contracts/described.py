"""A request as a profile describes it."""

from typing import Any

from msgspec import Struct


class Described(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON-RPC `method`, or a `body` of its own, for a route as a persona. Without both it is the probe of the
    profile. `variables` change placeholders of the route."""

    route: str = "main"
    http_method: str = "POST"
    method: str = ""
    params: dict[str, Any] = {}
    body: dict[str, Any] | None = None
    headers: dict[str, str] = {}
    persona: str = "valid"
    variables: dict[str, str] = {}

    def __str__(self) -> str:
        where = "".join(f", {name} {value}" for name, value in sorted(self.variables.items()))
        return f"{self.method or self.http_method} to {self.route} as {self.persona}{where}"
