"""What the gateway that the harness plays answers: one script for each situation that a connector has to master."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from conformance.contracts.client.fake import Answer, Script
from conformance.contracts.client.settings import Client
from conformance.contracts.handshake.bodies import filled
from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.paths import with_path
from conformance.contracts.times import iso

SESSION: Final = "conformance-session"
SESSION_LASTS_S: Final = 36 * 3600
"""Not as long as an override of the expiry, so that one is told from the other."""
OTHER_CONTEXT: Final = "stage-c-prep"

Json = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """What scripts are made of. `expires` is that of the session, in whole seconds since 1970; `scale` is that of the
    clock."""

    client: Client
    handshake: Handshake
    scale: float = 1.0
    expires: int = 0

    @classmethod
    def now(cls, client: Client, handshake: Handshake, scale: float) -> "Stage":
        return cls(client, handshake, scale, int(time.time()) + SESSION_LASTS_S)

    @property
    def acknowledgement(self) -> Json:
        """As gateways give it; the contexts are not in order."""
        paths, document = self.handshake, filled(self.client.acknowledgement, {"now": iso(int(time.time()))})
        contexts = [self.context(OTHER_CONTEXT), self.context(paths.context)]
        values = {
            paths.authenticated: True,
            paths.session_id: SESSION,
            paths.expiry[0]: iso(self.expires),
            paths.accepted_contexts: contexts,
        }
        for path, value in values.items():
            document = with_path(document, path, value) if path else document
        return document  # type: ignore[no-any-return]

    def context(self, name: str, status: str = "accepted") -> Json:
        return {self.handshake.context_name: name, self.handshake.context_status: status}

    def changed(self, changes: Mapping[str, Any]) -> Answer:
        document = self.acknowledgement
        for path, value in changes.items():
            document = with_path(document, path, value)
        return Answer(200, document)


Handshakes = Callable[[Stage], tuple[Answer, ...]]


def script(name: str, stage: Stage) -> Script:
    """The answers of a scenario by path."""
    beats = (Answer(202, {"status": "accepted"}),)
    return {stage.client.handshake_path: SCENARIOS[name](stage), stage.client.heartbeat_path: beats}


def _ok(stage: Stage) -> tuple[Answer, ...]:
    return (stage.changed({}),)


def _status(status: int) -> Handshakes:
    return lambda stage: (Answer(status, {"detail": "refused by the harness"}),)


def _set(path: Callable[[Handshake], str], value: Any) -> Handshakes:
    return lambda stage: (stage.changed({path(stage.handshake): value}),)


def _failing_twice(stage: Stage) -> tuple[Answer, ...]:
    failure = Answer(500, {"detail": "failed by the harness"})
    return (failure, failure, stage.changed({}))


def _without_context(stage: Stage) -> tuple[Answer, ...]:
    return (stage.changed({stage.handshake.accepted_contexts: [stage.context(OTHER_CONTEXT)]}),)


def _rejected_context(stage: Stage) -> tuple[Answer, ...]:
    rejected = stage.context(stage.handshake.context, "Rejected")
    return (stage.changed({stage.handshake.accepted_contexts: [rejected]}),)


def _plain_contexts(stage: Stage) -> tuple[Answer, ...]:
    return (stage.changed({stage.handshake.accepted_contexts: [OTHER_CONTEXT, stage.handshake.context]}),)


def _offset_expiry(stage: Stage) -> tuple[Answer, ...]:
    """The same instant two hours east, with microseconds."""
    there = datetime.fromtimestamp(stage.expires, UTC) + timedelta(microseconds=250_000)
    text = there.astimezone(timezone(timedelta(hours=2))).isoformat(timespec="microseconds")
    return (stage.changed({stage.handshake.expiry[0]: text}),)


def _other_expiry(stage: Stage) -> tuple[Answer, ...]:
    first, *others = stage.handshake.expiry
    moved = {first: None, others[0]: iso(stage.expires)} if others else {}
    return (stage.changed(moved),)


def _slow(stage: Stage) -> tuple[Answer, ...]:
    """Four times as long as connectors wait."""
    return (Answer(200, stage.acknowledgement, 4 * stage.client.max_answer_s * stage.scale),)


SCENARIOS: Final[Mapping[str, Handshakes]] = {
    "ok": _ok,
    "failing-twice": _failing_twice,
    "failing": _status(500),
    "unauthorised": _status(401),
    "invalid": _status(422),
    "unauthenticated": _set(lambda paths: paths.authenticated, False),
    "no-context": _without_context,
    "rejected-context": _rejected_context,
    "plain-contexts": _plain_contexts,
    "no-session-id": _set(lambda paths: paths.session_id, None),
    "no-expiry": _set(lambda paths: paths.expiry[0], None),
    "offset-expiry": _offset_expiry,
    "other-expiry": _other_expiry,
    "slow": _slow,
    "list": lambda stage: (Answer(200, [stage.acknowledgement]),),
}
