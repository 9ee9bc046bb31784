"""Numbers in words for an operator."""

from conformance.report.text import printable

_MS = 1_000
_S = 1_000_000


def duration(microseconds: float) -> str:
    """Three digits: `412 µs`, `41.2 ms`, `2.31 s`."""
    if microseconds < _MS:
        return f"{microseconds:.0f} µs"
    if microseconds < _S:
        return f"{_digits(microseconds / _MS)} ms"
    return f"{_digits(microseconds / _S)} s"


def share(ratio: float) -> str:
    """In percent; a small share never looks like none, and a large one never like all."""
    percent = ratio * 100
    if 0 < percent < 0.01:
        return f"{percent:.1g} %"
    if 99.99 < percent < 100:
        return f"{_cut(percent)} %"
    return f"{percent:.2f} %"


def _cut(percent: float) -> str:
    return f"{100 - float(f'{100 - percent:.1g}'):.8f}".rstrip("0").rstrip(".")


def rate(a_second: float) -> str:
    return f"{number(a_second)}/s"


def number(value: float) -> str:
    """`1,240`, `50`, `41.2`."""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else _digits(value)


def stretch(seconds: float) -> str:
    """`0.3 s`, `45 s`, `5 min 34 s`, `2 h 5 min`."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def bounded(text: str, length: int) -> str:
    """One printable line of at most `length` characters, whatever a target has put in it."""
    line = printable(text[: length + 1])
    return line if len(line) <= length else line[: length - 1] + "…"


def _digits(value: float) -> str:
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"
