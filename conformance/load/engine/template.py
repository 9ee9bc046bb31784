"""Requests made ready: what goes out again and again is bytes, but for the ids in it."""

from collections.abc import Mapping
from typing import Final

ID_WIDTH = 10
FIRST_ID: Final[int] = 10 ** (ID_WIDTH - 1)
IDS: Final[int] = 9 * FIRST_ID
KEY_WIDTH = 32
KEY_SLOT = "k" * KEY_WIDTH
"""Stands for an idempotency key, in a header or in the body."""


def message_id(number: int) -> int:
    """Ids of one width, so that the length of a request is always the same; they come again after nine thousand
    million requests."""
    return FIRST_ID + number % IDS


class Template:
    """A request whose JSON-RPC id and idempotency key are filled in when it is sent.

    `body` has `FIRST_ID` where the id goes, and `KEY_SLOT` stands for the key, in the body or in a header.
    """

    __slots__ = ("_parts", "_slots")

    def __init__(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        head = [f"{verb} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        if body or verb in ("POST", "PUT"):
            head.append(f"content-length: {len(body)}")
        whole = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
        self._slots: list[str] = []
        self._parts = self._split(whole, len(whole) - len(body))

    def _split(self, whole: bytes, body_at: int) -> list[bytes]:
        """The bytes between the slots."""
        id_text, key_text = b'"id":%d' % FIRST_ID, KEY_SLOT.encode()
        found = [(whole.find(id_text, body_at), "id", ID_WIDTH, len('"id":'))]
        at = whole.find(key_text)
        while at >= 0:
            found.append((at, "key", KEY_WIDTH, 0))
            at = whole.find(key_text, at + KEY_WIDTH)
        parts, end = [], 0
        for start, slot, width, skip in sorted(one for one in found if one[0] >= 0):
            parts.append(whole[end : start + skip])
            self._slots.append(slot)
            end = start + skip + width
        return [*parts, whole[end:]]

    def fill(self, id: int, key: str = "") -> bytes:
        """`id` is one of `message_id`, `key` has `KEY_WIDTH` characters, without one its slot stays."""
        if self._slots == ["id"]:
            return b"%b%d%b" % (self._parts[0], id, self._parts[1])
        values = {"id": b"%d" % id, "key": (key or KEY_SLOT).encode()}
        filled = [self._parts[0]]
        for slot, part in zip(self._slots, self._parts[1:], strict=True):
            filled += (values[slot], part)
        return b"".join(filled)
