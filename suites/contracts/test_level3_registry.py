"""Artifact registry of Level 3: uploads, downloads, search (docs/contracts/level3.md)."""

import pytest

from conformance.checks import expect, not_testable, timing
from conformance.contracts import Caller, Profile, body_of, rule
from conformance.contracts.level3.api import Api, fresh_name
from conformance.contracts.level3.artifacts import content_of, fresh_blob, ids_in, untrue, uploaded
from conformance.contracts.level3.settings import Level3
from conformance.contracts.windows import percentile

SECTION = "level3"
NO_VERSION = "latest!"


@pytest.fixture
def settings(profile: Profile) -> Level3:
    assert profile.level3 is not None
    return profile.level3


@pytest.fixture
def api(caller: Caller, settings: Level3) -> Api:
    return Api(caller, settings)


@rule("level3-upload-described")
def test_upload_is_described(api: Api) -> None:
    """What is said about an upload is true."""
    blob = fresh_blob(api)
    exchange = api.succeed("upload", **blob.values())
    problems = list(untrue(api, blob, exchange))
    expect(exchange).that(not problems, "the truth about the upload", "; ".join(problems))


@rule("level3-download-identical")
def test_download_is_identical(api: Api) -> None:
    """The bytes that went in come out."""
    blob = fresh_blob(api)
    exchange = api.succeed("download", id=uploaded(api, blob))
    found = content_of(api, exchange)
    where = next((i for i, (a, b) in enumerate(zip(found, blob.content, strict=False)) if a != b), None)
    told = f"{len(found)} bytes" + (f", the first difference at byte {where}" if where is not None else "")
    expect(exchange).that(found == blob.content, f"the {len(blob.content)} bytes of the upload", told)


@rule("level3-download-unknown-refused")
def test_unknown_download_is_refused(api: Api, settings: Level3) -> None:
    """No empty file for what is not there."""
    exchange = api.send("download", id=fresh_name("conformance-unknown"))
    api.expect_refused(exchange, settings.not_found, settings.not_found_code, "an artifact that is not there")


@rule("level3-upload-deduplicated")
def test_same_upload_makes_no_copy(api: Api, settings: Level3) -> None:
    """A retry is no second artifact."""
    blob = fresh_blob(api)
    first = uploaded(api, blob)
    exchange = api.send("upload", **blob.values())
    if exchange.status not in settings.conflict:
        expect(exchange).status(*api.operation("upload").status, *settings.conflict)
        again = api.part("upload", "id", exchange)
        expect(exchange).that(again == first, f"the id of before, {first}, or a conflict", again)


@rule("level3-upload-conflict")
def test_other_content_under_a_known_version_is_refused(api: Api, settings: Level3) -> None:
    """A version does not change its content."""
    blob = fresh_blob(api)
    uploaded(api, blob)
    exchange = api.send("upload", **{**fresh_blob(api).values(), "name": blob.name})
    expect(exchange).status(*settings.conflict)


@rule("level3-version-checked")
def test_version_is_checked(api: Api, settings: Level3) -> None:
    """Versions are semantic versions."""
    exchange = api.send("upload", **fresh_blob(api, version=NO_VERSION).values())
    expect(exchange).status(*settings.bad_request, 422)


@rule("level3-upload-found")
def test_upload_is_found(api: Api) -> None:
    """Search, list and versions know it."""
    blob = fresh_blob(api)
    id = uploaded(api, blob)
    if not (api.has("search") or api.has("versions")):
        not_testable("the route set has neither search nor versions")
    if api.has("search"):
        exchange = api.succeed("search", query=blob.name)
        expect(exchange).that(id in ids_in(api, "search", exchange), f"{id} among what is found")
    if api.has("versions"):
        exchange = api.succeed("versions", id=id)
        path = api.operation("versions").result.get("items")
        listed = api.part("versions", "items", exchange) if path else body_of(exchange)
        known = [one.get("version") if isinstance(one, dict) else one for one in listed or []]
        expect(exchange).that(blob.version in known, f"{blob.version} among the versions")


@rule("level3-lookup-in-time")
@timing
def test_lookups_are_in_time(api: Api, settings: Level3) -> None:
    """The p95 of lookups by id or name."""
    blob = fresh_blob(api)
    id = uploaded(api, blob)
    name, values = ("versions", {"id": id}) if api.has("versions") else ("search", {"query": blob.name})
    answers = [api.need(name, **values) for _ in range(settings.lookups)]
    found = percentile([one.ended_at or 0 for one in answers], 95)
    expect(answers[-1]).that(
        found <= settings.lookup_s, f"a p95 of at most {settings.lookup_s * 1000:g} ms", f"{found * 1000:.0f} ms"
    )


@rule("level3-deleted-is-gone")
def test_deleted_is_gone(api: Api, settings: Level3) -> None:
    """Deleted, then not found."""
    id = uploaded(api, fresh_blob(api))
    api.succeed("delete", id=id)
    expect(api.send("download", id=id)).status(*settings.not_found, 410)


@rule("level3-old-versions-dropped")
def test_old_versions_are_dropped(api: Api, settings: Level3) -> None:
    """No more versions than promised."""
    name = fresh_name(settings.samples.artifact_name)
    for number in range(settings.versions_kept + 1):
        blob = fresh_blob(api, version=f"1.0.{number}")
        id = api.needed("upload", "id", api.need("upload", **{**blob.values(), "name": name}))
    exchange = api.need("versions", id=id)
    path = api.operation("versions").result.get("items")
    listed = api.part("versions", "items", exchange) if path else body_of(exchange)
    kept = len(listed) if isinstance(listed, list) else 0
    expect(exchange).that(kept <= settings.versions_kept, f"at most {settings.versions_kept} versions", f"{kept}")


@rule("level3-usage-adds-up")
def test_usage_adds_up(api: Api) -> None:
    """The parts are the whole."""
    exchange = api.succeed("usage")
    total, count = (api.needed("usage", what, exchange) for what in ("total", "count"))
    by_type = api.needed("usage", "by_type", exchange)
    numbers = [total, count, *(by_type.values() if isinstance(by_type, dict) else [None])]
    right = all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in numbers)
    expect(exchange).that(right, "numbers that are not negative, by type too")
    expect(exchange).that(sum(by_type.values()) == total, f"sizes by type that add up to {total}")


@rule("level3-corruption-refused")
def test_corruption_is_refused(api: Api, settings: Level3) -> None:
    """What arrives damaged is not taken."""
    other = fresh_blob(api)
    blob = fresh_blob(api)
    exchange = api.send("upload", **{**blob.values(), "checksum": other.sha256})
    if "checksum" not in str(api.operation("upload").body):
        not_testable("uploads of this route set carry no checksum; put {checksum} into their template")
    expect(exchange).status(*settings.corrupted)
