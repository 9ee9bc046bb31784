"""First contact, before the session starts: what is wrong with the configuration or the target is one line."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance import exit_codes
from conformance.plugin.options import flags
from conformance.plugin.run import RUN, Run, applied_baseline, contract_profiles
from conformance.report.text import printable
from conformance.requirements import load
from conformance.target.config import RunConfig, load_config
from conformance.target.discovery import discover, open_channel
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import TargetProfile
from conformance.wire.channel import TargetLost
from conformance.wire.http import HttpWire, UnusableSettings
from conformance.wire.pacing import BudgetExhausted
from conformance.wire.redact import Redactor

if TYPE_CHECKING:
    from conformance.contracts.profiles import Profile


def first_contact(config: pytest.Config) -> int | None:
    """Read the configuration, discover the target, and keep both for the session; else an exit code."""
    try:
        _check_selection(config)
        given = flags(config)
        run_config = load_config(
            given, default_url=lambda: config.hook.pytest_conformance_default_target(config=config)
        )
        profiles = contract_profiles(run_config)
        run_config = with_token(run_config, profiles)
        speaks_mcp = run_config.url and (not profiles or any(profile.mcp for profile in profiles))
        profile = discover_target(run_config) if speaks_mcp else TargetProfile(run_config.url)
        config.stash[RUN] = Run(run_config, profile, profiles, applied_baseline(run_config, profile))
    except ConfigError as error:
        return complain(str(error), exit_codes.USAGE)
    except TargetError as error:
        return complain(str(error), exit_codes.UNREACHABLE)
    except KeyboardInterrupt:
        return complain("interrupted", exit_codes.INTERRUPTED)
    except Exception as error:
        if config.option.fulltrace:
            raise
        return complain(f"internal error: {type(error).__name__} (--full-trace shows where)", exit_codes.HARNESS)
    return None


def with_token(config: RunConfig, profiles: tuple["Profile", ...]) -> RunConfig:
    """The credential of the run; without one, that of the persona `valid` of the first profile that has it."""
    if config.token is not None or not profiles:
        return config
    from conformance.contracts.personas import own_token

    found = next((token for profile in profiles if (token := own_token(profile))), None)
    return replace(config, token=found)


def discover_target(config: RunConfig) -> TargetProfile:
    """The profile of the target. Raises `ConfigError` or `TargetError`, whose words hold no secret."""
    redact = config.redactor.text
    try:
        with HttpWire(config.http) as wire:
            return discover(config, open_channel(config, wire))
    except UnusableSettings as error:
        raise ConfigError(redact(f"--ca-bundle, --client-cert, --client-key or --proxy: {error}")) from None
    except (ConfigError, TargetError) as error:
        raise type(error)(redact(str(error))) from None
    except BudgetExhausted as error:
        raise ConfigError(f"{error} before the target was discovered; allow more requests") from None
    except TargetLost as error:
        raise TargetError(redact(f"{config.url}: {error}")) from None


def complain(message: str, code: int) -> int:
    """One line for people. What looks like a credential is masked, as the redactor of a run is not there yet."""
    print("mcp-conformance: " + printable(" ".join(Redactor().text(message).split())), file=sys.stderr)
    return code


def _check_selection(config: pytest.Config) -> None:
    rules = load()
    _known("--requirement", config.getoption("requirements"), set(rules), _names_in_contracts)
    _known("--area", config.getoption("areas"), {rule.area for rule in rules.values()}, _contracts)


def _names_in_contracts() -> set[str]:
    from conformance.contracts.rules import load as load_contract_rules

    return {name for rule in load_contract_rules().values() for name in (rule.id, *rule.clauses)}


def _contracts() -> set[str]:
    from conformance.contracts.rules import load as load_contract_rules

    return {rule.contract for rule in load_contract_rules().values()}


def _known(flag: str, given: list[str] | None, known: set[str], more: Callable[[], set[str]]) -> None:
    """`more` are names that cost time to look up."""
    for one in set(given or ()) - known:
        if one not in (others := more()):
            raise ConfigError(f"{flag}: no such name {one!r}; {did_you_mean(one, known | others)}")


def did_you_mean(name: str, known: Any) -> str:
    import difflib

    near = difflib.get_close_matches(name, sorted(known), n=3)
    return f"did you mean {', '.join(near)}?" if near else "`mcp-conformance explain` lists them all"
