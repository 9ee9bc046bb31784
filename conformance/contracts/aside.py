"""Requests to what stands beside the target: its metrics, its Prometheus, its dashboards."""

from dataclasses import replace

from conformance.contracts.caller import Caller


def aside(caller: Caller) -> Caller:
    """A caller whose failures are not counted: one that cannot be reached does not mean that the target is lost."""
    return replace(caller, channel=caller.channel.with_headers({}))
