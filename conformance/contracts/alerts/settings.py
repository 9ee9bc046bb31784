"""What a system promises about its alerts."""

from msgspec import Struct

from conformance.contracts.windows import Op


class Threshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One alert that has to exist. What is left out may be anything.

    title     how people call it
    alerts    names that the alerting rule may have
    uses      metrics that its expression works with; keys of [metrics.families] stand for all their names
    op, limit what is compared in the expression; a limit in percent is told from a fraction by a 100 in the expression
    for_s     how long it has to hold, unscaled, as the rule says it
    """

    title: str
    alerts: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    op: Op = ">"
    limit: float | None = None
    for_s: float | None = None
    severity: str = ""


class Alerts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where alerts are read, and what they have to be.

    persona     who asks; by default nobody's credential is sent there
    accepted    names of alerts that somebody has acknowledged: they stop no release
    thresholds  which table of `sets` is in force
    essential   alerts without which nobody is called when it matters
    external    beginnings of metric names that other exporters provide
    dashboards  routes of the dashboards that people look at
    """

    route: str = "prometheus_alerts"
    rules_route: str = "prometheus_rules"
    persona: str = "none"
    severities: tuple[str, ...] = ("critical", "warning", "info")
    critical: tuple[str, ...] = ("critical",)
    warning: tuple[str, ...] = ("warning",)
    accepted: tuple[str, ...] = ()
    thresholds: str = ""
    sets: dict[str, tuple[Threshold, ...]] = {}
    essential: tuple[Threshold, ...] = ()
    external: tuple[str, ...] = ("up", "scrape_", "kube_", "container_", "node_", "prometheus_", "ALERTS")
    dashboards: tuple[str, ...] = ()
