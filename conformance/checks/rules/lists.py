"""The items in the answers of one method, for rules about them."""

from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply


def listed(reply: Reply, method: str, key: str) -> list[JsonObject]:
    """The objects in the array `key` of the results that answer `method`; none for any other exchange."""
    if reply.method != method:
        return []
    results = [one.get("result") for one in reply.responses]
    arrays = [result.get(key) for result in results if isinstance(result, dict)]
    return [item for array in arrays if isinstance(array, list) for item in array if isinstance(item, dict)]


def repeated(reply: Reply, method: str, key: str, identity: str) -> list[str] | None:
    """Which identities occur more than once on a page."""
    found = [one[identity] for one in listed(reply, method, key) if isinstance(one.get(identity), str)]
    if not found:
        return None
    twice = sorted({one for one in found if found.count(one) > 1}) if len(set(found)) < len(found) else []
    return [f"{method} lists {identity} {one[:80]} more than once on a page" for one in twice]
