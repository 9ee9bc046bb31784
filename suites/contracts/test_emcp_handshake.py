"""eMCP: the handshake, ping, and ids (docs/contracts/emcp.md)."""

import re
from typing import Any

import pytest

from conformance.checks import describe, expect, not_applicable, not_testable, violation
from conformance.checks.outcomes import Blocked
from conformance.contracts import Caller, Evidence, Profile, rule
from conformance.contracts.documents import problems_with
from conformance.contracts.emcp.forms import RecordForm, filled, need_form
from conformance.contracts.emcp.golden import mismatches
from conformance.contracts.emcp.settings import Emcp, Golden
from conformance.contracts.emcp.toolset import UNAUTHORIZED, Toolset, served
from conformance.contracts.paths import at_path
from conformance.protocol.legacy import initialize_params
from conformance.protocol.messages import JsonObject, same_id
from conformance.protocol.reply import Reply
from conformance.wire.exchange import NotJson, parse_json

SECTION = "emcp"

UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    return {}


@pytest.fixture
def settings(profile: Profile) -> Emcp:
    assert profile.emcp is not None
    return profile.emcp


@pytest.fixture
def toolset(caller: Caller, settings: Emcp, known: dict[str, dict[str, Any]]) -> Toolset:
    return Toolset(caller, settings, known.setdefault(caller.profile.name, {}))


def initialize(toolset: Toolset, version: str | None = None, **options: Any) -> Reply:
    """`version` None is the newest of the profile, "" leaves it out."""
    newest = toolset.settings.revisions[0] if toolset.settings.revisions else ""
    params = initialize_params(newest if version is None else version)
    if version == "" or not params["protocolVersion"]:
        del params["protocolVersion"]
    return served(toolset.ask("initialize", params, **options))


def initialized(toolset: Toolset) -> tuple[Reply, JsonObject]:
    """A handshake that has to have a result, for checks of what is in it."""
    if "initialize" not in toolset.known:
        toolset.known["initialize"] = initialize(toolset)
    reply: Reply = toolset.known["initialize"]
    if not reply.has_result:
        raise Blocked(f"initialize: {reply.outcome}", "emcp-initialize-result")
    return reply, reply.result


@rule("emcp-initialize-result")
def test_initialize_gives_a_result(toolset: Toolset) -> None:
    """A handshake as the runbook does it ends in a result."""
    reply = initialize(toolset, id="conformance-handshake")
    expect(reply).status(200).result()
    response = reply.response or {}
    batched = any(isinstance(one.value, list) for one in reply.exchange.messages)
    expect(reply).that(not batched, "one response, no array")
    expect(reply).that(response.get("jsonrpc") == "2.0", "jsonrpc 2.0 in the response")
    expect(reply).that("error" not in response, "a result and no error")
    expect(reply).that(same_id(response.get("id"), "conformance-handshake"), "the id of the request")
    problems = problems_with(reply.result, "emcp-initialize-result")
    expect(reply).that(not problems, "a valid result of initialize", "; ".join(problems))


@rule("emcp-platform-named")
def test_the_platform_is_named(toolset: Toolset, settings: Emcp) -> None:
    """serverInfo.platform is the platform of the profile."""
    need_value(toolset, "serverInfo.platform", settings.platform)


@rule("emcp-platform-version")
def test_the_version_of_the_platform_is_told(toolset: Toolset, settings: Emcp) -> None:
    """serverInfo.platformVersion says something."""
    if not settings.platform:
        not_applicable("the profile names no platform")
    reply, result = initialized(toolset)
    version = at_path(result, "serverInfo.platformVersion")
    expect(reply).that(isinstance(version, str) and version.strip(), "serverInfo.platformVersion with a version")


@rule("emcp-toolset-version")
def test_the_version_of_the_toolset_is_told(toolset: Toolset, settings: Emcp) -> None:
    """capabilities.evo.toolsetVersion is the version of the profile."""
    need_value(toolset, settings.toolset_version_path, settings.toolset_version)


