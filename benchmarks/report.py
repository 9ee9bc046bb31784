"""Renders a report of generated runs as `mcp-conformance report` does, and opens it: `python -m benchmarks.report`.

Prints wall seconds and peak memory of the rendering, the size of the page, and, where Chromium is installed, the
milliseconds from the start of the navigation until the page can be used, and until it has filtered its list.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.report.journal import Journal
from conformance.report.verdict import Status, Verdict
from conformance.requirements import REVISIONS

COMMAND = (sys.executable, "-c", "import sys; from conformance.cli import main; sys.exit(main())")
STATUSES: tuple[Status, ...] = ("pass",) * 40 + ("not applicable",) * 5 + ("not testable",) * 3 + ("warn", "fail")
AREAS = ("jsonrpc", "lifecycle", "tools", "prompts", "resources", "transport-http", "logging", "progress", "schema")
FAILURES = 10
"""Requirements of a target that are broken, with their exchanges."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--targets", type=int, default=10)
    parser.add_argument("--requirements", type=int, default=600)
    parser.add_argument("--keep", type=Path, help="leave the page here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        files = [write(Path(directory) / f"{n}.json", n, arguments.requirements) for n in range(arguments.targets)]
        page = arguments.keep or Path(directory) / "report.html"
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{arguments.targets} targets, {arguments.requirements} requirements, {len(REVISIONS)} revisions")
        print(f"verdict files  {size:8.1f} MB    load average {os.getloadavg()[0]:.1f}")
        seconds, processor, memory = render(files, page)
        print(f"render         {seconds:8.2f} s     goal: under 5 s; of the processor {processor:.2f} s")
        print(f"peak memory    {memory:8.0f} MB    goal: under 250 MB")
        print(f"page           {page.stat().st_size / 1e6:8.1f} MB")
        open_in_browser(page)


def write(path: Path, target: int, requirements: int) -> Path:
    journal = Journal(path, head(target))
    for verdict in verdicts(target, requirements):
        journal.add(verdict)
    journal.finish({"complete": True, "requests": 5 * requirements, "seconds": 30.0})
    return path


def head(target: int) -> dict[str, Any]:
    return {
        "format": 2,
        "tool": {"name": "mcp-conformance", "version": "0.1.0"},
        "started": f"2026-11-21T20:00:{target:02}Z",
        "target": {"url": f"https://{target}.example/mcp", "server": f"example {target}.0", "guarded": False},
        "revisions": list(REVISIONS),
        "not_spoken": {},
        "strict": False,
    }


def verdicts(target: int, requirements: int) -> Iterator[Verdict]:
    for number in range(requirements):
        for place, revision in enumerate(REVISIONS):
            broken = number % (requirements // FAILURES or 1) == target
            status: Status = "fail" if broken else STATUSES[(7 * number + 3 * place + target) % (len(STATUSES) - 1)]
            yield verdict(target, number, revision, status)


def verdict(target: int, number: int, revision: str, status: Status) -> Verdict:
    area = AREAS[number % len(AREAS)]
    judged = status in ("fail", "warn")
    return Verdict(
        requirement=f"{area}-generated-rule-{number}",
        revision=revision,
        status=status,
        level="MUST" if status != "warn" else "SHOULD",
        area=area,
        rule=f"Rule {number} is a sentence of about as many words as the sentences of the registry have.",
        nodeid=f"suites/protocol/test_{area}.py::test_generated_rule_{number}[{revision}]",
        red=status == "fail",
        expected="a JSON-RPC error with code -32602" if judged else None,
        received=f"HTTP 200, application/json, {body(number)}" if judged else None,
        reason=None if judged or status == "pass" else f"the target does not declare capability {number % 20}",
        replay=f"curl -sS -X POST https://{target}.example/mcp --data-binary '{body(number)}'" if judged else None,
        links=(f"https://modelcontextprotocol.io/specification/{revision}/server/{area}#section-{number % 60}",),
        seconds=0.004,
        requests=2,
        transcript=(exchange(target, number),) * 3 if status == "fail" else (),
    )


def body(number: int) -> str:
    return f'{{"jsonrpc":"2.0","id":{number},"result":{{"content":[{{"type":"text","text":"number {number}"}}]}}}}'


def exchange(target: int, number: int) -> dict[str, Any]:
    headers = [["content-type", "application/json"], ["date", "Sat, 21 Nov 2026 21:55:07 GMT"], ["server", "example"]]
    return {
        "at": 1795297288.395,
        "request": {"method": "POST", "url": f"https://{target}.example/mcp", "headers": headers, "body": body(number)},
        "response": {"status": 200, "headers": headers, "body": body(number), "size": 90, "events": 0},
        "head_seconds": 0.004, "seconds": 0.005, "ending": "complete", "failure": None, "replay": "curl",
    }  # fmt: skip


def render(files: list[Path], page: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and MB of a process of its own."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, "report", *map(str, files), f"--output={page}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"it ended with {process.returncode}: {process.stderr and process.stderr.read().decode()}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


MEASURE = """() => {
  const usable = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
  const began = performance.now();
  const box = document.querySelector("#the_filter input");
  box.value = "generated-rule-123";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return { usable, filtered: performance.now() - began, rows: document.querySelectorAll(".row").length };
}"""


def open_in_browser(page: Path) -> None:
    from benchmarks.browser import chromium

    with chromium() as browser:
        if browser is None:
            print("interactive    not measured: no Chromium, or no Playwright")
            return
        tab = browser.new_page()
        tab.goto("about:blank")
        tab.goto(page.absolute().as_uri())
        found = tab.evaluate(MEASURE)
    assert found["rows"], "the list shows nothing"
    print(f"interactive    {found['usable']:8.0f} ms    goal: under 1,000 ms")
    print(f"filter         {found['filtered']:8.0f} ms")


if __name__ == "__main__":
    main()
