"""Drives a generator: starts its processes, gives it programmes, takes in what it hands in."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import IO, Any

import msgspec

from conformance.load.generator.talk import (
    Done,
    Failed,
    Finished,
    Job,
    Listening,
    News,
    Programme,
    Progress,
    Ready,
    Stop,
)
from conformance.load.plan import PhasePlan
from conformance.target.errors import TargetError

START_S = 60.0
SLACK_S = 30.0
END_S = 15.0
LAST_WORDS = 2_000

OnProgress = Callable[[Progress], None]

_news = msgspec.json.Decoder(News).decode
_encode = msgspec.json.Encoder().encode


class GeneratorLost(TargetError):
    """A process of the generator ended, or said nothing for too long."""


@dataclass(slots=True)
class Played:
    """What became of a programme: its phases as far as they were handed in. `lost` are workers that left."""

    phases: list[Done] = field(default_factory=list)
    lost: int = 0
    interrupted: bool = False


class Generator:
    """One process, or a master with `workers` of its own beside those that come from elsewhere. A context manager."""

    def __init__(self, job: Job, workers: int = 0, on_progress: OnProgress = lambda progress: None) -> None:
        self._job = job
        self._workers = workers
        self._on_progress = on_progress
        self._numbers = 0
        self._processes: list[_Process] = []
        self.interrupted = False
        self.ready = Ready(users=0, workers=0, engine="")

    def __enter__(self) -> "Generator":
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Tell each process to stop, and end those that do not."""
        for process in self._processes:
            process.tell(Stop())
        deadline = monotonic() + END_S
        for process in self._processes:
            process.end(max(0.1, deadline - monotonic()))

    def follow(self) -> bool:
        """Be a worker until the master lets go; whether it was Ctrl-C that ended it. Raises `GeneratorLost`."""
        self._processes.append(_Process(self._job))
        try:
            return self._processes[0].wait_for_end()
        finally:
            self.close()

    def play(self, phases: Sequence[PhasePlan], timeout: float) -> Played:
        """Run the phases; `timeout` is that of a request. After Ctrl-C, what was done until then.

        Raises `GeneratorLost`.
        """
        self._numbers += 1
        played = Played()
        self._processes[0].tell(Programme(number=self._numbers, phases=tuple(phases)))
        deadline = monotonic() + sum(phase.seconds or 0.0 for phase in phases) + timeout + SLACK_S
        found: dict[int, Done] = {}
        while True:
            try:
                news = self._hear(deadline)
            except KeyboardInterrupt:
                if self.interrupted:
                    raise
                self.interrupted = True
                deadline = monotonic() + timeout + SLACK_S
                self._processes[0].tell(Stop())
                continue
            if isinstance(news, Done) and news.programme == self._numbers:
                found[news.number] = news
            elif isinstance(news, Progress):
                self._on_progress(news)
            elif isinstance(news, Finished) and news.programme == self._numbers:
                played.lost = news.lost
                break
        played.phases = [found[number] for number in sorted(found)]
        played.interrupted = self.interrupted
        return played

    def _start(self) -> None:
        self._processes.append(_Process(self._job))
        if self._job.role == "master":
            port = self._await(Listening).port
            worker = msgspec.structs.replace(self._job, role="worker", host="127.0.0.1", port=port)
            self._processes += [_Process(worker) for _ in range(self._workers)]
        self.ready = self._await(Ready)

    def _await(self, kind: type[Any]) -> Any:
        deadline = monotonic() + START_S + self._job.patience_s
        while not isinstance(news := self._hear(deadline), kind):
            pass
        return news

    def _hear(self, deadline: float) -> News:
        news = self._processes[0].hear(deadline)
        if isinstance(news, Failed):
            raise GeneratorLost(news.text)
        return news


class _Process:
    """A process of the generator, in a session of its own: Ctrl-C reaches the command alone, which tells it."""

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "conformance.load.generator"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._news: queue.Queue[News | None] = queue.Queue()
        self._complaints: list[bytes] = []
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._complaints_of, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self._write(job)

    def tell(self, order: Programme | Stop) -> None:
        self._write(order)

    def hear(self, deadline: float) -> News:
        try:
            news = self._news.get(timeout=max(0.0, deadline - monotonic()))
        except queue.Empty:
            raise GeneratorLost("the generator said nothing for too long") from None
        if news is None:
            self._readers[1].join(1)
            raise GeneratorLost(f"the generator ended: {self._last_words() or self._process.wait(1)}")
        return news

    def wait_for_end(self) -> bool:
        """Whether it was Ctrl-C that ended it. Raises `GeneratorLost` when it failed."""
        try:
            while (news := self._news.get()) is not None:
                if isinstance(news, Failed):
                    raise GeneratorLost(news.text)
        except KeyboardInterrupt:
            return True
        if code := self._process.wait(END_S):
            raise GeneratorLost(f"the worker ended with exit status {code}: {self._last_words()}")
        return False

    def end(self, seconds: float) -> None:
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(1)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _write(self, message: msgspec.Struct) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(_encode(message) + b"\n")
            self._process.stdin.flush()

    def _read(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            with suppress(msgspec.MsgspecError):
                self._news.put(_news(line))
        self._news.put(None)

    def _complaints_of(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._complaints.append(line)
            del self._complaints[:-50]

    def _last_words(self) -> str:
        return b"".join(self._complaints).decode("utf-8", "replace").strip()[-LAST_WORDS:]
