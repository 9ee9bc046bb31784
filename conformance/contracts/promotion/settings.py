"""What a profile says about promotions: the section `[promotion]`."""

from msgspec import Struct


class Promotion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members of the record of a promotion, and the flags that are switched after it, in their order."""

    previous_worker: str = "previousWorkerPid"
    promoted_worker: str = "promotedWorkerPid"
    switched_at: str = "switchedAt"
    flag_order: tuple[str, ...] = ()
    flags_table: str = "settings"
    flag_column: str = "key"
    changed_column: str = "updated_at"
    """When a flag was changed: milliseconds since 1970, or a timestamp."""
