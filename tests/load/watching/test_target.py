"""What the target used is read from its process or its metrics, or is not told."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic

import psutil
import pytest
from prometheus_client.exposition import start_http_server
from prometheus_client.registry import CollectorRegistry

from conformance.load.watching.family import FamilyMeter
from conformance.load.watching.metrics import MetricsMeter, process_metrics
from conformance.load.watching.target import TargetWatch, watch_target
from conformance.load.watching.usage import Usage, resources
from tests.load.watching.servers import BUSY, ONE, WITH_CHILD, Server, started

PAGE = """\
# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
process_resident_memory_bytes 5.0e+07
process_start_time_seconds 1.7e+09
process_cpu_seconds_total_of_others{pod="a"} 3
http_requests_total{path="/a b"} 7
"""


def test_processor_time_and_peak_of_memory_of_a_local_target() -> None:
    with started(BUSY) as server:
        watch = watch_target(f"http://127.0.0.1:{server.port}/mcp")
        assert watch is not None
        watch.begin()
        began = monotonic()
        server.tell("work")
        sampler = Thread(target=_sample_until, args=(watch, server))
        sampler.start()
        sampler.join(30)
        used = watch.end()
        seconds = monotonic() - began
    assert used is not None
    assert used.source == "process"
    assert 0.35 < used.cpu * seconds < 0.6
    assert used.rss_peak_bytes > used.rss_begin_bytes + 40_000_000
    assert used.rss_end_bytes < used.rss_peak_bytes - 30_000_000


def _sample_until(watch: TargetWatch, server: Server) -> None:
    done = Thread(target=server.line)
    done.start()
    while done.is_alive():
        watch.sample()
        done.join(0.02)


def test_processor_time_of_children_counts_though_they_have_ended() -> None:
    with started(WITH_CHILD) as server:
        meter = FamilyMeter(psutil.Process(server.pid))
        alone = meter.read()
        server.tell("come")
        server.line()
        meter.refresh()
        together = meter.read()
        server.tell("go")
        server.line()
        after = meter.read()
    assert alone is not None
    assert together is not None
    assert after is not None
    assert alone.cpu + 0.25 < together.cpu <= after.cpu
    assert after.rss < together.rss


def test_a_target_that_ends_is_told_nothing_of() -> None:
    with started(ONE) as server:
        watch = watch_target(f"http://127.0.0.1:{server.port}/mcp")
        assert watch is not None
        watch.begin()
        server.end()
        watch.sample()
        assert watch.end() is None


@contextmanager
def metrics(page: str) -> Iterator[str]:
    """The URL of a target with such a page of metrics, in this process: it can only be watched by them."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode() if self.path == "/metrics" else b""
            self.send_response(200 if body else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/path/mcp?token=secret"
        server.shutdown()


def test_metrics_of_the_origin_are_read() -> None:
    with metrics(PAGE) as url:
        watch = watch_target(url)
        assert watch is not None
        watch.begin()
        used = watch.end()
    assert used is not None
    assert used.source == "metrics"
    assert used.rss_end_bytes == 50_000_000
    assert used.cpu == 0


@pytest.mark.parametrize("page", ["", "process_cpu_seconds_total 1\n", "process_cpu_seconds_total one\n", "<html>"])
def test_a_target_without_these_metrics_is_not_watched(page: str) -> None:
    with metrics(page) as url:
        assert watch_target(url) is None


def test_the_metrics_of_the_ordinary_client_are_understood() -> None:
    from prometheus_client.process_collector import ProcessCollector

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    try:
        usage = MetricsMeter(f"http://127.0.0.1:{server.server_port}").read()
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
    assert usage is not None
    assert usage.rss > 1_000_000
    assert usage.began == pytest.approx(psutil.Process().create_time(), abs=1)


def test_only_the_lines_of_the_process_are_parsed() -> None:
    values = process_metrics(PAGE + "broken{ line\n")
    assert values == {
        "process_cpu_seconds_total": 12.5,
        "process_resident_memory_bytes": 5e7,
        "process_start_time_seconds": 1.7e9,
    }


@pytest.mark.parametrize(
    "usages",
    [
        [],
        [Usage(1, 1, 1)],
        [Usage(1, 5, 1), Usage(2, 4, 1)],
        [Usage(1, 1, 1, began=1), Usage(2, 2, 1, began=9)],
        [Usage(1, 1, 1), Usage(1, 1, 1)],
    ],
)
def test_readings_of_two_lives_or_of_one_moment_say_nothing(usages: list[Usage]) -> None:
    assert resources("metrics", usages) is None


def test_a_target_elsewhere_without_an_answer_is_not_watched() -> None:
    assert watch_target("http://127.0.0.1:1/mcp") is None