def need_value(toolset: Toolset, path: str, value: str) -> None:
    if not value:
        not_applicable(f"the profile does not say what {path} is")
    reply, result = initialized(toolset)
    expect(reply).that(at_path(result, path) == value, f"{path} {value!r}", f"{path} is {at_path(result, path)!r}")


@rule("emcp-session-header")
def test_initialize_gives_a_session_id(toolset: Toolset, settings: Emcp) -> None:
    """The session header is there and says something."""
    reply, _ = initialized(toolset)
    expect(reply).header(settings.session_header)
    expect(reply).that((reply.header(settings.session_header) or "").strip(), f"{settings.session_header} with a value")


@rule("emcp-session-unique-uuid")
def test_session_ids_are_new_uuids(toolset: Toolset, settings: Emcp) -> None:
    """Two handshakes have two sessions, each under a UUID of version 4."""
    replies = [initialize(toolset), initialize(toolset)]
    ids = [reply.header(settings.session_header) or "" for reply in replies]
    if not all(ids):
        raise Blocked(f"initialize gives no {settings.session_header}", "emcp-session-header")
    expect(replies[0]).that(all(map(UUID4.fullmatch, ids)), "UUIDs of version 4", ", ".join(ids))
    expect(replies[1]).that(ids[0] != ids[1], "another session for another handshake", ids[1])


@rule("emcp-session-header-accepted")
def test_requests_are_served_with_and_without_session(toolset: Toolset, settings: Emcp) -> None:
    """tools/list does not depend on the session header, and hands out no other session."""
    session = initialized(toolset)[0].header(settings.session_header)
    if not session:
        raise Blocked(f"initialize gives no {settings.session_header}", "emcp-session-header")
    for words, headers in (("with the session", {settings.session_header: session}), ("without a session", {})):
        reply = served(toolset.ask("tools/list", {}, headers=headers))
        expect(reply).status(200).result()
        given = reply.header(settings.session_header)
        expect(reply).that(given in (None, session), f"no other session ({words})", given)


@rule("emcp-version-unsupported")
def test_an_unsupported_version_is_told_the_supported_ones(
    toolset: Toolset, settings: Emcp, record_form: RecordForm
) -> None:
    """The error says what is supported and what was asked for."""
    asked = settings.unsupported_revision
    reply = initialize(toolset, asked)
    record_form(need_form(reply, settings.forms.unsupported_version, f"the version {asked}"))
    if reply.error is None:
        return
    data = reply.error.get("data")
    supported, requested = at_path(data, "supported"), at_path(data, "requested")
    expect(reply).that(isinstance(supported, list) and supported, "the versions at error.data.supported")
    expect(reply).that(requested == asked, f"{asked} at error.data.requested")


@rule("emcp-version-echoed")
def test_every_version_of_the_profile_is_spoken(toolset: Toolset, settings: Emcp) -> None:
    """Asked for a version, the server agrees to it."""
    if not settings.revisions:
        not_applicable("the profile names no protocol versions")
    for version in settings.revisions:
        reply = initialize(toolset, version)
        found = reply.result.get("protocolVersion") if reply.has_result else None
        expect(reply).that(found == version, f"protocolVersion {version}")


@rule("emcp-version-default-newest")
def test_without_a_version_the_newest_is_spoken(toolset: Toolset, settings: Emcp) -> None:
    """initialize without protocolVersion is answered with the newest one."""
    if not settings.revisions:
        not_applicable("the profile names no protocol versions")
    reply = initialize(toolset, "")
    found = reply.result.get("protocolVersion") if reply.has_result else None
    expect(reply).that(found == settings.revisions[0], f"protocolVersion {settings.revisions[0]}")


@rule("emcp-ping-empty")
def test_ping_is_answered(toolset: Toolset) -> None:
    """The result of ping is empty; an empty object may come as an empty array."""
    reply = served(toolset.ask("ping", persona=toolset.as_admin()))
    expect(reply).status(200)
    expect(reply).that((reply.response or {}).get("result") in ({}, []), "an empty result")


