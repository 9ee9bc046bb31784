"""What a system promises about its metrics: names, kinds, ranges, and how they relate."""

from typing import Literal

from msgspec import Struct

Kind = Literal["counter", "gauge", "histogram", "summary"]


class Family(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One metric. `names` are all that are accepted; none: the key under which it stands in the profile.

    group     a word for the report, such as the part of the system
    least     the smallest value that makes sense; `most` the largest. Of a `ratio`, the unit decides
    buckets   upper bounds that a histogram has to have
    edges     values that are compared against; a bound has to lie within a factor of two of each
    """

    names: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    group: str = ""
    required: bool = True
    ratio: bool = False
    least: float | None = None
    most: float | None = None
    buckets: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()


class Share(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sum of `parts` is at most `whole`; all are keys of families."""

    parts: tuple[str, ...]
    whole: str


class Metrics(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where metrics are scraped, and what they hold. All `routes` together have the families.

    persona       who scrapes; by default nobody's credential is sent there
    ratio_unit    whether ratios are told as fractions (0..1) or in percent
    shares        parts of counters
    capacities    what is used of what there is
    within_s      how long a scrape may take, in real seconds
    between_s     time between two scrapes that are compared
    label_values  how many values one label may have
    """

    routes: tuple[str, ...] = ("metrics",)
    persona: str = "none"
    families: dict[str, Family] = {}
    ratio_unit: Literal["fraction", "percent"] = "fraction"
    shares: tuple[Share, ...] = ()
    capacities: tuple[Share, ...] = ()
    within_s: float = 10
    between_s: float = 30
    label_values: int = 1000

    def names_of(self, key: str) -> tuple[str, ...]:
        """The accepted names of a family."""
        family = self.families.get(key)
        return family.names if family is not None and family.names else (key,)
