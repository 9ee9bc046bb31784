"""What makes a finding the same finding in the next run, for histories and for code-scanning pages.

A target is its host, its path, and its query without secrets. Not the scheme, nor who asks, nor a port that says
nothing: the default of the scheme, or any port of this machine, where servers listen on another one in each run.
"""

import hashlib
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.wire.redact import MASK, SECRET_NAME

DEFAULT_PORTS = {"http": 80, "https": 443}


def target_identity(url: str) -> str:
    """For example `example.com/mcp`. Two addresses that differ in credentials only are the same."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    shown = host if port in (None, DEFAULT_PORTS.get(parts.scheme)) or _is_local(host) else f"{host}:{port}"
    plain = [(name, value) for name, value in parse_qsl(parts.query) if not _is_secret(name, value)]
    return shown + parts.path.rstrip("/") + (f"?{urlencode(sorted(plain))}" if plain else "")


def digest(*parts: str) -> str:
    """32 hexadecimal digits; a name for something, no protection of it."""
    return hashlib.md5("\n".join(parts).encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()


def check_name(nodeid: str) -> str:
    """The test and its parameters. Its file does not count, so that a history outlives a move of the test."""
    return nodeid.partition("::")[2] or nodeid


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_secret(name: str, value: str) -> bool:
    return MASK in value or bool(SECRET_NAME.search(name))
