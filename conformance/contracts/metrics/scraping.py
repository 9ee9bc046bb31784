"""Takes scrapes: from the routes of a profile, or from dumps that were given."""

from conformance.checks.expect import expect
from conformance.checks.outcomes import not_testable
from conformance.contracts.aside import aside
from conformance.contracts.caller import Caller
from conformance.contracts.evidence import Evidence
from conformance.contracts.metrics.exposition import ACCEPT, Exposition, merged, read_exposition
from conformance.contracts.metrics.settings import Metrics
from conformance.wire.exchange import Exchange

DUMP = "metrics"
EARLIER_DUMP = "metrics-before"


def scrape_route(caller: Caller, settings: Metrics, route: str) -> Exchange:
    """One answer, as it is."""
    bound = max(settings.within_s * 1.5, caller.channel.timeout)
    headers = {"Accept": ACCEPT}
    return aside(caller).send(route, method="GET", headers=headers, persona=settings.persona, timeout=bound)


def scrape(caller: Caller, settings: Metrics) -> Exposition:
    """What all routes tell; *not testable* where one tells nothing, which is for the rule on scraping to judge."""
    return merged(_readable(caller, settings, route) for route in settings.routes)


def _readable(caller: Caller, settings: Metrics, route: str) -> Exposition:
    exchange = scrape_route(caller, settings, route)
    if exchange.status != 200:
        not_testable(f"{route} answers with {exchange.status or exchange.failure}, so there is nothing to judge")
    found = read_exposition(exchange.body, exchange.media_type)
    return not_testable(f"{route} cannot be read: {found.problem}") if found.problem else found


def current(caller: Caller, evidence: Evidence, settings: Metrics) -> Exposition:
    """The dump that was given, else a scrape."""
    if DUMP not in evidence:
        return scrape(caller, settings)
    found = read_exposition(evidence.read(DUMP))
    return not_testable(f"the dump cannot be read: {found.problem}") if found.problem else found


def expect_readable(exchange: Exchange) -> Exposition:
    """The rule on scraping: 200, the media type of an exposition, and every line can be read."""
    expect(exchange).status(200).media_type("text/plain", "application/openmetrics-text")
    found = read_exposition(exchange.body, exchange.media_type)
    expect(exchange).that(exchange.ending == "complete", "the whole answer", exchange.failure or str(exchange.ending))
    expect(exchange).that(not found.problem, "an exposition that can be read", found.problem)
    expect(exchange).that(found.samples or found.kinds, "at least one metric", "none")
    return found
