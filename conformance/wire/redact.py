"""Secrets are taken out when an exchange is recorded, so that no report or log ever holds them."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "<redacted>"

SECRET_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token",
        "x-access-token", "mcp-session-id",
    }
)  # fmt: skip
SECRET_NAME = re.compile(
    r"(token|secret|password|passwd|api[-_]?key|credential|authorization|signature)|^(key|code|sig)$", re.I
)
"""Names of headers and query parameters that hold a secret."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s@\"'<>]+(?=@)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_QUERY = re.compile(r"(?i)([?&](?:access_token|token|api_?key|key|secret|password|code)=)[^&#\s\"']+")
_MEMBER = re.compile(
    r'(?i)("(?:access_token|refresh_token|id_token|client_secret|password|api_?key)"\s*:\s*")(?:[^"\\]|\\.)+'
)

_ESCAPE = re.compile(r"%[0-9A-F]{2}")
_BASE64_PART = 8
"""Letters of Base64 that are taken for a part of a secret; fewer would be found in other texts."""


class Redactor:
    """Masks the configured secrets wherever they occur, and anything shaped like a credential."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Mask this value from now on, in its plain, JSON, URL-encoded and Base64 forms."""
        if len(secret) < 4:
            return
        in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
        in_url = {quote(secret, safe=""), quote_plus(secret)}
        in_url |= {_ESCAPE.sub(lambda match: match[0].lower(), form) for form in in_url}
        forms = {*self._secrets, secret, *in_json, *in_url, *_in_base64(secret.encode())}
        self._secrets = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = _BEARER.sub(lambda match: f"{match[1]} {MASK}", text)
        text = _JWT.sub(MASK, text)
        text = _USERINFO.sub(MASK, text)
        text = _MEMBER.sub(lambda match: match[1] + MASK, text)
        return _QUERY.sub(lambda match: match[1] + MASK, text)

    def header(self, name: str, value: str) -> str:
        if name.lower() in SECRET_HEADERS or SECRET_NAME.search(name):
            return MASK
        return self.text(value)


def _in_base64(secret: bytes) -> Iterator[str]:
    """Alone, and inside of a longer text, where it begins at any of three places of a group; there the letters that
    hold nothing else."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode().rstrip("=")
        for before in range(3):
            whole = (before + len(secret)) // 3 * 4
            inside = encode(bytes(before) + secret).decode()[-(-before * 8 // 6) : whole]
            if len(inside) >= _BASE64_PART:
                yield inside
