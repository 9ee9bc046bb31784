"""Uploads and downloads, and whether they tell the truth about the content."""

import base64
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.contracts.level3.api import Api, fresh_name
from conformance.contracts.refusals import body_of
from conformance.wire.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Blob:
    """A small artifact of every byte, with a name of its own."""

    name: str
    content: bytes
    version: str = "1.0.0"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def values(self) -> dict[str, Any]:
        """What upload templates may name."""
        return {
            "name": self.name, "version": self.version, "content": self.content, "checksum": None,
            "content_base64": base64.b64encode(self.content).decode(),
        }  # fmt: skip


def fresh_blob(api: Api, name: str = "", **changes: Any) -> Blob:
    content = bytes(range(256)) + os.urandom(64)
    return Blob(**{"name": fresh_name(name or api.settings.samples.artifact_name), "content": content, **changes})


def uploaded(api: Api, blob: Blob) -> Any:
    """Upload something that a check stands on; its id."""
    exchange = api.need("upload", **blob.values())
    return api.needed("upload", "id", exchange)


def untrue(api: Api, blob: Blob, exchange: Exchange) -> Iterator[str]:
    """What the answer to an upload says wrongly. What the route set does not tell is not missed."""
    told = {what: api.part("upload", what, exchange) for what in ("id", "version", "checksum", "size")}
    for what, value in told.items():
        if value is None and api.tells("upload", what):
            yield f"{what} is missing"
    checksum = told["checksum"]
    if checksum is not None and str(checksum).lower().removeprefix("sha256:") != blob.sha256:
        yield f"checksum is {checksum!r}, expected {blob.sha256}"
    if told["size"] is not None and told["size"] != len(blob.content):
        yield f"size is {told['size']!r}, expected {len(blob.content)}"
    if told["version"] is not None and told["version"] != blob.version:
        yield f"version is {told['version']!r}, expected {blob.version!r}"


def content_of(api: Api, exchange: Exchange) -> bytes:
    """The content of a download: the body, or Base64 in it."""
    if api.operation("download").binary:
        return bytes(exchange.body)
    try:
        return base64.b64decode(str(api.part("download", "content", exchange)), validate=True)
    except ValueError:
        return b""


def ids_in(api: Api, operation_name: str, exchange: Exchange) -> list[Any]:
    """The ids in a list, whether it holds objects or the ids themselves."""
    path = api.operation(operation_name).result.get("items")
    items = api.part(operation_name, "items", exchange) if path else body_of(exchange)
    id_at = api.operation(operation_name).result.get("item_id", "artifact_id")
    found = items if isinstance(items, list) else []
    return [one.get(id_at) if isinstance(one, dict) else one for one in found]
