"""URIs to ask for: resources that cannot exist, and values of templates."""

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

_EXPRESSION = re.compile(r"\{([+#./;?&=,!@|]?)([^{}]*)\}")
_FETCHED = ("http", "https", "ftp", "ws", "wss")

TOKEN = secrets.token_hex(8)
"""No server knows it, so what is named by it does not exist."""

NOBODYS = f"conformance-nobody://no-such-resource/{TOKEN}"
"""A well-formed URI under a scheme that nobody serves."""


def missing_siblings(listed: Iterable[str]) -> list[str]:
    """For the first scheme among the listed URIs, a URI that names nothing.

    Schemes that a server may fetch from the web are left out: asking for such a URI could send a request elsewhere.
    """
    for uri in listed:
        scheme, colon, rest = uri.partition(":")
        if colon and scheme.lower() not in _FETCHED:
            slashes = "//" if rest.startswith("//") else ""
            slashes += "/" if rest.startswith("///") else ""
            return [f"{scheme}:{slashes}no-such-resource-{TOKEN}"]
    return []


def may_match(template: str, uri: str) -> bool:
    """Whether a URI could come from a template (RFC 6570). An expression is taken to match any text."""
    pattern, end = "", 0
    for expression in _EXPRESSION.finditer(template):
        pattern += re.escape(template[end : expression.start()]) + ".*"
        end = expression.end()
    return re.fullmatch(pattern + re.escape(template[end:]), uri, re.DOTALL) is not None


def variables(template: str) -> list[str]:
    """The names of the variables of a URI template, without modifiers."""
    names = [name for match in _EXPRESSION.finditer(template) for name in match[2].split(",")]
    return [re.sub(r"(:\d+|\*)$", "", name.strip()) for name in names]


def expand(template: str, values: Mapping[str, Any]) -> str | None:
    """A template whose expressions are all of the simple form {name}, with these values; None for any other."""
    for expression in _EXPRESSION.finditer(template):
        if expression[1] or expression[2] not in values:
            return None
    return _EXPRESSION.sub(lambda match: _encoded(str(values[match[2]])), template)


def _encoded(value: str) -> str:
    """Simple expansion leaves only unreserved characters as they are (RFC 6570, 3.2.2)."""
    plain = re.compile(rb"[A-Za-z0-9._~-]")
    encoded = (bytes([one]) for one in value.encode())
    return "".join(one.decode() if plain.fullmatch(one) else f"%{one[0]:02X}" for one in encoded)
