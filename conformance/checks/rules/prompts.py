"""Rules about prompts that every answer shows (server/prompts)."""

import re
from typing import Any

from conformance.checks.encodings import misencoding
from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import claimed
from conformance.checks.rules.lists import listed, repeated
from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_MIME_TYPE = re.compile(rf"({_TOKEN})/{_TOKEN}(\s*;\s*{_TOKEN}=({_TOKEN}|\"[^\"]*\"))*\s*;?")
_OTHER_MEDIA = {"image", "audio", "video", "text", "font", "model", "multipart", "message"}


@invariant("prompts-name-unique")
def names_are_unique(reply: Reply, context: Context) -> list[str] | None:
    """On one page; see the suite for the others."""
    return repeated(reply, "prompts/list", "prompts", "name")


@invariant("prompts-image-base64-mime")
def images_are_encoded(reply: Reply, context: Context) -> list[str] | None:
    return _media("image", "prompts-image-base64-mime", reply, context)


@invariant("prompts-audio-base64-mime")
def audio_is_encoded(reply: Reply, context: Context) -> list[str] | None:
    return _media("audio", "prompts-audio-base64-mime", reply, context)


def _media(kind: str, requirement: str, reply: Reply, context: Context) -> list[str] | None:
    blocks = _blocks(reply, kind)
    if not blocks:
        return None
    types = [one["mimeType"] for one in blocks if isinstance(one.get("mimeType"), str)]
    wrong = [f"the mimeType of {kind} content is {one[:60]!r}" for one in types if not _suits(kind, one)]
    data = [one["data"] for one in blocks if isinstance(one.get("data"), str)]
    wrong += [f"the data of {kind} content is {found}" for one in data if (found := misencoding(one))]
    return claimed(requirement, reply, context) + wrong


def _suits(kind: str, mime_type: str) -> bool:
    """Well formed, and not of another kind of media; application/ogg and the like may be either."""
    match = _MIME_TYPE.fullmatch(mime_type)
    return match is not None and match[1].lower() not in _OTHER_MEDIA - {kind, "video"}


@invariant("prompts-embedded-resource-fields")
def embedded_resources_are_complete(reply: Reply, context: Context) -> list[str] | None:
    if not _blocks(reply, "resource"):
        return None
    return claimed("prompts-embedded-resource-fields", reply, context)


@invariant("prompts-embedded-resource-mime")
def embedded_resources_name_their_type(reply: Reply, context: Context) -> list[str] | None:
    resources = [one["resource"] for one in _blocks(reply, "resource") if isinstance(one.get("resource"), dict)]
    if not resources:
        return None
    return [f"{one.get('uri')} has no mimeType" for one in resources if "mimeType" not in one]


@invariant("prompts-content-of-revision")
def content_is_of_the_revision(reply: Reply, context: Context) -> list[str] | None:
    if not _blocks(reply):
        return None
    return claimed("prompts-content-of-revision", reply, context)


def _blocks(reply: Reply, kind: str | None = None) -> list[JsonObject]:
    """The content blocks (of one type) of the messages of a prompt."""
    contents: list[Any] = [one.get("content") for one in listed(reply, "prompts/get", "messages")]
    return [one for one in contents if isinstance(one, dict) and kind in (None, one.get("type"))]
