"""Which parts of the configuration are secret, in every form in which a target may send them back."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.wire.exchange import Headers
from conformance.wire.redact import SECRET_NAME

OPEN_HEADERS = frozenset(
    {
        "accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-type", "host", "origin",
        "referer", "user-agent", "mcp-protocol-version", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
    }
)  # fmt: skip
"""Headers whose values are no secret; every other header that a user sets may hold one."""

LONG = 20
"""A value in a URL that is at least this long is taken for a key, whatever its name."""
PART = 8
"""Parts of a value that are shorter are too common to be masked wherever they occur."""


def secrets_of_url(url: str | None) -> Iterator[str]:
    """User, password and keys in a URL."""
    try:
        parts = urlsplit(url or "")
        username, password = parts.username or "", parts.password or ""
    except ValueError:
        return
    if password:
        yield unquote(password)
        yield password
        pair = f"{unquote(username)}:{unquote(password)}"
        yield pair
        yield base64.b64encode(pair.encode()).decode()
    elif len(username) >= PART:
        yield unquote(username)
    for name, value in parse_qsl(parts.query):
        if SECRET_NAME.search(name) or len(value) >= LONG:
            yield value


def secrets_of_headers(headers: Headers) -> Iterator[str]:
    """The values of headers, and what they are made of: the token after a scheme, the values of cookies."""
    for name, value in headers:
        if name.lower() not in OPEN_HEADERS:
            yield value
            yield from _parts(value)


def secrets_of_arguments(arguments: Mapping[str, Any]) -> Iterator[str]:
    """The values of arguments, nested ones too, whose name says that they are secret."""
    for name, value in arguments.items():
        if isinstance(value, Mapping):
            yield from secrets_of_arguments(value)
        elif SECRET_NAME.search(name):
            yield from (str(one) for one in (value if isinstance(value, list) else [value]))
        elif isinstance(value, list):
            yield from (found for one in value if isinstance(one, Mapping) for found in secrets_of_arguments(one))


def _parts(value: str) -> Iterator[str]:
    for word in value.replace(";", " ").replace(",", " ").split():
        for part in (word, word.partition("=")[2]):
            if len(part) >= PART:
                yield part
    scheme, _, credentials = value.partition(" ")
    if scheme.lower() == "basic":
        yield from _user_and_password(credentials.strip())


def _user_and_password(credentials: str) -> Iterator[str]:
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
    yield pair
    yield pair.partition(":")[2]
