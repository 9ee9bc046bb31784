"""Answers after a latency of a known distribution, whatever the load; may do nothing at all for a while, once.

A request that waits does not keep others from being answered. During the stall nothing is answered: the work on what
had arrived goes on after it, and the work on what arrives in it begins after it.
"""

import asyncio
from collections.abc import Iterator

from benchmarks.load.targets.distributions import drawn, quantile_function
from benchmarks.load.targets.http import Answer, Connection, Request
from benchmarks.load.targets.serving import eras, parser, serve
from benchmarks.load.targets.stalls import NEVER, Stall
from benchmarks.load.targets.timed import TimedEndpoint


class LatencyEndpoint(TimedEndpoint):
    """Draws from `latencies`, in seconds. A stall of `length` seconds begins `after` the call of that `number`: what
    comes before needs not be load."""

    name = "latency"

    def __init__(
        self, loop: asyncio.AbstractEventLoop, speaks: tuple[str, ...], latencies: Iterator[float], *,
        number: int, after: float, length: float,
    ) -> None:  # fmt: skip
        super().__init__(loop, speaks)
        self._latencies = latencies
        self._calls_left, self._after, self._length = number, int(after * 1e9), int(length * 1e9)
        self._stall = NEVER

    def due(self, arrived: int) -> tuple[int, int]:
        self._calls_left -= 1
        if not self._calls_left and self._length:
            self._stall = Stall(arrived + self._after, self._length)
        work = int(next(self._latencies) * 1e9)
        return work, self._stall.answered(arrived, work)

    def reply(self, request: Request, connection: Connection, answer: Answer) -> None:
        due = self._stall.answered(request.arrived, 0)
        if due > request.arrived:
            self._loop.call_at(due / 1e9, connection.answer, answer)
        else:
            connection.answer(answer)


def main() -> None:
    flags = parser(__doc__)
    flags.add_argument("--latency", default="lognormal:5:0.5", help="see benchmarks/load/targets/distributions.py")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--stall", type=float, default=0.0, help="seconds")
    flags.add_argument("--stall-after", type=float, default=0.0, help="seconds since a call; longer than any latency")
    flags.add_argument("--stall-number", type=int, default=1, help="the number of that call")
    options = flags.parse_args()
    latencies = drawn(quantile_function(options.latency), options.seed)
    serve(
        options,
        lambda loop: LatencyEndpoint(
            loop, eras(options), latencies, number=options.stall_number, after=options.stall_after, length=options.stall
        ),
    )


if __name__ == "__main__":
    main()
