"""What the target used is read from its process or its metrics, or is not told."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import perf_counter_ns

import psutil
import pytest
from prometheus_client.exposition import start_http_server
from prometheus_client.registry import CollectorRegistry

from conformance.load.watching.family import FamilyMeter
from conformance.load.watching.metrics import MetricsMeter, process_metrics
from conformance.load.watching.series import Series
from conformance.load.watching.target import meter_of
from conformance.load.watching.usage import Usage, resources
from tests.load.watching.servers import BUSY, ONE, WITH_CHILD, started

SECOND = 1_000_000_000
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
    with started(BUSY) as server, watched(f"http://127.0.0.1:{server.port}/mcp") as series:
        series.await_more(1)
        began = perf_counter_ns()
        server.tell("work")
        server.line()
        series.await_more(2)
        ended = perf_counter_ns()
    used = series.between(began, ended)
    assert used is not None
    assert used.source == "process"
    assert 0.35 < used.cpu * (ended - began) / 1e9 < 0.6
    assert used.rss_peak_bytes > used.rss_begin_bytes + 40_000_000
    assert used.rss_end_bytes < used.rss_peak_bytes - 30_000_000


def watched(url: str) -> Series:
    meter = meter_of(url)
    assert meter is not None
    return Series(meter, every_s=0.02)


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


def test_a_target_that_ends_is_told_nothing_of_afterwards() -> None:
    with started(ONE) as server, watched(f"http://127.0.0.1:{server.port}/mcp") as series:
        server.end()
        ended = perf_counter_ns() + SECOND
    assert series.between(ended, ended + SECOND) is None


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
    began = perf_counter_ns()
    with metrics(PAGE) as url, watched(url) as series:
        series.await_more(2)
        ended = perf_counter_ns()
    used = series.between(began, ended)
    assert used is not None
    assert used.source == "metrics"
    assert used.rss_end_bytes == 50_000_000
    assert used.cpu == 0


@pytest.mark.parametrize("page", ["", "process_cpu_seconds_total 1\n", "process_cpu_seconds_total one\n", "<html>"])
def test_a_target_without_these_metrics_is_not_watched(page: str) -> None:
    with metrics(page) as url:
        assert meter_of(url) is None


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
    assert meter_of("http://127.0.0.1:1/mcp") is None
