"""A stretch of time in which a server does nothing, as one that collects garbage or waits for a lock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stall:
    """From `begin`, for `length`, in any one unit of time."""

    begin: int
    length: int

    @property
    def end(self) -> int:
        return self.begin + self.length

    def answered(self, arrival: int, work: int) -> int:
        """When a request is answered that needs `work`: none of it is done during the stall."""
        if arrival >= self.end or arrival + work <= self.begin:
            return arrival + work
        if arrival >= self.begin:
            return self.end + work
        return arrival + work + self.length


NEVER = Stall(0, 0)
