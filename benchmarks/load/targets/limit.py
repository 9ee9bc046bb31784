"""One worker with a fixed service time and a queue without end: its limit is known exactly, `1 / service time`."""

import asyncio

from benchmarks.load.targets.serving import eras, parser, serve
from benchmarks.load.targets.timed import TimedEndpoint


class LimitEndpoint(TimedEndpoint):
    """Each request waits for those before it, and then takes `service` seconds."""

    name = "limit"

    def __init__(self, loop: asyncio.AbstractEventLoop, speaks: tuple[str, ...], service: float) -> None:
        super().__init__(loop, speaks)
        self._service = int(service * 1e9)
        self._free_at = 0

    def due(self, arrived: int) -> tuple[int, int]:
        self._free_at = max(self._free_at, arrived) + self._service
        return self._service, self._free_at


def main() -> None:
    flags = parser(__doc__)
    flags.add_argument("--service", type=float, default=0.004, help="seconds; 0.004 makes 250 requests a second")
    options = flags.parse_args()
    serve(options, lambda loop: LimitEndpoint(loop, eras(options), options.service))


if __name__ == "__main__":
    main()
