"""Rules about resources that every answer shows (server/resources)."""

import re
from collections.abc import Iterator
from typing import Any

from conformance.checks.encodings import holds_media, is_media_type, misencoding
from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.lists import listed, repeated
from conformance.protocol.formats import is_timestamp
from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_LEFTOVER = re.compile("[\x00-\x06\x0e-\x1a\ufffd]")
_RARE = 50
_DATE = re.compile(r"\d{4}-?\d{2}-?\d{2}")


@invariant("resources-uri-unique")
def uris_are_unique(reply: Reply, context: Context) -> list[str] | None:
    """On one page; see the suite for the others."""
    return repeated(reply, "resources/list", "resources", "uri")


@invariant("resources-custom-scheme-rfc3986")
def uris_are_uris(reply: Reply, context: Context) -> list[str] | None:
    """A template counts as far as its scheme is literal."""
    resources = listed(reply, "resources/list", "resources")
    templates = listed(reply, "resources/templates/list", "resourceTemplates")
    if not resources and not templates:
        return None
    texts = [str(one.get("uriTemplate")) for one in templates]
    return claimed("resources-custom-scheme-rfc3986", reply, context) + [
        f"the template {text[:80]} has no valid scheme" for text in texts if _has_bad_scheme(text)
    ]


def _has_bad_scheme(template: str) -> bool:
    literal = re.match(r"([^{/?#:]*):", template)
    return literal is not None and not _SCHEME.fullmatch(literal[1])


@invariant("resources-binary-encoded")
def blobs_are_base64(reply: Reply, context: Context) -> list[str] | None:
    blobs = [one for one in listed(reply, "resources/read", "contents") if "blob" in one]
    if not blobs:
        return None
    return claimed("resources-binary-encoded", reply, context) + [
        f"the blob of {one.get('uri')} is {found}"
        for one in blobs
        if isinstance(one["blob"], str) and (found := misencoding(one["blob"]))
    ]


@invariant("resources-text-only-if-text")
def text_is_text(reply: Reply, context: Context) -> list[str] | None:
    """Bytes that were taken for text leave replacement and control characters behind, or are Base64 of a file."""
    texts = [one for one in listed(reply, "resources/read", "contents") if isinstance(one.get("text"), str)]
    if not texts:
        return None
    return [
        f"the text of {one.get('uri')} ({one.get('mimeType')}) is what binary data leaves behind"
        for one in texts
        if len(_LEFTOVER.findall(one["text"])) * _RARE > len(one["text"]) or _is_encoded_media(one)
    ]


def _is_encoded_media(content: JsonObject) -> bool:
    """Whether the text is the Base64 of a file, though its type says that it is the file."""
    return is_media_type(content.get("mimeType")) and holds_media(content["text"])


@invariant("resources-annotations-range")
def annotations_are_in_range(reply: Reply, context: Context) -> list[str] | None:
    if not list(_annotations(reply)):
        return None
    return claimed("resources-annotations-range", reply, context)


@invariant("resources-annotations-last-modified")
def last_modified_is_a_timestamp(reply: Reply, context: Context) -> list[str] | None:
    stamps = [one["lastModified"] for one in _annotations(reply) if isinstance(one.get("lastModified"), str)]
    if not stamps:
        return None
    return [
        f"lastModified is {stamp[:60]!r}" for stamp in stamps if not (is_timestamp(stamp) or _DATE.fullmatch(stamp))
    ]


def _annotations(reply: Reply) -> Iterator[JsonObject]:
    """Those of resources, templates and content blocks; a tool's annotations are of another kind."""
    for response in reply.responses:
        result = response.get("result")
        if isinstance(result, dict):
            for holder in _annotated(result):
                found = holder.get("annotations") if isinstance(holder, dict) else None
                if isinstance(found, dict):
                    yield found
                elif found is not None:
                    yield {}


def _annotated(result: JsonObject) -> Iterator[Any]:
    for key in ("resources", "resourceTemplates", "content"):
        yield from result[key] if isinstance(result.get(key), list) else ()
    messages = result.get("messages")
    for message in messages if isinstance(messages, list) else ():
        yield message.get("content") if isinstance(message, dict) else None
