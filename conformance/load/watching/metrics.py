"""What the target says of itself at `/metrics`, in the text format of Prometheus."""

import ssl
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from conformance.load.watching.usage import Source, Usage

TIMEOUT = 1.0
LARGEST = 4_000_000
"""Bytes that are read at most."""

CPU = "process_cpu_seconds_total"
RSS = "process_resident_memory_bytes"
BEGAN = "process_start_time_seconds"


class MetricsMeter:
    """Of the origin of a URL; nothing of its path, its credentials and its headers is sent."""

    source: Source = "metrics"

    def __init__(self, url: str, verify: bool = True) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._context = ssl.create_default_context() if verify else ssl._create_unverified_context()

    def refresh(self) -> None:
        """There is nothing to be looked for."""

    def read(self) -> Usage | None:
        """None when there is no such page, or not these two in it."""
        try:
            values = process_metrics(self._page())
        except (OSError, HTTPException, ValueError):
            return None
        if CPU not in values or RSS not in values:
            return None
        return Usage(monotonic(), values[CPU], int(values[RSS]), values.get(BEGAN))

    def _page(self) -> str:
        with closing(self._connection()) as connection:
            connection.request("GET", "/metrics", headers={"accept": "text/plain; version=0.0.4"})
            response = connection.getresponse()
            if response.status != 200:
                return ""
            return response.read(LARGEST).decode(errors="replace")

    def _connection(self) -> HTTPConnection:
        if self._secure:
            return HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=self._context)
        return HTTPConnection(self._host, self._port, timeout=TIMEOUT)


def process_metrics(page: str) -> dict[str, float]:
    """Those of the process that have no labels. Only their lines are parsed: a page may have thousands.

    Raises ValueError when they are broken.
    """
    lines = [line for line in page.splitlines() if line.startswith((CPU, RSS, BEGAN))]
    families = text_string_to_metric_families("\n".join(lines) + "\n")
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}
