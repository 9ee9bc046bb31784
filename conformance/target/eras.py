"""Which revisions a target speaks. A revision that is spoken badly is spoken: it has to be judged, not left out."""

from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.legacy import Handshake, handshake
from conformance.protocol.messages import (
    HEADER_MISMATCH,
    METHOD_NOT_FOUND,
    MISSING_CAPABILITY,
    UNSUPPORTED_VERSION,
)
from conformance.protocol.modern import modern_peer
from conformance.protocol.negotiation import is_about_versions, is_unavailable
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import REVISIONS
from conformance.wire.channel import Channel

NO_VERSION = "1900-01-01"
MODERN_MEMBERS = frozenset({"resultType", "supportedVersions", "ttlMs", "cacheScope"})
MODERN_ERRORS = (HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION)


@dataclass(slots=True)
class LegacyAnswers:
    """The handshakes that were tried, by the revision asked for."""

    tried: dict[str, Handshake] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """Whether initialize gave a result for any revision."""
        return any(shake.initialize.has_result for shake in self.tried.values())

    @property
    def offers(self) -> set[Any]:
        """The versions that the target offered in place of the one asked for."""
        pairs = ((revision, shake.version) for revision, shake in self.tried.items())
        return {version for revision, version in pairs if isinstance(version, str) and version != revision}

    def spoken(self) -> list[str]:
        """Revisions to be judged, in the order in which they were tried.

        Among them are those that the target itself offered but does not answer with when asked, those whose
        result has no known version, and, if initialize works for another one, those that it fails for.
        """
        return [revision for revision, shake in self.tried.items() if self._is_spoken(revision, shake)]

    def _is_spoken(self, revision: str, shake: Handshake) -> bool:
        if shake.initialize.has_result:
            return shake.version == revision or shake.version not in REVISIONS or revision in self.offers
        refused = is_about_versions(shake.initialize) or is_unavailable(shake.initialize)
        return self.alive and not refused

    def reason(self, revision: str) -> str:
        """Why a revision is not spoken."""
        shake = self.tried[revision]
        if shake.initialize.has_result:
            return f"answers initialize with {shake.version}"
        return f"initialize: {shake.initialize.outcome}"

    def broken(self, first: Reply) -> str | None:
        """The newest revision, when the target speaks JSON-RPC and fails at initialize: then that is judged.

        `first` is its first answer. A JSON-RPC server that does not know initialize speaks something else.
        """
        revision, shake = max(self.tried.items(), key=lambda one: one[0], default=(None, None))
        if shake is None or is_unavailable(shake.initialize) or shake.initialize.error_code == METHOD_NOT_FOUND:
            return None
        talks = any(_is_jsonrpc(reply) for reply in (first, shake.initialize))
        return revision if talks and not is_about_versions(shake.initialize) else None


def _is_jsonrpc(reply: Reply) -> bool:
    return reply.response is not None and reply.response.get("jsonrpc") == "2.0"


def try_legacy(channel: Channel, revision: str, timeout: float | None) -> Handshake:
    return handshake(channel, revision, timeout=timeout)


def speaks_modern(channel: Channel, revision: str, reply: Reply, timeout: float | None) -> tuple[bool, str]:
    """Whether a modern revision is spoken, from the answer to server/discover; or the reason why not.

    A server whose discover is broken is modern all the same, which its answers to other requests show.
    """
    peer = modern_peer(channel, revision)
    if reply.has_result and MODERN_MEMBERS & reply.result.keys():
        listed = listed_versions(reply)
        if revision in listed or not listed:
            return True, ""
        served = _is_served(peer, timeout)
        return served, "" if served else f"server/discover lists {', '.join(listed)}"
    if reply.error_code == UNSUPPORTED_VERSION and revision in listed_versions(reply):
        return True, ""
    if _is_served(peer, timeout) or _refuses_versions(channel, revision, timeout):
        return True, ""
    return False, f"server/discover: {reply.outcome}"


def _is_served(peer: Peer, timeout: float | None) -> bool:
    reply = peer.request("tools/list", timeout=timeout)
    if reply.has_result:
        return bool(MODERN_MEMBERS & reply.result.keys())
    return reply.error_code in MODERN_ERRORS and reply.error_code != UNSUPPORTED_VERSION


def _refuses_versions(channel: Channel, revision: str, timeout: float | None) -> bool:
    """Whether a version that nobody has is refused the modern way, by a server that names this revision."""
    peer = modern_peer(channel, NO_VERSION)
    reply = peer.request("server/discover", timeout=timeout, probe=True)
    return reply.error_code == UNSUPPORTED_VERSION and revision in listed_versions(reply)


def listed_versions(reply: Reply) -> tuple[str, ...]:
    """The versions that a result of server/discover, or an UnsupportedProtocolVersionError, lists."""
    listed: Any = None
    if reply.has_result:
        listed = reply.result.get("supportedVersions")
    elif reply.error_code == UNSUPPORTED_VERSION and isinstance((reply.error or {}).get("data"), dict):
        listed = (reply.error or {})["data"].get("supported")
    return tuple(str(one) for one in listed) if isinstance(listed, list) else ()
