"""An exchange as it may be shown: redacted, cut to size, with the line that replays it."""

from typing import Any

from conformance.wire.channel import Recorded
from conformance.wire.exchange import curl
from conformance.wire.redact import Redactor

BODY_SHOWN = 8_000
EXCHANGES_SHOWN = 10


def transcript(record: list[Recorded], redactor: Redactor) -> list[dict[str, Any]]:
    """The last exchanges of a test, oldest first."""
    return [entry(one, redactor) for one in record[-EXCHANGES_SHOWN:]]


def entry(recorded: Recorded, redactor: Redactor) -> dict[str, Any]:
    """One exchange. Times in seconds; `at` is the wall clock; bodies are text of at most 8,000 characters."""
    exchange = recorded.exchange
    request = exchange.request
    return {
        "at": round(exchange.started, 3),
        "request": {
            "method": request.method,
            "url": redactor.text(request.url),
            "headers": [[name, redactor.header(name, value)] for name, value in request.headers],
            "body": _shown(request.body, redactor),
        },
        "response": {
            "status": exchange.status,
            "headers": [[name, redactor.header(name, value)] for name, value in exchange.headers],
            "body": _shown(bytes(exchange.body[: 2 * BODY_SHOWN]), redactor),
            "size": len(exchange.body),
            "events": len(exchange.events),
        },
        "head_seconds": exchange.head_at and round(exchange.head_at, 4),
        "seconds": exchange.ended_at and round(exchange.ended_at, 4),
        "ending": exchange.ending,
        "failure": exchange.failure and redactor.text(exchange.failure),
        "replay": curl(request, redactor),
    }


def _shown(body: bytes, redactor: Redactor) -> str:
    text = redactor.text(body.decode("utf-8", "backslashreplace"))
    return text if len(text) <= BODY_SHOWN else text[:BODY_SHOWN] + "…"
