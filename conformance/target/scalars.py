"""Plain strings and numbers to try for a JSON Schema, the plainest first."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 2_000

PLAIN = "example"

FORMATS: Mapping[str, str] = {
    "byte": "ZXhhbXBsZQ==",
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "duration": "PT1H",
    "email": "conformance@example.com",
    "hostname": "example.com",
    "idn-email": "conformance@example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "iri": "https://example.com/",
    "iri-reference": "https://example.com/",
    "json-pointer": "/example",
    "regex": "example",
    "relative-json-pointer": "0/example",
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "uri-reference": "https://example.com/",
    "uri-template": "https://example.com/{id}",
    "url": "https://example.com/",
    "uuid": "6f1c1f0e-6f57-4f5c-9f0a-0a2f0b1c2d3e",
}

_FOR_PATTERNS = (
    PLAIN, "EXAMPLE", "Example", "a", "A", "1", "0", "10", "12345", "ab", "AB", "abc", "ABC", "abc123", "example-1",
    "example_1", "/example", "example.txt", "1.0", "1.0.0", "v1.0.0", "12:00", "2026-01", "#ffffff", "1h",
    *dict.fromkeys(FORMATS.values()),
)  # fmt: skip

_NESTED_REPEAT = re.compile(r"[+*}]\)+[+*{]")

BY_TYPE: Mapping[str, tuple[Any, ...]] = {"boolean": (False, True), "null": (None,)}


def strings(schema: Mapping[str, Any]) -> Iterator[str]:
    """Strings of the format, the length and, when one of a few plain words does it, the pattern of a schema."""
    least, most = _length(schema.get("minLength"), 0), _length(schema.get("maxLength"), LONGEST)
    if least > LONGEST:
        return
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        yield from (word for word in _matching(pattern) if least <= len(word) <= most)
        return
    form = FORMATS.get(str(schema.get("format")))
    if form is not None:
        yield form
    yield PLAIN.ljust(least, "e")[:most]


def numbers(schema: Mapping[str, Any], *, whole: bool) -> Iterator[int | float]:
    """Numbers in the bounds of a schema, 1 when it is one of them."""
    low, high = _bound(schema, "minimum", "exclusiveMinimum"), _bound(schema, "maximum", "exclusiveMaximum")
    step: Any = schema.get("multipleOf")
    yield 1
    yield 0
    if _is_number(step):
        yield from _multiples(step, low, high)
    for edge, inward in ((low, 1), (high, -1)):
        if edge is not None:
            yield from _near(edge, inward, whole=whole)
    if low is not None and high is not None and not whole:
        yield (low + high) / 2


def variant(value: Any, number: int) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + number
    return f"{value}{number}" if isinstance(value, str) else value


def _matching(pattern: str) -> Iterator[str]:
    """Words that match. A pattern that could backtrack without end is not tried."""
    if _NESTED_REPEAT.search(pattern):
        return
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return
    yield from (word for word in _FOR_PATTERNS if compiled.search(word))


def _near(edge: float, inward: int, *, whole: bool) -> Iterator[int | float]:
    if not whole:
        yield edge
        yield edge + inward * 0.5
    rounded = math.ceil(edge) if inward > 0 else math.floor(edge)
    yield rounded
    yield rounded + inward


def _multiples(step: float, low: float | None, high: float | None) -> Iterator[int | float]:
    if step <= 0:
        return
    yield step
    if low is not None:
        yield math.ceil(low / step) * step
        yield (math.floor(low / step) + 1) * step
    if high is not None:
        yield math.floor(high / step) * step


def _bound(schema: Mapping[str, Any], inclusive: str, exclusive: str) -> float | None:
    """The bound that matters; in draft 4 the exclusive keyword is a boolean."""
    found: list[float] = [schema[key] for key in (inclusive, exclusive) if _is_number(schema.get(key))]
    if not found:
        return None
    return max(found) if inclusive == "minimum" else min(found)


def _is_number(value: Any) -> bool:
    """A finite number that arithmetic does not overflow on."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _length(value: Any, otherwise: int) -> int:
    return int(value) if _is_number(value) else otherwise
