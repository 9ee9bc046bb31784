"""Oddities of event streams."""

from conformance.reference.catalogue import oddity
from conformance.reference.exchange import Request
from conformance.reference.sse import ServerSentEvent
from conformance.reference.transformations import events


@oddity(because="A line that starts with a colon is a comment of the event stream format and carries no event.")
@events()
def comments_between_events(event: ServerSentEvent, request: Request) -> list[ServerSentEvent]:
    """A comment precedes every event."""
    return [ServerSentEvent(fields=[("", "still here")]), event]
