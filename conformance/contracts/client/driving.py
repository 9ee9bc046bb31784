"""Runs the command of a profile in a scenario, and keeps what was seen."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.checks.outcomes import Blocked, not_testable
from conformance.contracts.client.fake import Arrival, serving
from conformance.contracts.client.process import Finished, Launch, launch
from conformance.contracts.client.scenarios import Stage, script
from conformance.contracts.client.settings import Client
from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.heartbeat.settings import Heartbeat
from conformance.contracts.profiles.model import Profile
from conformance.report.text import printable
from conformance.wire.exchange import NotJson, parse_json
from conformance.wire.redact import Redactor

SENT = "client-handshake-sent"
_TOLD = 300


@dataclass(frozen=True)
class Seen:
    """One run of the command: what arrived at the gateway, and how the command ended."""

    stage: Stage
    arrivals: tuple[Arrival, ...]
    finished: Finished
    token: str = field(repr=False)

    @property
    def handshakes(self) -> list[Arrival]:
        return self._posts(self.stage.client.handshake_path)

    @property
    def heartbeats(self) -> list[Arrival]:
        return self._posts(self.stage.client.heartbeat_path)

    def _posts(self, path: str) -> list[Arrival]:
        return [one for one in self.arrivals if one.path == path and one.method == "POST"]

    @property
    def beats_after_handshake(self) -> list[Arrival]:
        """Heartbeats that followed the last handshake."""
        last = max((one.at for one in self.handshakes), default=float("-inf"))
        return [one for one in self.heartbeats if one.at >= last]

    @cached_property
    def receipt(self) -> dict[str, Any] | None:
        """The JSON object that the command printed, by itself or after lines of text."""
        text = self.finished.stdout.decode("utf-8", "replace")
        for start in (0, text.find("\n{") + 1):
            try:
                document = parse_json(text[start:])
            except NotJson:
                continue
            return document if isinstance(document, dict) else None
        return None

    @property
    def failed(self) -> bool:
        """Ended by itself with another exit code than 0. A process that had to be ended has not failed."""
        return self.finished.code not in (None, 0)

    @property
    def told(self) -> str:
        """How the command ended, for a sentence, without secrets."""
        how = self.finished.failure or f"exit code {self.finished.code}"
        sent = f"{len(self.handshakes)} handshakes, {len(self.heartbeats)} heartbeats"
        last = self.finished.stderr.decode("utf-8", "replace").strip()[-_TOLD:]
        said = printable(Redactor([self.token]).text(last))
        return f"{how}; {sent}" + (f"; stderr ends in {said!r}" if said else "")


@dataclass
class Driver:
    """`environ` is that of the harness; runs are kept, so that many rules can look at the same one."""

    profile: Profile
    launch: Launch = launch
    announce: Callable[[float, str], None] = lambda seconds, why: None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _seen: dict[tuple[str, ...], Seen] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        client = self.profile.client
        return client or not_testable(f"the profile {self.profile.name} has no section [client]")

    @property
    def handshake(self) -> Handshake:
        return self.profile.handshake or Handshake()

    @property
    def beating(self) -> Heartbeat:
        return self.profile.heartbeat or Heartbeat()

    def run(self, scenario: str = "ok", *, flag: str | None = None, skip: bool = False) -> Seen:
        """The smoke command in a scenario; `flag` is the value of the switch, `skip` adds the option to skip beats."""
        client = self.client
        if not client.command:
            not_testable("no command to judge; name it under [client], such as command = 'python smoke.py --json'")
        option = f" {client.skip_option}" if skip and client.skip_option else ""
        if skip and not option:
            not_testable("no option skips heartbeats; name it under [client] as skip_option")
        return self._once(client.command + option, scenario, client.flag_on if flag is None else flag)

    def healthy(self) -> Seen:
        """A run in which nothing goes wrong; without a handshake there is nothing that other rules could judge."""
        seen = self.run()
        if not seen.handshakes:
            raise Blocked("the command sends no handshake", by=SENT)
        return seen

    def in_trouble(self, scenario: str) -> Seen:
        """A run in a scenario that goes wrong, of a command that does well otherwise."""
        self.healthy()
        if scenario == "slow":
            client = self.client
            self.announce(self.profile.seconds(client.attempts * client.max_answer_s), "the command to give up waiting")
        return self.run(scenario)

    def packet(self) -> Seen:
        command = self.client.packet_command
        if not command:
            not_testable("no command makes a packet; name it under [client] as packet_command")
        return self._once(command, "ok", self.client.flag_on)

    def loop(self, beats: int) -> Seen:
        """The command that goes on, until so many heartbeats have arrived or twice their time is over."""
        client = self.client
        if not client.loop_command:
            not_testable("no command goes on sending heartbeats; name it under [client] as loop_command")
        self.announce(self.profile.seconds(beats * client.interval_s), f"{beats} heartbeats of the command")
        patience = self.profile.seconds((beats + 1) * client.interval_s * 2) + self.profile.seconds(client.timeout_s)
        return self._once(client.loop_command, "ok", client.flag_on, timeout_s=patience, beats=beats)

    def _once(
        self, command: str, scenario: str, flag: str, *, timeout_s: float | None = None, beats: int | None = None
    ) -> Seen:
        key = (command, scenario, flag)
        if key not in self._seen:
            self._seen[key] = self._run(command, scenario, flag, timeout_s or self.client.timeout_s, beats)
        return self._seen[key]

    def _run(self, command: str, scenario: str, flag: str, timeout_s: float, beats: int | None) -> Seen:
        stage = Stage.now(self.client, self.handshake, self.profile.clock.scale)
        token = f"canary-{secrets.token_hex(12)}"
        with serving(script(scenario, stage)) as (url, gateway):

            def enough() -> bool:
                path = self.client.heartbeat_path
                return beats is not None and sum(one.path == path for one in gateway.arrivals) >= beats

            env = self._env(url, flag, token)
            finished = self.launch(command.replace("{url}", url), self._directory(), env, timeout_s, enough)
            if finished.failure.startswith("could not"):
                not_testable(f"the command {finished.failure}")
            return Seen(stage, gateway.arrivals, finished, token)

    def _directory(self) -> str:
        return str(Path(self.client.cwd).expanduser()) if self.client.cwd else ""

    def _env(self, url: str, flag: str, token: str) -> dict[str, str]:
        client = self.client
        env = {name: value for name, value in self.environ.items() if name not in client.unset}
        env |= client.env
        env |= {client.url_variable: url, client.flag_variable: flag}
        if flag == "":
            del env[client.flag_variable]
        env |= dict.fromkeys(client.token_variables, token)
        for path, names in client.rotation_variables.items():
            if path in client.rotation_values:
                env |= dict.fromkeys(names, _text(client.rotation_values[path]))
        past_proxies = ",".join(filter(None, [env.get("NO_PROXY", env.get("no_proxy", "")), "127.0.0.1,localhost"]))
        return {**env, "NO_PROXY": past_proxies, "no_proxy": past_proxies}

    def files(self) -> list[Path]:
        """Those in which the credential of a run must not stand."""
        root = Path(self._directory() or ".")
        found = [path for pattern in self.client.files for path in root.glob(pattern)]
        return [path for path in found if path.is_file()]


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