@rule("emcp-initialized-accepted")
def test_the_end_of_the_handshake_is_accepted(toolset: Toolset, settings: Emcp) -> None:
    """notifications/initialized has no answer but 202."""
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    headers = toolset.caller.mcp_headers(message)
    reply = Reply(toolset.caller.send(body=message, headers=headers, persona=toolset.as_admin()), message)
    need_form(served(reply), settings.forms.initialized, "a notification")
    expect(reply).empty_body()


@rule("emcp-id-echoed")
def test_ids_come_back_as_they_were(toolset: Toolset) -> None:
    """A text stays a text and a number a number, whatever the method."""
    requests: list[tuple[str, JsonObject]] = [("tools/list", {})]
    if "search" in toolset.settings.calls:
        tool = toolset.named("search")
        requests.append(("tools/call", {"name": tool.tool, "arguments": filled(tool.arguments, {"limit": 1})}))
    replies = [toolset.ask(method, params, id=id) for method, params in requests for id in ("conformance-7", 7_001)]
    answered = [reply for reply in replies if reply.response is not None and reply.status not in UNAUTHORIZED]
    for reply in answered or not_testable("neither tools/list nor tools/call is answered"):
        id = reply.message["id"]
        expect(reply).that(
            same_id((reply.response or {}).get("id"), id), f"the id {id!r} in the answer to {reply.method}"
        )


@rule("emcp-handshake-on-both-routes")
def test_the_handshake_is_the_same_at_both_routes(toolset: Toolset, settings: Emcp) -> None:
    """What one route says of server and toolset, the other one says as well."""
    route, persona = settings.second_route, settings.second_persona
    if not route:
        not_applicable("the profile has no second route")
    first, one = initialized(toolset)
    if not toolset.caller.has(persona):
        not_testable(f"no credentials for the route {route}; configure the persona {persona}")
    version = one.get("protocolVersion")
    params = initialize_params(version if isinstance(version, str) else "")
    second = toolset.ask("initialize", params, route=route, persona=persona)
    if second.status in UNAUTHORIZED:
        not_testable(f"the credentials of {persona} were refused: HTTP {second.status}; renew them")
    expect(second).status(200).result()
    expect(second).that(second.result == one, "the result of the other route", describe(second))
    sessions = first.header(settings.session_header), second.header(settings.session_header)
    expect(second).that(not sessions[0] or sessions[1], f"a header {settings.session_header}")


@rule("emcp-golden-fixtures")
def test_live_answers_match_the_golden_fixtures(toolset: Toolset, settings: Emcp, evidence: Evidence) -> None:
    """Each fixture that is there is compared with the answer to its request, by structure."""
    directory = evidence.path("golden")
    present = [golden for golden in settings.golden if (directory / golden.file).is_file()]
    if not present:
        not_testable(f"none of {', '.join(golden.file for golden in settings.golden)} is in the directory golden")
    problems: list[str] = []
    for golden in present:
        stored, live = read_golden((directory / golden.file).read_bytes(), golden), answer_to(golden, toolset)
        problems += [f"{golden.file}: {problem}" for problem in mismatches(stored, live, golden.equal)]
    if problems:
        violation("answers like the golden fixtures", "; ".join(problems[:10]))


def read_golden(data: bytes, golden: Golden) -> Any:
    """What a fixture holds: a whole response, or only what `at` is about."""
    try:
        stored = parse_json(data)
    except NotJson as problem:
        not_testable(f"{golden.file} is not JSON: {problem}")
    found = at_path(stored, golden.at)
    return stored if found is None else found


def answer_to(golden: Golden, toolset: Toolset) -> Any:
    """What the live answer has where the fixture says."""
    if golden.method == "initialize":
        return at_path(initialize(toolset).response, golden.at)
    if golden.method == "tools/list":
        return {"tools": toolset.tools()}
    values = {"id": toolset.document()} if "{id}" in str(golden.params) else {}
    return at_path(served(toolset.ask(golden.method, filled(golden.params, values))).response, golden.at)
