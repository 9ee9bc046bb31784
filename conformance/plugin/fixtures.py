"""Fixtures for suites, ours and the users'."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from conformance.checks.outcomes import NotApplicable, not_testable
from conformance.plugin.run import RUN, Run
from conformance.protocol.legacy import Handshake, handshake
from conformance.protocol.peer import Peer
from conformance.target.arguments import Arguments
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import Filled, advice, fill
from conformance.wire.channel import Channel

if TYPE_CHECKING:
    from conformance.contracts import Caller, Evidence, Profile


@pytest.fixture(scope="session")
def conformance_run(pytestconfig: pytest.Config) -> Run:
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def run_config(conformance_run: Run) -> RunConfig:
    """The configuration of the run."""
    return conformance_run.config


@pytest.fixture(scope="session")
def target(conformance_run: Run) -> TargetProfile:
    """What discovery found out about the target."""
    return conformance_run.profile


@pytest.fixture(scope="session")
def channel(conformance_run: Run) -> Channel:
    """The bare channel to the endpoint: no session, no metadata."""
    assert conformance_run.channel is not None
    return conformance_run.channel


@pytest.fixture
def surface(target: TargetProfile, revision: str) -> Surface:
    """What the target shows under the revision of the test."""
    return target.surfaces[revision]


@pytest.fixture
def peer(conformance_run: Run, revision: str) -> Iterator[Peer]:
    """A conversation under the revision of the test, shared by tests that leave it as they found it."""
    shared = conformance_run.peer(revision)
    before = len(shared.channel.record)
    yield shared
    if any(one.exchange.status == 404 and not one.context.probe for one in shared.channel.record[before:]):
        conformance_run.forget(shared)


@pytest.fixture
def new_peer(conformance_run: Run, revision: str) -> Iterator[Callable[..., Peer]]:
    """Opens conversations of their own; all are closed after the test.

    Keyword arguments: `capabilities` of the client, and in the legacy era `handlers` (method -> result function).
    """
    with ExitStack() as opened:

        def open_one(**options: Any) -> Peer:
            fresh = conformance_run.new_peer(revision, **options)
            opened.callback(fresh.close)
            return fresh

        yield open_one


@pytest.fixture
def shake_hands(channel: Channel, revision: str) -> Iterator[Callable[..., Handshake]]:
    """Does legacy handshakes, for tests about the handshake itself; the sessions are ended after the test."""
    with ExitStack() as opened:

        def shake(version: str = revision, **options: Any) -> Handshake:
            done = handshake(channel, version, **options)
            opened.callback(done.peer.close)
            return done

        yield shake


@pytest.fixture
def caller(conformance_run: Run, profile: "Profile") -> "Caller":
    """Sends to the routes of the profile of the test."""
    from conformance.contracts import Caller

    assert conformance_run.channel is not None
    revisions = conformance_run.profile.revisions
    return Caller(
        profile, conformance_run.channel, revisions[-1] if revisions else "", conformance_run.config.token
    )


@pytest.fixture
def record_form(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says with the verdict which of the accepted forms was seen. pytest's own `record_property` would warn about the
    family of JUnit files, whatever the reports of the run."""
    return lambda form: request.node.user_properties.append(("form", form))


@pytest.fixture(scope="session")
def evidence(run_config: RunConfig) -> "Evidence":
    """The artifacts that the run was given."""
    from conformance.contracts import Evidence

    return Evidence(run_config.evidence)


@pytest.fixture
def role(surface: Surface, run_config: RunConfig) -> Callable[[str], Filled]:
    """Who plays a role (see conformance/target/roles.py); not testable when nobody does."""

    def played_by(key: str) -> Filled:
        filled = fill(key, surface, run_config)
        return filled or not_testable(advice(key))

    return played_by


@pytest.fixture
def arguments(called_tool: tuple[dict[str, Any], Arguments] | None) -> dict[str, Any]:
    """Arguments that the called tool's own schema allows."""
    assert called_tool is not None
    made = called_tool[1]
    if made.value is None:
        name = called_tool[0].get("name")
        raise not_testable(f"no arguments could be made for {name}: {made.reason}; give them under [arguments]")
    return made.value


@pytest.fixture(autouse=True)
def _conformance_conditions(request: pytest.FixtureRequest) -> None:
    """Markers that decide whether the rule applies here at all."""
    for reason in request.node.iter_markers("conformance_not_applicable"):
        raise NotApplicable(reason.args[0])
    for reason in request.node.iter_markers("conformance_not_testable"):
        not_testable(reason.args[0])
    noisy = request.node.get_closest_marker("noisy")
    allowed = noisy and noisy.kwargs.get("allowed", False)
    if noisy and not allowed and RUN in request.config.stash and not request.config.stash[RUN].config.allow_noisy:
        not_testable("sends a burst or waits long; allow it with --allow-noisy")
