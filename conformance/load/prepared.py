"""Finds out what the users of a run have to say: by discovery, by a trial, and by the profiles of the run."""

import argparse
import sys
from dataclasses import replace

import msgspec

from conformance import exit_codes
from conformance.contracts.caller import Caller
from conformance.contracts.profiles.model import Profile
from conformance.load.arguments import add_options
from conformance.load.contracts import identities, of_dispatch, of_handshake
from conformance.load.options import LoadOptions, configured
from conformance.load.preparing import of_raw, of_target
from conformance.load.trial import Trial, try_out
from conformance.load.workload import Workload
from conformance.plugin.contact import complain, discover_target, with_token
from conformance.plugin.run import contract_profiles
from conformance.protocol.revisions import REVISIONS
from conformance.target.config import RunConfig
from conformance.target.contact import open_channel
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import Surface
from conformance.target.secrets import secrets_of_headers
from conformance.wire.channel import Channel
from conformance.wire.http import HttpWire
from conformance.wire.redact import Redactor

OF_PROFILES = ("dispatch", "handshake")


def prepare(config: RunConfig, options: LoadOptions, redactor: Redactor) -> Workload:
    """`redactor` learns the credentials that are found on the way. Raises `ConfigError` or `TargetError`."""
    profiles = contract_profiles(config)
    config = with_token(config, profiles)
    for secret in config.secrets:
        redactor.learn(secret)
    scenario = options.plan.scenario
    if options.personas and not profiles:
        raise ConfigError("--persona: personas are described by a profile; name one with --profile")
    if scenario == "raw":
        return of_raw(config, options.body) if options.body else of_raw(config)
    with HttpWire(config.http) as wire:
        channel = replace(open_channel(config, wire), redactor=redactor)
        if scenario in OF_PROFILES:
            return _of_profile(config, options, channel, profiles)
        return _of_target(config, options, channel, profiles)


def _of_target(config: RunConfig, options: LoadOptions, channel: Channel, profiles: tuple[Profile, ...]) -> Workload:
    found = discover_target(config)
    surface = found.surfaces[max(found.surfaces, key=REVISIONS.index)]
    channel.url = found.url
    trial = _trial(config, options, channel, surface)
    made = of_target(config, found.url, surface, trial, options.plan.scenario)
    if not options.personas:
        return made
    shown = identities(profiles[0], options.personas, config.token)
    for secret in secrets_of_headers(tuple(pair for one in shown for pair in one.items())):
        channel.redactor.learn(secret)
    return msgspec.structs.replace(made, identities=shown)


def _trial(config: RunConfig, options: LoadOptions, channel: Channel, surface: Surface) -> Trial:
    """Only where tools are called or resources read."""
    if options.plan.scenario not in ("tool-caller", "agent-session"):
        return Trial()
    return try_out(config, channel, surface, options.tools)


def _of_profile(config: RunConfig, options: LoadOptions, channel: Channel, profiles: tuple[Profile, ...]) -> Workload:
    scenario = options.plan.scenario
    if not profiles:
        raise ConfigError(f"--scenario={scenario}: needs --profile, which describes it; see docs/profiles.md")
    if scenario == "dispatch":
        if not config.allow_writes:
            raise ConfigError("--scenario=dispatch: every dispatch is carried out; allow it with --allow-writes")
        revision = max(discover_target(config).surfaces, key=REVISIONS.index, default="") if profiles[0].mcp else ""
        return of_dispatch(config, Caller(profiles[0], channel, revision, config.token), options.personas)
    return of_handshake(config, Caller(profiles[0], channel, "", config.token), options.personas)


def main() -> int:
    """For a process that cannot discover by itself: the workload as JSON, on a pipe that nobody else reads."""
    parser = argparse.ArgumentParser(prog="python -m conformance.load.prepared")
    add_options(parser)
    try:
        options, config = configured(parser.parse_args())
        sys.stdout.buffer.write(msgspec.json.encode(prepare(config, options, Redactor())))
    except ConfigError as error:
        return complain(str(error), exit_codes.USAGE)
    except TargetError as error:
        return complain(str(error), exit_codes.UNREACHABLE)
    return exit_codes.OK


if __name__ == "__main__":
    sys.exit(main())
