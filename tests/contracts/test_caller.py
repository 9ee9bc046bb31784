"""Where requests to the routes of a profile go."""

import pytest

from conformance.checks.outcomes import NotTestable
from conformance.contracts import Caller, Profile
from conformance.wire.channel import Channel
from conformance.wire.http import HttpWire

ROUTES = {"main": "{parent}/{server}", "manager": "{manager_path}/dispatch", "plain": "{target}"}
VARIABLES = {"server": "content", "manager_path": "/emcp/{server}"}


@pytest.fixture
def caller() -> Caller:
    profile = Profile(name="own", routes=ROUTES, variables=VARIABLES)
    return Caller(profile, Channel(HttpWire(), "http://127.0.0.1:1/api/v1/mcp/content"))


def test_variables_may_name_variables(caller: Caller) -> None:
    assert caller.url("manager") == "http://127.0.0.1:1/emcp/content/dispatch"
    assert caller.url("manager", {"server": "news"}) == "http://127.0.0.1:1/emcp/news/dispatch"


def test_another_server_has_another_address(caller: Caller) -> None:
    caller.need_elsewhere("main", {}, {"server": "news"}, "rate_limit.other_server")
    with pytest.raises(NotTestable, match="the route plain is the same"):
        caller.need_elsewhere("plain", {}, {"server": "news"}, "rate_limit.other_server")
