"""What the users of a run say to a target: requests prepared from what discovery has found, as plain data, so that the
process that generates load needs nothing else."""

from msgspec import Struct

from conformance.load.engine.endpoint import Trust
from conformance.load.names import Scenario
from conformance.load.results.model import Target


class Prepared(Struct, frozen=True, kw_only=True):
    """A request. `method` is that of JSON-RPC, empty for others; an empty `url` is that of the endpoint; `answer` tells
    how the answer is judged."""

    name: str
    method: str = ""
    verb: str = "POST"
    url: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    id: int | str | None = None
    """The JSON-RPC id, where it is not a new one with each request."""
    answer: str = "response"
    """`response` to a JSON-RPC request, `accepted` for a notification, `ended` for the end of a session, `stream` for
    one that is held, `success` for any 2xx with a JSON object."""


class Connector(Struct, frozen=True, kw_only=True):
    """What a user of the scenario `handshake` needs beside its requests, see `contracts.handshake`."""

    expiry: tuple[str, ...] = ()
    """The places in an acknowledgement where the expiry of the credential may stand."""
    variables: dict[str, str] = {}


class Workload(Struct, frozen=True, kw_only=True):
    """`requests` are grouped by what they are for. Each user takes one of the `identities`: headers with credentials.

    Holds secrets: it goes from process to process through pipes, never into a file, an argument or a report.
    """

    scenario: Scenario
    url: str
    target: Target
    legacy: bool
    headers: dict[str, str]
    identities: tuple[dict[str, str], ...] = ({},)
    requests: dict[str, tuple[Prepared, ...]]
    trust: Trust = Trust()
    timeout: float = 10.0
    connect_timeout: float = 5.0
    connector: Connector | None = None
    secrets: tuple[str, ...] = ()
    """What no report may show, beside the credentials among the headers."""

    def group(self, name: str) -> tuple[Prepared, ...]:
        return self.requests.get(name, ())
