"""Takes scrapes: from the routes of a profile, or from dumps that were given."""

from conformance.checks.expect import expect
from conformance.checks.outcomes import not_testable
from conformance.contracts.aside import aside
from conformance.contracts.caller import Caller
from conformance.contracts.evidence import Evidence
from conformance.contracts.metrics.exposition import ACCEPT, Exposition, merged, read_exposition
from conformance.contracts.metrics.falling import START
from conformance.contracts.metrics.judges import found_name
from conformance.contracts.metrics.settings import Metrics
from conformance.wire.exchange import Exchange

DUMP = "metrics"
EARLIER_DUMP = "metrics-before"
_LOOKS = 6


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


def grew(before: Exposition, after: Exposition, settings: Metrics, key: str) -> str:
    """How a counter did not grow, in words; empty when it grew, or nobody exports it."""
    name = found_name(after, settings, key)
    if name is None:
        return ""
    then, now = before.total(name) or 0, after.total(name) or 0
    return "" if now > then else f"{name} was {then:g} and is {now:g}"


def is_one_process(caller: Caller, settings: Metrics) -> bool:
    """Whether always the same process answers; of several, one may count what another one is scraped for."""
    starts = [tuple(scrape(caller, settings).values(START)) for _ in range(_LOOKS)]
    return bool(starts[0]) and len(set(starts)) == 1


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
