"""Reads thresholds from text, from a file, and from the promises of a profile.

    [OPERATION:]FIGURE OP LIMIT

    p95<100ms   p99.9<=1s   max<2s                response time, from the intended start
    service.p99<50ms                              service time, from sending
    first-event.p95<200ms   gap.max<20s           event streams
    errors<0.1%   availability>=99.9%   throughput>=200
    tools/call:p99<=250ms   tools/call echo:errors<1%

Times need a unit (us, ms, s), shares a percent sign; throughput is good answers a second. Before the last colon stands
the name of an operation, or its part up to the first space, which means all of those together; without one, all work.

A file is TOML, with thresholds by operation:

    [gates]
    total = ["p95<100ms", "errors<0.1%"]
    "tools/call" = "p99<=250ms"
"""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast, get_args

from conformance.contracts.service_levels.settings import ServiceLevels
from conformance.load.gates.threshold import IN_US, TIMES, Measure, Op, Threshold
from conformance.load.recording.merging import TOTAL
from conformance.load.results.wording import bounded
from conformance.target.errors import ConfigError

_LONGEST: Final = 500
_SHOWN: Final = 80
_THRESHOLD: Final = re.compile(
    r"(?:(?P<operation>\S(?:.*\S)?)\s*:)?\s*(?P<figure>[A-Za-z][\w.-]*)\s*(?P<op><=|>=|<|>)\s*"
    r"(?P<number>[0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(?P<unit>us|µs|ms|s|%|/s)?",
    re.ASCII,
)
_STATISTIC: Final = re.compile(
    r"(?:(?P<measure>response|service|first-event|gap)\.)?(?:p(?P<p>[0-9]{1,2}(?:\.[0-9]{1,6})?)|max)"
)
_EXAMPLES: Final = "p95<100ms, errors<0.1% or tools/call:p99<=250ms"


def threshold(text: str, *, source: str = "--gate") -> Threshold:
    """Raises ConfigError with one line that names the text and shows a right one."""
    match = _THRESHOLD.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise _wrong(source, text, f"no threshold; write it as {_EXAMPLES}")
    measure, percentile = _figure(match["figure"], source, text)
    made = Threshold(
        operation=match["operation"] or TOTAL,
        measure=measure,
        percentile=percentile,
        op=cast(Op, match["op"]),
        limit=_limit(measure, Decimal(match["number"]), match["unit"] or "", source, text),
        source=source,
    )
    _check(made, text)
    return made


def figure_of(short: str) -> tuple[str, Measure]:
    """The figure of a threshold without its operation, and what it measures: `service.p99` and `service`."""
    name = re.split("[<>]", short, maxsplit=1)[0]
    return name, _figure(name, "threshold", short)[0]


def _wrong(source: str, text: str, why: str) -> ConfigError:
    return ConfigError(f"{source}: {bounded(text, _SHOWN)!r}: {why}")


def _figure(name: str, source: str, text: str) -> tuple[Measure, float | None]:
    if name in get_args(Measure) and name not in TIMES:
        return cast(Measure, name), None
    match = _STATISTIC.fullmatch(name)
    if match is None:
        known = "p50 to p99.999, max, service.p99, first-event.p95, gap.max, errors, availability and throughput"
        raise _wrong(source, text, f"unknown figure {bounded(name, 40)}; there are {known}, as in {_EXAMPLES}")
    if match["p"] is not None and not float(match["p"]):
        raise _wrong(source, text, "percentiles are above 0 and below 100, as in p95<100ms")
    return cast(Measure, match["measure"] or "response"), float(match["p"]) if match["p"] else None


def _limit(measure: Measure, number: Decimal, unit: str, source: str, text: str) -> float:
    """In microseconds, as a ratio, or a second."""
    if measure in TIMES:
        factor = IN_US.get(unit.replace("µ", "u"))
        if factor is None:
            raise _wrong(source, text, "a time needs its unit (us, ms or s), as in p95<100ms")
        return float(number * factor)
    if measure == "throughput":
        if unit not in ("", "/s"):
            raise _wrong(source, text, "throughput is good answers a second, as in throughput>=200")
        return float(number)
    if unit != "%" or number > 100:
        raise _wrong(source, text, "a share is a percentage up to 100, as in errors<0.1% or availability>=99.9%")
    return float(number / 100)


def _check(made: Threshold, text: str) -> None:
    at_most = made.measure not in ("availability", "throughput")
    if at_most != (made.op in ("<", "<=")):
        example = "p95<100ms" if made.measure in TIMES else "errors<0.1%" if at_most else "availability>=99.9%"
        raise _wrong(made.source, text, f"this asks for the worse side; write it as in {example}")
    if (made.op == "<" and made.limit == 0) or (made.op == ">" and made.measure == "availability" and made.limit == 1):
        raise _wrong(made.source, text, f"nothing can keep this; write {made.figure}{made.op}={made.bound}")


def from_file(path: Path) -> tuple[Threshold, ...]:
    """Raises ConfigError with one line that names the file and what is wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    table = document.get("gates")
    if set(document) != {"gates"} or not isinstance(table, dict) or not table:
        raise ConfigError(f'{path}: needs one table [gates], with lines such as total = ["p95<100ms", "errors<0.1%"]')
    return tuple(one for operation, value in table.items() for one in _of_operation(path, operation, value))


def _of_operation(path: Path, operation: str, value: Any) -> list[Threshold]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise ConfigError(f'{path}: {bounded(operation, _SHOWN)!r} needs a list of texts, such as ["p95<100ms"]')
    return [threshold(f"{operation}:{text}", source=str(path)) for text in texts]


def from_profile(levels: ServiceLevels, profile: str) -> tuple[Threshold, ...]:
    """What the profile promises of latency, errors and availability, of all work. Its limits of latency and errors are
    broken when they are reached."""
    source = f"profile {profile}"
    made: list[Threshold] = []
    if levels.p95_s is not None:
        limit = float(Decimal(repr(levels.p95_s)) * IN_US["s"])
        made.append(Threshold(measure="response", percentile=levels.percentile, op="<", limit=limit, source=source))
    if levels.error_rate is not None:
        made.append(Threshold(measure="errors", op="<", limit=levels.error_rate, source=source))
    if levels.availability is not None:
        made.append(Threshold(measure="availability", op=">=", limit=levels.availability, source=source))
    return tuple(made)
