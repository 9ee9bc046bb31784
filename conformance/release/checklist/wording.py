"""Words for what is wrong in a checklist."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"there is {', '.join(names[:8])}{' …' if len(names) > 8 else ''}" if names else "there is none"
