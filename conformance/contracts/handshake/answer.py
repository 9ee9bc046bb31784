"""What an acknowledgement says, read at the places that the profile names. Judges return problems as sentences."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.paths import at_path
from conformance.contracts.times import compact, hours, instant, is_utc, iso, length
from conformance.protocol.problems import shown


def is_authenticated(document: Any, settings: Handshake) -> bool:
    """Without a member for it, an acknowledgement is enough."""
    return not settings.authenticated or at_path(document, settings.authenticated) is True


def session_id(document: Any, settings: Handshake) -> str:
    """The id of the session as text; empty if there is none."""
    found = at_path(document, settings.session_id) if settings.session_id else None
    is_id = isinstance(found, str | int) and not isinstance(found, bool)
    return str(found).strip() if is_id else ""


def expiry_of(document: Any, settings: Handshake) -> Any:
    """The expiry of the credential as it stands there; None if it stands nowhere."""
    found = (at_path(document, path) for path in settings.expiry)
    return next((value for value in found if value is not None), None)


def expiry_problems(document: Any, settings: Handshake) -> Iterator[str]:
    value = expiry_of(document, settings)
    if value is None:
        yield f"no {' or '.join(settings.expiry)}"
    elif instant(value) is None:
        yield f"{shown(value)}, which is no date-time with an offset"


def writings(credential: str) -> set[str]:
    """The forms in which an answer may repeat a credential: as it is, in JSON, in a URL, in Base64."""
    whole = base64.b64encode(credential.encode()).decode().rstrip("=")
    safe = whole.translate(str.maketrans("+/", "-_"))
    return {credential, json.dumps(credential)[1:-1], quote(credential, safe=""), whole, safe}


def far_expiry_problems(document: Any, settings: Handshake, now: float) -> Iterator[str]:
    """Of an expiry that can be read: it is ahead, and not further than a credential may last."""
    expires = instant(expiry_of(document, settings))
    if expires is None:
        return
    ahead = expires - now
    if ahead <= -settings.clock_skew_s:
        yield f"{iso(expires)}, which is {hours(-ahead)} ago"
    elif ahead > settings.max_credential_s + settings.clock_skew_s:
        yield f"{iso(expires)}, {hours(ahead)} ahead"


def contexts(document: Any, settings: Handshake) -> dict[str, str] | None:
    """Each listed context with its status in lower case; None where there is no list. A bare name is accepted."""
    listed = at_path(document, settings.accepted_contexts)
    if not isinstance(listed, list):
        return None
    return dict(_context(one, settings) for one in listed)


def _context(listed: Any, settings: Handshake) -> tuple[str, str]:
    if not isinstance(listed, Mapping):
        return str(listed), "accepted"
    status = listed.get(settings.context_status)
    name = listed.get(settings.context_name)
    return str(name), str("accepted" if status is None else status).strip().lower()


def is_granted(document: Any, settings: Handshake, name: str) -> bool:
    status = (contexts(document, settings) or {}).get(name)
    return status is not None and status not in settings.not_accepted


def context_problems(document: Any, settings: Handshake) -> Iterator[str]:
    found = contexts(document, settings)
    if found is None:
        yield f"no array {settings.accepted_contexts}"
    elif settings.context not in found:
        yield f"{settings.context} is not listed, only {', '.join(sorted(found)) or 'nothing'}"
    elif found[settings.context] in settings.not_accepted:
        yield f"{settings.context} with the status {found[settings.context]}"


def rotation_problems(document: Any, settings: Handshake, sent: Mapping[str, Any]) -> Iterator[str]:
    """What an acknowledged rotation says, if it says anything, is about this connector and has the right form."""
    rotation = at_path(document, settings.acknowledged_rotation)
    if not isinstance(rotation, Mapping):
        return
    name, own = rotation.get("connector_id"), at_path(sent, settings.connector_id)
    if name is not None and name != own:
        yield f"connector_id is {shown(name)}, sent was {shown(own)}"
    window = rotation.get("rotation_window")
    if window is not None and length(window) is None:
        yield f"rotation_window is {shown(window)}, which is no duration of days, hours, minutes and seconds"
    if (problem := _window_id_problem(rotation)) is not None:
        yield problem


def _window_id_problem(rotation: Mapping[str, Any]) -> str | None:
    """A window id is the time of the rotation, compact, a hyphen and the window in any notation."""
    window_id = rotation.get("window_id")
    if window_id is None:
        return None
    stamp, _, span = window_id.partition("-") if isinstance(window_id, str) else ("", "", "")
    rotated, window = instant(rotation.get("last_rotated")), length(rotation.get("rotation_window"))
    right = length(span) is not None and instant(_spread(stamp)) is not None
    if rotated is not None and right:
        right = stamp == compact(rotated)
    if window is not None and right:
        right = length(span) == window
    return None if right else f"window_id is {shown(window_id)}, which is not that of its time and window"


def _spread(stamp: str) -> str:
    """`20250921T122409Z` with the separators of RFC 3339."""
    day, _, clock = stamp.partition("T")
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"


def echo_problems(document: Any, settings: Handshake, sent: Mapping[str, Any]) -> list[str]:
    """Parts of the request that are mirrored are what was sent; a credential need not be mirrored."""
    echo = at_path(document, settings.echo)
    return list(_unlike(echo, sent, settings.echo)) if isinstance(echo, Mapping) else []


def _unlike(echo: Any, sent: Any, where: str) -> Iterable[str]:
    if isinstance(echo, Mapping) and isinstance(sent, Mapping):
        for name, value in echo.items():
            if name in sent and name != "credentials":
                yield from _unlike(value, sent[name], f"{where}.{name}")
    elif echo != sent and not _same_time(echo, sent):
        yield f"{where} is {shown(echo)}, sent was {shown(sent)}"


def _same_time(one: Any, other: Any) -> bool:
    """The same instant in another notation."""
    return instant(one) is not None and instant(one) == instant(other)


def is_normal_time(text: Any) -> bool:
    """`YYYY-MM-DDTHH:MM:SSZ`."""
    return isinstance(text, str) and len(text) == 20 and instant(text) is not None and is_utc(text)
