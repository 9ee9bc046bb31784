"""A smoke command for an operator gateway, by the standard library alone: handshake, heartbeat, receipt, ledger.

`Habits` are its ways; the defaults keep every promise of a connector. `--fault NAME` takes on one of `FAULTS`.
"""

import argparse
import json
import math
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

CONTEXT = "stage-b-rehearsal"
CONNECTORS = ("operator_api", "operator_upload", "crown_handshake")
WINDOW_S = 48 * 3600
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Json = dict[str, Any]


class Failure(Exception):
    """The run cannot go on."""


@dataclass(frozen=True)
class Habits:
    """What the command does, and by its faults does not."""

    flags: tuple[str, ...] = ("1",)
    attempts: int = 3
    pause_s: float = 0.5
    timeout_s: float = 5
    interval_s: float = 30
    retried: Callable[[int], bool] = lambda status: status >= 500
    beats_first: bool = False
    sends_handshake_members: bool = True
    sends_beat: bool = True
    beat_members: Callable[[Json], Json] = lambda beat: beat
    heeds_skip: bool = True
    heeds_authenticated: bool = True
    heeds_contexts: bool = True
    heeds_session_id: bool = True
    needs_expiry: bool = True
    expiry_names: tuple[str, ...] = ("credential_expiry", "expires_at")
    normalises: bool = True
    takes_plain_contexts: bool = True
    takes_lists: bool = False
    sends_credential: bool = True
    credential_type: str = "bearer"
    heeds_overrides: bool = True
    logs: bool = True
    logs_credential: bool = False
    sorts_contexts: bool = True
    shows_credential_in_ledger: bool = False
    traces_credential: bool = False
    packs_online: bool = False


FAULTS: Mapping[str, tuple[str, Habits]] = {
    "incomplete-handshake": ("client-handshake-sent", Habits(sends_handshake_members=False)),
    "beat-before-handshake": ("client-handshake-first", Habits(beats_first=True)),
    "incomplete-beat": (
        "client-heartbeat-sent",
        Habits(beat_members=lambda beat: {name: value for name, value in beat.items() if name != "chakra"}),
    ),
    "other-event": ("client-heartbeat-sent", Habits(beat_members=lambda beat: {**beat, "event": "hello"})),
    "no-beat": ("client-heartbeat-sent", Habits(sends_beat=False)),
    "made-up-expiry": (
        "client-heartbeat-expiry",
        Habits(beat_members=lambda beat: {**beat, "credential_expiry": "2099-01-01T00:00:00Z"}),
    ),
    "old-beat": (
        "client-heartbeat-emitted-at",
        Habits(beat_members=lambda beat: {**beat, "emitted_at": "2020-01-01T00:00:00Z"}),
    ),
    "beat-despite-skip": ("client-heartbeat-skipped", Habits(heeds_skip=False)),
    "works-with-true": ("client-flag-exact", Habits(flags=("1", "true"))),
    "no-retry": ("client-retries-failures", Habits(retried=lambda status: False)),
    "hasty-retry": ("client-retries-failures", Habits(pause_s=0)),
    "endless-retry": ("client-gives-up", Habits(attempts=5)),
    "retry-of-refusals": ("client-refusal-not-retried", Habits(retried=lambda status: True)),
    "unauthenticated-accepted": ("client-unauthenticated-fails", Habits(heeds_authenticated=False)),
    "any-context": ("client-context-needed", Habits(heeds_contexts=False)),
    "no-id-accepted": ("client-session-id-needed", Habits(heeds_session_id=False)),
    "invented-expiry": ("client-expiry-needed", Habits(needs_expiry=False)),
    "expiry-as-it-came": ("client-expiry-normalised", Habits(normalises=False)),
    "one-name-of-expiry": ("client-other-expiry", Habits(expiry_names=("credential_expiry",))),
    "endless-patience": ("client-times-out", Habits(timeout_s=1000)),
    "contexts-as-objects-only": ("client-plain-contexts", Habits(takes_plain_contexts=False)),
    "list-accepted": ("client-object-needed", Habits(takes_lists=True)),
    "no-credential": ("client-credential-sent", Habits(sends_credential=False)),
    "basic-credential": ("client-credential-sent", Habits(credential_type="basic")),
    "credential-in-log": ("client-credential-secret", Habits(logs_credential=True)),
    "credential-in-ledger": ("client-credential-secret", Habits(shows_credential_in_ledger=True)),
    "credential-in-trace": ("client-credential-secret", Habits(traces_credential=True)),
    "overrides-ignored": ("client-rotation-overrides", Habits(heeds_overrides=False)),
    "nothing-logged": ("client-handshake-logged", Habits(logs=False)),
    "contexts-unsorted": ("client-handshake-logged", Habits(sorts_contexts=False)),
    "slow-beats": ("client-heartbeat-cadence", Habits(interval_s=90)),
    "packet-online": ("client-packet-offline", Habits(packs_online=True)),
}
"""By name: the rule that is broken, and the habits that break it."""


