"""One process of the generator: alone, as the master of workers, or as one of them."""

import gc
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import gevent
import msgspec
from gevent.fileobject import FileObjectThread
from gevent.queue import Queue

from conformance.load.generator.alone import generate
from conformance.load.generator.master import lead
from conformance.load.generator.orders import Orders, Tell
from conformance.load.generator.talk import Failed, Job, News, Order, Role, Stop
from conformance.load.generator.worker import follow

ROLES: Mapping[Role, Callable[[Job, Orders, Tell], None]] = {"alone": generate, "master": lead, "worker": follow}

_order = msgspec.json.Decoder(Order).decode
_encode = msgspec.json.Encoder().encode


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command is told, and tells us
    lines = FileObjectThread(sys.stdin.fileno(), "rb", closefd=False)
    tell = _teller()
    try:
        job = msgspec.json.decode(lines.readline(), type=Job)
    except msgspec.MsgspecError as error:
        tell(Failed(text=f"the generator was given no job: {error}"))
        return 1
    orders: Orders = Queue()
    gevent.spawn(_listen, lines, orders)
    gc.freeze()
    ROLES[job.role](job, orders, tell)
    return 0


def _teller() -> Tell:
    output = sys.stdout.buffer

    def tell(news: News) -> None:
        with suppress(BrokenPipeError):
            output.write(_encode(news) + b"\n")
            output.flush()

    return tell


def _listen(lines: Any, orders: Orders) -> None:
    """Orders as they come; the end of the input is the order to stop."""
    for line in lines:
        orders.put(_order(line))
    orders.put(Stop())
