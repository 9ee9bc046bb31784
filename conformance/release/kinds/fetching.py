"""Reads what a URL answers, by the wire of the checks."""

import threading
from typing import Final

from conformance.target.secrets import secrets_of_url
from conformance.wire.exchange import HttpRequest
from conformance.wire.http import HttpSettings, HttpWire, usable_url
from conformance.wire.redact import Redactor

_STEP_S: Final = 0.1
_LONGEST_S: Final = 120.0


class Unfetched(Exception):
    """There is no answer to judge; the message says why, and may hold what is no secret only."""


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def fetch(url: str, *, token: str, limit_s: float, stop: threading.Event, redactor: Redactor) -> bytes:
    """The body of a 200. Raises `Unfetched`."""
    for secret in secrets_of_url(url):
        redactor.learn(secret)
    shown = redactor.text(url)
    if not usable_url(url):
        raise Unfetched(f"{shown} is no URL")
    headers = (("accept", "*/*"), *([("authorization", f"Bearer {token}")] if token else []))
    limit = min(limit_s, _LONGEST_S)
    with HttpWire(HttpSettings()) as wire:
        pending = wire.open(HttpRequest("GET", url, headers), limit, None)
        waited = 0.0
        while not pending.wait_end(_STEP_S) and waited < limit and not stop.is_set():
            waited += _STEP_S
        exchange = pending.close()
    if exchange.ending != "complete":
        raise Unfetched(f"{shown} gave no answer ({exchange.failure or exchange.ending})")
    if exchange.status != 200:
        raise Unfetched(f"{shown} answered with HTTP {exchange.status}")
    return bytes(exchange.body)
