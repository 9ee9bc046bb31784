"""What a step needs: an order in which all can be run, and what is wrong when there is none."""

from collections.abc import Iterable, Mapping

from conformance.release.checklist.wording import nearest
from conformance.target.errors import ConfigError

Needs = Mapping[str, Iterable[str]]


def in_order(needs: Needs) -> list[str]:
    """All steps, each after those that it needs, else in the order given. Raises `ConfigError` for a step that does
    not exist, and for steps that need each other, with the whole circle."""
    for step, others in needs.items():
        for other in others:
            if other not in needs:
                raise ConfigError(f"steps.{step}.needs: no step {other!r}; {nearest(other, needs)}")
    done: dict[str, None] = {}
    for step in needs:
        _visit(step, needs, done)
    return list(done)


def _visit(first: str, needs: Needs, done: dict[str, None]) -> None:
    """Depth first, without recursion: a checklist of a thousand steps in a row is fine."""
    path: dict[str, list[str]] = {first: list(needs[first])}
    while path:
        step, open_ones = next(reversed(path.items()))
        following = next((one for one in open_ones if one not in done), None)
        if following is None:
            path.popitem()
            done[step] = None
        elif following in path:
            names = list(path)
            circle = [*names[names.index(following) :], following]
            raise ConfigError(f"steps.{following}.needs: a circle: {' needs '.join(circle)}")
        else:
            path[following] = list(needs[following])


def below(wanted: Iterable[str], needs: Needs) -> set[str]:
    """The wanted steps and all that they need, near and far."""
    found: set[str] = set()
    left = list(wanted)
    while left:
        step = left.pop()
        if step not in found:
            found.add(step)
            left += needs[step]
    return found
