"""The traced handshake of a line: REST and gRPC have to tell the same, and the checksum has to be true."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from conformance.contracts.ledger import shape
from conformance.contracts.ledger.entry import Entry
from conformance.contracts.ledger.line import Body
from conformance.contracts.ledger.settings import LedgerSettings

_SESSION: Final = ("id", "credential_expiry", "issued_at")
_CONTEXT: Final = ("name", "status", "promoted_at", "evidence_path", "summary_path")
_ROTATION: Final = ("connector_id", "last_rotated", "rotation_window", "window_id")


def checksums(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    """C-ABZU-083: SHA-256 over `rest.normalized`, as compact JSON with sorted keys."""
    if "traces" not in entry.body:
        return ()
    return list(shape.traces(entry.body)) or list(_checksums(entry.body["traces"]))


def _checksums(traces: Body) -> Iterator[str]:
    if "rest" not in traces:
        return
    rest = traces["rest"]
    if not {"normalized", "checksum"} <= rest.keys():
        yield "traces.rest lacks normalized or checksum, expected both"
        return
    true, stored = checksum(rest["normalized"]), rest["checksum"].lower()
    if stored != true:
        yield "traces.rest.checksum is not the SHA-256 of traces.rest.normalized: one of them was changed"
    parity = _parity_checksum(traces)
    if "grpc" in traces and parity not in (true, stored):
        how = "is missing" if parity is None else "differs"
        yield f"traces.grpc.metadata.parity_checksum {how}, expected traces.rest.checksum"


def _parity_checksum(traces: Body) -> str | None:
    stored = traces.get("grpc", {}).get("metadata", {}).get("parity_checksum")
    return stored.lower() if isinstance(stored, str) else None


def checksum(normalized: Body) -> str:
    text = json.dumps(normalized, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def normal_forms(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    """C-ABZU-084, on traces that have the right shape."""
    if "traces" not in entry.body or any(shape.traces(entry.body)):
        return ()
    return list(_normal_forms(entry.body["traces"]))


def _normal_forms(traces: Body) -> Iterator[str]:
    rest, grpc = traces.get("rest", {}), traces.get("grpc", {})
    normalized = rest.get("normalized")
    if normalized is None:
        return
    if isinstance(rest.get("response"), dict) and normalize(rest["response"]) != normalized:
        yield "traces.rest.normalized is not the normal form of traces.rest.response"
    if grpc.get("response", {}).get("handshake_equivalent", normalized) != normalized:
        yield "traces.grpc.response.handshake_equivalent differs from traces.rest.normalized"


def normalize(handshake: Body) -> Body:
    """What two transports have to agree on in an answer to a handshake; absent members stay absent."""
    echo = handshake.get("echo") if isinstance(handshake.get("echo"), dict) else {}
    rotation = handshake.get("rotation") or (echo or {}).get("rotation")
    authenticated = handshake.get("authenticated")
    form = {
        "authenticated": authenticated if isinstance(authenticated, bool) else None,
        "session": _cut(handshake.get("session"), _SESSION),
        "accepted_contexts": _contexts(handshake.get("accepted_contexts")),
        "rotation": _cut(rotation, _ROTATION),
        "echo": _present({"rotation": _cut((echo or {}).get("rotation"), _ROTATION)}),
    }
    return _present(form)


def _contexts(contexts: object) -> list[Body]:
    """Contexts by name alone count as accepted."""
    if not isinstance(contexts, list):
        return []
    named = [{"name": one, "status": "accepted"} if isinstance(one, str) else _cut(one, _CONTEXT) for one in contexts]
    return sorted(filter(None, named), key=lambda one: str(one.get("name", "")))


def _cut(value: object, names: tuple[str, ...]) -> Body:
    if not isinstance(value, dict):
        return {}
    return {name: value[name] for name in names if value.get(name) is not None}


def _present(form: dict[str, Any]) -> Body:
    return {name: value for name, value in form.items() if value not in (None, {}, [])}
