"""One entry of the ledger, as the rules see it."""

from typing import NamedTuple

from conformance.contracts.ledger.line import Body
from conformance.contracts.times import instant


class Entry(NamedTuple):
    """`connector` and `rotated` (seconds since 1970) are None where the line does not say them."""

    number: int
    body: Body
    connector: str | None
    rotated: float | None


def entry(number: int, body: Body) -> Entry:
    connector = body.get("connector_id")
    return Entry(
        number, body,
        connector if type(connector) is str and connector and not connector.isspace() else None,
        instant(body.get("rotated_at")),
    )  # fmt: skip
