"""Business API of Level 3: requests, errors, validation (docs/contracts/level3.md)."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from conformance.checks import expect, not_applicable, not_testable, violation
from conformance.contracts import Caller, Profile, body_of, rule
from conformance.contracts.level3.api import Api, fresh_name
from conformance.contracts.level3.artifacts import fresh_blob, ids_in, uploaded
from conformance.contracts.level3.settings import Level3
from conformance.contracts.metrics.judges import found_name
from conformance.contracts.metrics.scraping import grew, is_one_process, scrape
from conformance.contracts.paths import at_path
from conformance.target.config import RunConfig
from conformance.wire.exchange import Exchange

SECTION = "level3"
_INTERNALS = re.compile(
    r"Traceback \(most recent|\bat [\w.$<>]+\([\w./]+\.(?:java|ts|js|py|go):\d+|File \"/[^\"]+\", line \d+"
    r"|(?:/[\w.-]+){2,}\.(?:py|js|ts|go|java|php|rb):\d+|node_modules/|goroutine \d+ \["
)


@pytest.fixture
def settings(profile: Profile) -> Level3:
    assert profile.level3 is not None
    return profile.level3


@pytest.fixture
def api(caller: Caller, settings: Level3) -> Api:
    return Api(caller, settings)


def sample(settings: Level3, name: str) -> Any:
    """Data that the profile gives; *not testable* without it."""
    found = getattr(settings.samples, name)
    return not_testable(f"name {name} under [level3.samples]") if found is None else found


def bad_requests(api: Api) -> list[Exchange]:
    """Broken JSON, and an object without what is required."""
    return [api.send_raw("validate", b'{"data": '), api.send_raw("validate", {})]


@rule("level3-bad-request-refused")
def test_bad_requests_are_refused(api: Api, settings: Level3) -> None:
    """No JSON, no service."""
    for exchange in bad_requests(api):
        api.expect_refused(exchange, settings.bad_request, settings.bad_request_code, "a bad request")


@rule("level3-unknown-id-refused")
def test_unknown_ids_are_refused(api: Api, settings: Level3) -> None:
    """What is not there cannot be read."""
    calls = [name for name in ("promotion", "versions") if api.has(name)]
    if not calls:
        not_testable("the route set has no call that reads something by its id")
    for name in calls:
        exchange = api.send(name, id=fresh_name("conformance-unknown"))
        api.expect_refused(exchange, settings.not_found, settings.not_found_code, "an id that nobody gave")


@rule("level3-errors-identified")
def test_errors_are_identified(api: Api, profile: Profile) -> None:
    """Each error can be found again."""
    if profile.errors is None:
        not_applicable("the profile promises no form of errors")
    errors = [exchange for _ in range(2) for exchange in bad_requests(api)]
    places = [place for place in (profile.errors.code, profile.errors.message, profile.errors.trace_id) if place]
    for exchange in errors:
        if (exchange.status or 0) < 400:
            not_testable("a bad request is no error here, which another rule judges")
        body = body_of(exchange)
        missing = [place for place in places if not isinstance(at_path(body, place), str) or not at_path(body, place)]
        expect(exchange).that(not missing, f"an error with texts at {' and '.join(places)}")
    ids = [at_path(body_of(exchange), profile.errors.trace_id) for exchange in errors if profile.errors.trace_id]
    expect(errors[-1]).that(len(set(ids)) == len(ids), "an id of its own in each error", ", ".join(map(str, ids)))


@rule("level3-errors-hide-internals")
def test_errors_hide_internals(api: Api) -> None:
    """Nothing of the inside is shown."""
    for exchange in [*bad_requests(api), api.send("validate", schema=fresh_name("no-schema"), data={})]:
        found = _INTERNALS.search(exchange.text) if (exchange.status or 0) >= 400 else None
        expect(exchange).that(found is None, "an error without stack traces and paths", found and found[0])


@rule("level3-pages")
def test_lists_come_in_pages(api: Api, run_config: RunConfig) -> None:
    """As many as asked for, and how to get the rest. A list of one item shows nothing about pages."""
    if run_config.allow_writes and api.has("upload"):
        for _ in range(2):
            uploaded(api, fresh_blob(api))
    most = 0
    for offset in (0, 1):
        exchange = api.succeed("search", limit=1, offset=offset)
        items = ids_in(api, "search", exchange)
        expect(exchange).that(len(items) <= 1, "at most one item", f"{len(items)} items")
        total = exchange.header("x-total-count") or ""
        expect(exchange).that(total.isdigit(), "a number in X-Total-Count", total or "no such header")
        most = max(most, int(total))
        fits = int(total) >= offset + len(items)
        expect(exchange).that(fits, "an X-Total-Count of all items, not of the page", f"{total}, from item {offset} on")
        if int(total) > offset + 1:
            links = exchange.header("link") or ""
            expect(exchange).that(re.search(r'rel="?next"?', links), "a Link to the next page", links or "no Link")
    if most < 2:
        not_testable("fewer than two items are listed; --allow-writes puts two there")


@rule("level3-page-size-bounded")
def test_page_size_is_bounded(api: Api, settings: Level3) -> None:
    """No page without an end. Whether a page is capped shows only where there are enough items."""
    exchange = api.send("search", limit=settings.most_items + 1, offset=0)
    if exchange.status in settings.bad_request:
        return
    expect(exchange).status(*api.operation("search").status, *settings.bad_request)
    items = ids_in(api, "search", exchange)
    expect(exchange).that(len(items) <= settings.most_items, f"at most {settings.most_items} items")
    stated = api.part("search", "limit", exchange)
    if isinstance(stated, int):
        expect(exchange).that(stated <= settings.most_items, f"a limit of at most {settings.most_items}", stated)


@rule("level3-openapi-served")
def test_api_describes_itself(api: Api) -> None:
    """An OpenAPI document with paths."""
    exchange = api.succeed("openapi")
    document = api.caller.json(exchange)
    described = isinstance(document, dict) and isinstance(document.get("paths"), dict) and document["paths"]
    version = document.get("openapi") if isinstance(document, dict) else None
    expect(exchange).that(described and isinstance(version, str), "a document with openapi and paths")


def validate(api: Api, name: str, **values: Any) -> Exchange:
    """A validation of a sample that has to be carried out."""
    sample(api.settings, "schema")
    return api.succeed("validate", data=sample(api.settings, name), **values)


def errors_of(api: Api, exchange: Exchange) -> list[Any]:
    errors = api.part("validate", "errors", exchange)
    return errors if isinstance(errors, list) else []


@rule("level3-valid-data-passes")
def test_valid_data_passes(api: Api) -> None:
    """Right data is right."""
    exchange = validate(api, "valid")
    expect(exchange).that(api.part("validate", "valid", exchange) is True, "valid: true")
    expect(exchange).that(not errors_of(api, exchange), "no errors")


@rule("level3-invalid-data-told")
def test_invalid_data_is_told(api: Api) -> None:
    """Wrong data is wrong, and why is said."""
    exchange = validate(api, "invalid")
    expect(exchange).that(api.part("validate", "valid", exchange) is False, "valid: false")
    errors = errors_of(api, exchange)
    expect(exchange).that(errors, "at least one error")
    members = [one for one in ("error_field", "error_message") if api.tells("validate", one)]
    for error in errors:
        names = [api.operation("validate").result[one] for one in members]
        missing = [name for name in names if not isinstance(at_path(error, name), str)]
        expect(exchange).that(not missing, f"errors with {' and '.join(names)}")


@rule("level3-unknown-schema-told")
def test_unknown_schema_is_told(api: Api, settings: Level3) -> None:
    """Nothing is valid by a schema that does not exist."""
    exchange = api.send("validate", schema=fresh_name("conformance-no-schema"), data=settings.samples.valid or {})
    if exchange.status in api.operation("validate").status:
        expect(exchange).that(api.part("validate", "valid", exchange) is False, "404, or valid: false")
    else:
        expect(exchange).status(*settings.not_found, *settings.bad_request)


@rule("level3-errors-bounded")
def test_errors_are_bounded(api: Api, settings: Level3) -> None:
    """A bounded list of errors."""
    errors = errors_of(api, exchange := validate(api, "many_faults"))
    expect(exchange).that(len(errors) <= settings.most_errors, f"at most {settings.most_errors} errors", len(errors))


@rule("level3-lenient-mode")
def test_lenient_mode(api: Api) -> None:
    """Unknown members are tolerated where that is asked for."""
    exchange = validate(api, "extra_member", strict=False)
    expect(exchange).that(api.part("validate", "valid", exchange) is True, "valid: true without strictness")


@rule("level3-validation-repeatable")
def test_validation_is_repeatable(api: Api) -> None:
    """The same in, the same out."""
    for name in ("valid", "invalid"):
        first, second = validate(api, name), validate(api, name)
        results = [(api.part("validate", "valid", one), errors_of(api, one)) for one in (first, second)]
        expect(second).that(results[0] == results[1], f"the result of before: {results[0]}")


def expect_growth(profile: Profile, caller: Caller, act: Callable[[], object], *families: str) -> None:
    """Each of these counters is higher after something was done. Other traffic may count too."""
    if profile.metrics is None:
        not_testable("the profile has no [metrics]")
    before = scrape(caller, profile.metrics)
    act()
    after = scrape(caller, profile.metrics)
    if absent := [key for key in families if found_name(after, profile.metrics, key) is None]:
        not_testable(f"nobody exports {' and '.join(absent)}, which another rule judges")
    problems = [told for key in families if (told := grew(before, after, profile.metrics, key))]
    if problems and not is_one_process(caller, profile.metrics):
        not_testable("several processes answer, or none that says when it began: another one may have counted")
    if problems:
        violation(f"{' and '.join(families)} to grow", "; ".join(problems))


@rule("level3-validations-counted")
def test_validations_are_counted(profile: Profile, caller: Caller, api: Api) -> None:
    """Right and wrong data are counted."""
    names = ("valid", "invalid")
    counted = ("validation_total", "validation_errors_total")
    expect_growth(profile, caller, lambda: [validate(api, name) for name in names], *counted)


@rule("level3-transfers-counted")
def test_transfers_are_counted(profile: Profile, caller: Caller, api: Api) -> None:
    """Uploads and downloads are counted."""

    def transfer() -> None:
        api.need("download", id=uploaded(api, fresh_blob(api)))

    expect_growth(profile, caller, transfer, "artifact_uploads_total", "artifact_downloads_total")


@rule("level3-audit-log")
def test_audit_log_has_calls(api: Api) -> None:
    """Who did what is written down."""
    bad_requests(api)
    exchange = api.succeed("audit", limit=10)
    entries = api.needed("audit", "entries", exchange)
    wanted = ("timestamp", "user", "action", "resource", "result")
    expect(exchange).that(isinstance(entries, list) and entries, "at least one entry")
    for entry in entries:
        missing = [name for name in wanted if not isinstance(entry, dict) or entry.get(name) is None]
        expect(exchange).that(not missing, f"entries with {', '.join(wanted)}", f"no {', '.join(missing)}")