def main(arguments: Sequence[str], environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    options = _parser().parse_args(arguments)
    run = _Run(FAULTS[options.fault][1] if options.fault else Habits(), environ, stderr)
    try:
        document = run.packet() if options.packet else run.smoke(options.skip_heartbeat, options.loop)
    except Failure as failure:
        print(f"smoke failed: {failure}", file=stderr)
        return 1
    print(json.dumps(document), file=stdout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the receipt as JSON, as it always does")
    parser.add_argument("--skip-heartbeat", action="store_true")
    parser.add_argument("--loop", type=int, default=1, help="how many heartbeats to send")
    parser.add_argument("--packet", action="store_true", help="make a rehearsal packet; nothing is sent")
    parser.add_argument("--fault", choices=sorted(FAULTS))
    return parser


class _Run:
    """`SMOKE_SCALE` in the environment makes pauses and time-outs shorter."""

    def __init__(self, habits: Habits, environ: Mapping[str, str], stderr: TextIO) -> None:
        self.habits = habits
        self._environ = environ
        self._stderr = stderr
        self._scale = float(environ.get("SMOKE_SCALE", "1"))
        self._timeout_s = float(environ.get("SMOKE_TIMEOUT", "0")) or habits.timeout_s * self._scale
        if habits.timeout_s != Habits.timeout_s:
            self._timeout_s = habits.timeout_s

    def smoke(self, skip: bool, beats: int) -> Json:
        if self._environ.get("ABZU_USE_MCP") not in self.habits.flags:
            raise Failure("ABZU_USE_MCP has to be 1")
        if self.habits.beats_first and not skip:
            self._beat(_stamp(time.time() + WINDOW_S), 0)
        answer = self._shake()
        contexts = self._checked(answer)
        self._log(answer, contexts)
        receipt = self._receipt(answer, contexts)
        if self.habits.sends_beat and not (skip and self.habits.heeds_skip):
            receipt["heartbeat"] = self._beats(answer, beats)
        self._write_ledger()
        return receipt

    def packet(self) -> Json:
        """By a mock: the answer is made up here."""
        if self.habits.packs_online:
            self._post("/handshake", self._request())
        connectors = {name: self._mocked(name) for name in CONNECTORS}
        return {"generated_at": _stamp(time.time()), "stage": "B", "context": CONTEXT, "connectors": connectors}

    def _mocked(self, name: str) -> Json:
        request = self._request()
        request["rotation"].pop("credentials", None)
        request["identity"]["connector_id"] = name
        expiry = _stamp(time.time() + WINDOW_S)
        response = {
            "authenticated": True,
            "session": {"id": f"mock-{name}", "credential_expiry": expiry},
            "accepted_contexts": [{"name": CONTEXT, "status": "accepted"}],
        }
        return {
            "connector_id": name,
            "module": f"connectors.{name}",
            "handshake_request": request,
            "handshake_response": response,
            "heartbeat_payload": self._beat_body(expiry, 0),
            "doctrine_ok": True,
            "doctrine_failures": [],
        }

    def _request(self) -> Json:
        identity = {"connector_id": CONNECTORS[0], "version": "0.1.0", "instance": "local"}
        if not self.habits.sends_handshake_members:
            del identity["version"]
        names = ["handshake", "heartbeat", "command"]
        context = {"name": CONTEXT, "channels": names, "capabilities": ["register", "telemetry"]}
        return {"identity": identity, "supported_contexts": [context], "rotation": self._rotation()}

    def _rotation(self) -> Json:
        known = self._environ if self.habits.heeds_overrides else {}
        rotation: Json = {
            "last_rotated": known.get("MCP_LAST_ROTATED", _stamp(time.time())),
            "rotation_window": known.get("MCP_ROTATION_WINDOW", "PT48H"),
            "supports_hot_swap": known.get("MCP_SUPPORTS_HOT_SWAP", "1").lower() in ("1", "true", "yes", "on"),
            "token_hint": known.get("MCP_ROTATION_HINT", "operator"),
        }
        token = self._environ.get("MCP_CONNECTOR_TOKEN", "")
        if self.habits.traces_credential:
            rotation["traced_as"] = f"bearer {token}"
        if self.habits.sends_credential:
            rotation["credentials"] = {"type": self.habits.credential_type, "token": token}
        return rotation

    def _shake(self) -> Json:
        failure = Failure("no attempt was made")
        for attempt in range(self.habits.attempts):
            if attempt:
                time.sleep(self.habits.pause_s * self._scale * 2 ** (attempt - 1))
            try:
                return self._attempt()
            except Failure as one:
                failure = one
                if not isinstance(one, _Retriable):
                    raise
        raise failure

    def _attempt(self) -> Json:
        status, answer = self._post("/handshake", self._request())
        if status >= 400:
            kind = _Retriable if self.habits.retried(status) else Failure
            raise kind(f"the gateway answered {status}")
        if isinstance(answer, list) and self.habits.takes_lists:
            answer = answer[0]
        if not isinstance(answer, dict):
            raise Failure("the answer is no object")
        if self.habits.heeds_authenticated and not answer.get("authenticated"):
            raise _Retriable("the session is not authenticated")
        return answer

    def _checked(self, answer: Json) -> list[str]:
        """The names of the accepted contexts."""
        listed = answer.get("accepted_contexts") or []
        if not self.habits.takes_plain_contexts and any(isinstance(one, str) for one in listed):
            raise Failure("contexts have to be objects")
        named = [{"name": one} if isinstance(one, str) else one for one in listed]
        rejected = ("rejected", "deny")
        names = [str(one.get("name")) for one in named if str(one.get("status", "")).lower() not in rejected]
        if self.habits.heeds_contexts and CONTEXT not in names:
            raise Failure(f"{CONTEXT} is not accepted")
        if self.habits.heeds_session_id and not (answer.get("session") or {}).get("id"):
            raise Failure("the session has no id")
        return sorted(names) if self.habits.sorts_contexts else sorted(names, reverse=True)

    def _log(self, answer: Json, contexts: list[str]) -> None:
        session = answer.get("session") or {}
        record: Json = {"level": "INFO", "event": "mcp.handshake", "stage": "B", "session_id": session.get("id")}
        record["accepted_contexts"] = contexts
        if self.habits.logs_credential:
            record["rotation"] = self._rotation()
        if self.habits.logs:
            print(json.dumps(record), file=self._stderr)

    def _beats(self, answer: Json, beats: int) -> Json:
        expiry = self._expiry(answer.get("session") or {})
        for cycle in range(beats):
            if cycle:
                time.sleep(self.habits.interval_s * self._scale)
            self._beat(expiry, cycle)
        return {"payload": {"event": "stage-b-smoke"}, "credential_expiry": expiry}

    def _expiry(self, session: Json) -> str:
        text = next((session[name] for name in self.habits.expiry_names if session.get(name)), None)
        if text is None and self.habits.needs_expiry:
            raise Failure("the session has no expiry")
        if text is None:
            return _stamp(time.time() + WINDOW_S)
        return str(text) if not self.habits.normalises else _stamp(datetime.fromisoformat(str(text)).timestamp())

    def _beat(self, expiry: str, cycle: int) -> None:
        status, _ = self._post("/heartbeat", self.habits.beat_members(self._beat_body(expiry, cycle)))
        if status >= 300:
            raise Failure(f"the heartbeat was answered with {status}")

    def _beat_body(self, expiry: str, cycle: int) -> Json:
        return {
            "chakra": "operator",
            "cycle_count": cycle,
            "context": CONTEXT,
            "credential_expiry": expiry,
            "emitted_at": _stamp(time.time()),
            "event": "stage-b-smoke",
        }

    def _receipt(self, answer: Json, contexts: list[str]) -> Json:
        session = answer.get("session") or {}
        return {
            "stage": "B",
            "targets": list(CONNECTORS),
            "services": {
                "operator_api": {"session": session, "accepted_contexts": contexts},
                "operator_upload": {"session_reused": True, "notes": []},
                "crown_handshake": {"version": "0.1.0", "module": "connectors.crown_handshake"},
            },
            "handshake": answer,
            "doctrine_ok": True,
            "doctrine_failures": [],
        }

    def _write_ledger(self) -> None:
        path = self._environ.get("SMOKE_LEDGER")
        if not path:
            return
        line: Json = {"rotated_at": _stamp(time.time()), "window_hours": 48}
        if self.habits.shows_credential_in_ledger:
            line["traces"] = {"rest": {"request": self._request()}}
        with open(path, "a", encoding="utf-8") as ledger:
            for connector in CONNECTORS:
                ledger.write(json.dumps({"connector_id": connector, **line}) + "\n")

    def _post(self, path: str, body: Json) -> tuple[int, Any]:
        url = self._environ.get("MCP_GATEWAY_URL", "http://localhost:8001") + path
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        try:
            with _DIRECT.open(request, timeout=self._timeout_s) as answer:
                data = answer.read()
                return answer.status, json.loads(data) if data else None
        except urllib.error.HTTPError as error:
            error.close()
            return error.code, None
        except (OSError, ValueError) as error:
            raise _Retriable(f"the gateway did not answer: {type(error).__name__}") from error


class _Retriable(Failure):
    """Worth another attempt."""


def _stamp(seconds: float) -> str:
    return f"{datetime.fromtimestamp(math.floor(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdout, sys.stderr))
