"""Whether session ids look random. A black box shows only that they are not; it never proves that they are."""

from itertools import combinations

SHORTEST = 16
"""Characters; 64 random bits take 16 hexadecimal digits or 11 of Base64, so a shorter id is suspect."""
FEWEST_DIFFERENCES = 6
"""Places in which two random ids of that length differ at the very least, for practical purposes."""


def weaknesses(ids: list[str]) -> list[str]:
    """What speaks against ids from a secure random source, in words; empty when nothing does."""
    found: list[str] = []
    if len(set(ids)) < len(ids):
        found.append("two sessions have the same id")
    if any(len(one) < SHORTEST for one in ids):
        found.append(f"an id has fewer than {SHORTEST} characters")
    if any(0 < _differences(a, b) < FEWEST_DIFFERENCES for a, b in combinations(ids, 2)):
        found.append(f"two ids differ in fewer than {FEWEST_DIFFERENCES} places")
    return found


def _differences(first: str, second: str) -> int:
    """Places in which they differ, counted from the end of the shorter one that suits them better."""
    if first == second:
        return 0
    width = max(len(first), len(second))
    left = sum(a != b for a, b in zip(first.ljust(width, "\0"), second.ljust(width, "\0"), strict=True))
    right = sum(a != b for a, b in zip(first.rjust(width, "\0"), second.rjust(width, "\0"), strict=True))
    return min(left, right)
