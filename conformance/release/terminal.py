"""What the operator sees: a line for each step as it ends, then the verdict, what to do, and where the bundle is."""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from conformance.contracts.times import iso
from conformance.release.checklist.model import Manual
from conformance.release.kinds.manual import Answer
from conformance.release.results.model import Release, StepResult
from conformance.release.results.wording import SIGNS, duration, open_steps, what_to_do
from conformance.release.running.planning import Planned
from conformance.report.text import printable

_COLOURS: Final = {"pass": "32", "fail": "31;1", "incomplete": "33", "waived": "33", "blocked": "90", "not run": "90"}
_VERDICTS: Final = {"GO": "32;1", "NO-GO": "31;1", "INCOMPLETE": "33;1"}
_REASON: Final = 160
_NAME: Final = 24


class Terminal:
    """Writes to `out`. On a terminal there is also a line that tells what is running just now."""

    def __init__(self, out: TextIO, total: int, *, plain: bool) -> None:
        self._out, self._total, self._plain = out, total, plain
        self._count = 0
        self._live = False
        self._began: dict[str, float] = {}
        self._by = ""
        self.asking = False
        """Whether somebody is being waited for; an interruption then has to end the waiting."""

    def began(self, planned: Planned) -> None:
        self._began[planned.name] = time.monotonic()

    def look(self, running: Sequence[str]) -> None:
        if self._plain or not running:
            return
        now = time.monotonic()
        said = ", ".join(f"{name} {now - self._began.get(name, now):.0f} s" for name in running)
        self._out.write(f"\r\x1b[K      … {said[:100]}")
        self._out.flush()
        self._live = True

    def ended(self, result: StepResult) -> None:
        self._count += 1
        self._clear()
        number = f"{self._count:>{len(str(self._total))}}/{self._total}"
        status = self._coloured(f"{SIGNS[result.status]} {result.status:<10}", _COLOURS[result.status])
        took = "kept" if result.kept else duration(result.seconds) if result.began else ""
        what = f"{result.id:<{_NAME}} {took:>10}  {self._reason(result)}".rstrip()
        self._say(f"{number} {status} {what}")

    def _reason(self, result: StepResult) -> str:
        said = result.reason if result.status != "pass" else result.title
        advisory = "(advisory) " if result.severity == "advisory" and result.status != "pass" else ""
        cut = said if len(said) <= _REASON else f"{said[: _REASON - 1]}…"
        return printable(advisory + cut)

    def conclude(self, release: Release, bundle: Path | None, sha256: str, page: Path) -> None:
        self._clear()
        self._say("")
        self._say(self._coloured(printable(release.sentence), _VERDICTS[release.verdict]))
        for line in self._held(release):
            self._say(line)
        for number, move in enumerate(what_to_do(release)):
            self._say(f"  {'next' if not number else '':<8} {printable(move)}")
        self._say(f"  {'report':<8} {page}")
        if bundle is not None:
            self._say(f"  {'bundle':<8} {bundle}")
            self._say(f"  {'sha256':<8} {sha256}")

    def _held(self, release: Release) -> Iterator[str]:
        for step in open_steps(release):
            if step.status in ("fail", "incomplete"):
                rules = f" ({', '.join(step.rules)})" if step.rules else ""
                label = "broken" if step.status == "fail" else "missing"
                yield f"  {label:<8} {step.id}{rules}: {printable(step.reason)[: 2 * _REASON]}"

    def ask(self, name: str, step: Manual) -> Answer | None:
        """At the terminal; None leaves the question open."""
        self._clear()
        self.asking = True
        try:
            return self._asked(name, step)
        except (EOFError, KeyboardInterrupt):
            return None
        finally:
            self.asking = False

    def _asked(self, name: str, step: Manual) -> Answer | None:
        self._say(f"\n{name}: {printable(step.question)}")
        for point in step.asks:
            self._say(f"  - {printable(point)}")
        said = self._input("is it so? [y]es, [n]o, [l]ater: ").lower()
        if said not in ("y", "yes", "n", "no"):
            return None
        self._by = self._input(f"who says so?{f' [{self._by}]' if self._by else ''} ") or self._by
        evidence = self._input("what shows it (path, URL or a sentence)? ")
        return Answer(done=said.startswith("y"), by=self._by, at=iso(int(time.time())), evidence=evidence)

    def _input(self, prompt: str) -> str:
        self._out.write(prompt)
        self._out.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()[:1000]

    def _coloured(self, text: str, colour: str) -> str:
        return text if self._plain else f"\x1b[{colour}m{text}\x1b[0m"

    def _clear(self) -> None:
        if self._live:
            self._out.write("\r\x1b[K")
            self._live = False

    def _say(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()
