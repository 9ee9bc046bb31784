"""The services behind an operator gateway (docs/contracts/client.md)."""

import uuid
from collections.abc import Mapping

import pytest

from conformance.checks import expect, not_applicable, not_testable
from conformance.checks.outcomes import NotTestable
from conformance.contracts import Caller, Evidence, Profile, body_of, personas, rule
from conformance.contracts.documents import problems_with
from conformance.contracts.operator_api.settings import OperatorApi
from conformance.contracts.paths import at_path, with_path
from conformance.contracts.receipts import growth
from conformance.contracts.receipts.settings import Receipts
from conformance.wire.exchange import Exchange

SECTION = "operator_api"
BOUNDARY = "conformance-boundary"
WRONG = "wrong-credential"


@pytest.fixture
def settings(profile: Profile) -> OperatorApi:
    return profile.operator_api or OperatorApi()


def _health(caller: Caller, settings: OperatorApi, route: str, token: str | None) -> Exchange:
    headers: dict[str, str | None] = {**settings.health_headers}
    headers |= dict.fromkeys(settings.credential_headers, token)
    if token and settings.credential_headers:
        caller.channel.redactor.learn(token)
        headers[settings.credential_headers[0]] = f"Bearer {token}"
    return caller.send(route, method="GET", headers=headers, persona=personas.NONE)


def _token(caller: Caller, settings: OperatorApi, route: str) -> str | None:
    """The credential for a health route; None if there is none, as it may do without."""
    try:
        return personas.token_of(settings.health_personas.get(route, personas.NONE), caller.profile, caller.token)
    except NotTestable:
        return None


def _routes(caller: Caller, settings: OperatorApi) -> list[str]:
    """The health routes that the profile fills in."""
    empty = {name for name, value in caller.profile.variables.items() if not value}
    templates = {route: caller.profile.routes.get(route, "") for route in settings.health_routes}
    known = [route for route, url in templates.items() if url and not any(f"{{{name}}}" in url for name in empty)]
    return known or not_testable("no health of a connector is known; name the URLs, as in OPERATOR_API_STAGE_B_URL")


@rule("operator-health-ok")
def test_connectors_are_healthy(caller: Caller, profile: Profile, settings: OperatorApi) -> None:
    """The health of each connector is 200, and told in time."""
    limit = profile.seconds(settings.max_health_s)
    for route in _routes(caller, settings):
        exchange = _health(caller, settings, route, _token(caller, settings, route))
        expect(exchange).status(200)
        took = exchange.ended_at or 0.0
        expect(exchange).that(took < limit, f"the health of {route} within {limit:g} s", f"{took:.2f} s")


@rule("operator-health-credential")
def test_health_asks_for_the_credential_or_not(caller: Caller, settings: OperatorApi) -> None:
    """Health without a credential, or with a wrong one, is refused or told, and nothing else."""
    for route in _routes(caller, settings):
        if _token(caller, settings, route) is None:
            not_applicable(f"no credential is known for {route}")
        for token in (None, WRONG):
            expect(_health(caller, settings, route, token)).status(*settings.health_status_without_credential)


def _command(settings: OperatorApi) -> Mapping[str, object]:
    return settings.command_body or not_testable(
        "no command is known that may be carried out; give it as command_body under [operator_api]"
    )


def _expect_detail(exchange: Exchange, settings: OperatorApi, *statuses: int) -> None:
    expect(exchange).status(*statuses).that(at_path(body_of(exchange), settings.detail), f"a {settings.detail}")


@rule("operator-command-answered")
def test_command_is_answered(caller: Caller, settings: OperatorApi) -> None:
    """A command is answered with an id of its own and a result."""
    exchange = caller.send(settings.command_route, body=dict(_command(settings)))
    body = body_of(exchange)
    expect(exchange).status(200).that(_is_uuid4(at_path(body, "command_id")), "command_id, a UUID of version 4")
    expect(exchange).that(isinstance(body, dict) and "result" in body, "a result")


def _is_uuid4(text: object) -> bool:
    try:
        return uuid.UUID(str(text)).version == 4
    except ValueError:
        return False


@rule("operator-command-members")
def test_command_needs_its_members(caller: Caller, settings: OperatorApi) -> None:
    """A command that lacks a member is refused, with a detail."""
    body = _command(settings)
    for name in settings.required:
        _expect_detail(caller.send(settings.command_route, body=with_path(body, name, None)), settings, 400, 422)


@rule("operator-command-permitted")
def test_command_has_to_be_permitted(caller: Caller, settings: OperatorApi) -> None:
    """A command that is not permitted is refused, with a detail."""
    if not settings.unpermitted:
        not_testable("nobody is known who may not; give such members as unpermitted under [operator_api]")
    body = {**_command(settings), **settings.unpermitted}
    _expect_detail(caller.send(settings.command_route, body=body), settings, 403)


@rule("operator-upload-metadata")
def test_metadata_of_an_upload_has_to_be_json(caller: Caller, settings: OperatorApi) -> None:
    """An upload whose metadata is no JSON is refused, with a detail."""
    operator = str(settings.command_body.get("operator", "conformance"))
    fields = {"operator": operator, "metadata": "{broken"}
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body = f"{parts}--{BOUNDARY}--\r\n".encode()
    headers: dict[str, str | None] = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    _expect_detail(caller.send(settings.upload_route, body=body, headers=headers), settings, 400)


@rule("operator-rotation-on-demand")
def test_rotation_on_demand(caller: Caller, settings: OperatorApi, evidence: Evidence, profile: Profile) -> None:
    """A rotation on demand answers with the summary of its run, and writes to the ledger."""
    ledger = evidence.path("ledger") if "ledger" in evidence else None
    before = growth.count(ledger) if ledger and ledger.is_file() else 0
    exchange = caller.send(settings.rotation_route, body=b"")
    problems = problems_with(body_of(exchange), settings.summary_schema)
    expect(exchange).status(200).that(not problems, "a valid run summary", "; ".join(problems))
    if ledger and ledger.is_file():
        added = [str(body.get("connector_id")) for body in growth.bodies(ledger, before)]
        lacking = list(growth.grown(added, profile.receipts or Receipts()))
        expect(exchange).that(not lacking, "new lines in the ledger", "; ".join(lacking))
