"""What the command orders, as it comes."""

from collections.abc import Callable, Iterator

import gevent
from gevent.queue import Queue

from conformance.load.generator.talk import News, Order, Programme

Orders = Queue[Order]
Tell = Callable[[News], None]


def programmes(orders: Orders, stop: Callable[[], None]) -> Iterator[Programme]:
    """Programmes as they are ordered; an order to stop is carried out at once, whatever is on."""
    wanted: Queue[Programme | None] = Queue()

    def sort() -> None:
        while isinstance(order := orders.get(), Programme):
            wanted.put(order)
        stop()
        wanted.put(None)

    gevent.spawn(sort)
    yield from iter(wanted.get, None)
