"""The items in the answers of one method, for rules about them."""

from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply


def listed(reply: Reply, method: str, key: str) -> list[JsonObject]:
    """The objects in the array `key` of the results that answer `method`; none for any other exchange."""
    return [item for page in _arrays(reply, method, key) for item in page]


def repeated(reply: Reply, method: str, key: str, identity: str) -> list[str] | None:
    """Which identities occur more than once on a page."""
    pages = [
        [one[identity] for one in page if isinstance(one.get(identity), str)] for page in _arrays(reply, method, key)
    ]
    if not any(pages):
        return None
    twice = sorted({one for page in pages if len(set(page)) < len(page) for one in page if page.count(one) > 1})
    return [f"{method} lists {identity} {one[:80]} more than once on a page" for one in twice]


def _arrays(reply: Reply, method: str, key: str) -> list[list[JsonObject]]:
    if reply.method != method:
        return []
    results = [one.get("result") for one in reply.responses]
    arrays = [result.get(key) for result in results if isinstance(result, dict)]
    return [[item for item in array if isinstance(item, dict)] for array in arrays if isinstance(array, list)]
