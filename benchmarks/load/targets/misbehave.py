"""Answers calls in every way that a client has to tell apart, in rotation over those that are asked for.

The first call is answered well, as clients try a tool before they rely on it. A query `?how=NAME`, or an argument
`how`, of the call itself goes before. `--list` prints the names, and how an answer of each has to be counted.
"""

from urllib.parse import parse_qs, urlsplit

from benchmarks.load.targets import event_answers, json_answers
from benchmarks.load.targets.answers import WAYS, Asked
from benchmarks.load.targets.http import Connection, Request
from benchmarks.load.targets.mcp import Call, Endpoint, Json
from benchmarks.load.targets.serving import eras, parser, serve

__all__ = ["WAYS", "event_answers", "json_answers"]


class MisbehavingEndpoint(Endpoint):
    """Its truth tells how often it answered how."""

    name = "misbehave"

    def __init__(self, speaks: tuple[str, ...], rotation: tuple[str, ...], good_first: int = 1) -> None:
        super().__init__(speaks)
        self._rotation = rotation
        self._calls = -good_first
        self._answered: dict[str, int] = {}

    def call(self, request: Request, call: Call, connection: Connection) -> None:
        how = self._how(request, call)
        self._answered[how] = self._answered.get(how, 0) + 1
        WAYS[how].answer(Asked(request, call, connection))

    def truth(self) -> Json:
        return {**super().truth(), "answered": self._answered}

    def _how(self, request: Request, call: Call) -> str:
        asked = parse_qs(urlsplit(request.target).query).get("how", [None])[0]
        argued = (call.arguments().get("arguments") or {}).get("how")
        for how in (asked, argued):
            if how in WAYS:
                return how
        self._calls += 1
        return self._rotation[(self._calls - 1) % len(self._rotation)] if self._calls > 0 else "good"


def main() -> None:
    flags = parser(__doc__)
    flags.add_argument("--answers", default="good", help="names, separated by commas")
    flags.add_argument("--good-first", type=int, default=1, help="calls that are answered well before")
    flags.add_argument("--list", action="store_true")
    options = flags.parse_args()
    rotation = tuple(options.answers.split(","))
    if unknown := [name for name in rotation if name not in WAYS]:
        flags.error(f"no such answer: {', '.join(unknown)}")
    if options.list:
        print(*(f"{name}: {' or '.join(one.counted)}" for name, one in WAYS.items()), sep="\n")
        return
    serve(options, lambda _: MisbehavingEndpoint(eras(options), rotation, options.good_first))


if __name__ == "__main__":
    main()
