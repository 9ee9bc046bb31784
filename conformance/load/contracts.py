"""Prepares what a profile describes: dispatch under idempotency keys, an operator's connectors, users as personas."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from conformance.checks.outcomes import NotTestable
from conformance.contracts import personas
from conformance.contracts.caller import Caller
from conformance.contracts.handshake.gateway import Gateway
from conformance.contracts.idempotency.asking import Asker, Sent
from conformance.contracts.profiles.model import Profile
from conformance.load.engine.template import KEY_SLOT
from conformance.load.preparing import bare
from conformance.load.workload import Connector, Prepared, Workload
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError


def of_dispatch(config: RunConfig, caller: Caller, names: Sequence[str]) -> Workload:
    """Each user dispatches as one of the personas. Raises `ConfigError` when the profile does not describe how."""
    settings = caller.profile.idempotency
    if settings is None:
        raise ConfigError(f"--scenario=dispatch: the profile {caller.profile.name} has no section [idempotency]")
    asker = Asker(caller, settings, settings.request)
    try:
        options = asker.options(Sent(KEY_SLOT))
        url = caller.url(asker.request.route, asker.request.variables)
        made = [
            _prepared(caller, "dispatch", url, options["body"], name, options["headers"], options["method"])
            for name in names or (asker.request.persona,)
        ]
    except NotTestable as reason:
        raise ConfigError(f"--scenario=dispatch: {reason}") from None
    again = [replace(one, name="dispatch again") for one in made]
    return replace(bare(config, "dispatch"), requests={"dispatch": tuple(made), "replay": tuple(again)})


def of_handshake(config: RunConfig, caller: Caller, names: Sequence[str]) -> Workload:
    """Each user is a connector of the gateway. Raises `ConfigError` when the profile does not describe it."""
    gateway, persona = Gateway(caller), names[0] if names else personas.VALID
    try:
        settings, beating = gateway.settings, gateway.beating
        requests = {
            "handshake": (_post(caller, "handshake", settings.route, gateway.body(persona=persona), persona),),
            "heartbeat": (_post(caller, "heartbeat", beating.route, beating.body, persona),),
        }
    except NotTestable as reason:
        raise ConfigError(f"--scenario=handshake: {reason}") from None
    variables = {name: str(value) for name, value in caller.profile.variables.items()}
    connector = Connector(expiry=settings.expiry, variables=variables)
    return replace(bare(config, "handshake"), requests=requests, connector=connector)


def identities(profile: Profile, names: Sequence[str], token: str | None) -> tuple[dict[str, str], ...]:
    """The headers of each persona. Raises `ConfigError` when one has no credential."""
    try:
        shown = [personas.headers_of(name, profile, personas.token_of(name, profile, token)) for name in names]
    except NotTestable as reason:
        raise ConfigError(f"--persona: {reason}") from None
    return tuple({name.lower(): value for name, value in one.items() if value is not None} for one in shown)


def _post(caller: Caller, name: str, route: str, body: Any, persona: str) -> Prepared:
    """A request of a connector: its credential goes where the profile says, and nowhere else."""
    return _prepared(caller, name, caller.url(route), body, persona, {"content-type": "application/json"}, "POST")


def _prepared(
    caller: Caller, name: str, url: str, body: Any, persona: str, headers: dict[str, Any], verb: str
) -> Prepared:
    shown, data = caller.dressed(verb, body, headers, persona)
    kept = {name: str(value) for name, value in shown.items() if value is not None}
    return Prepared(name=name, verb=verb, url=url, headers=kept, body=data.decode(), answer="success")
