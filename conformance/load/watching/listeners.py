"""The processes behind a port of this machine."""

import os
from collections.abc import Iterator
from ipaddress import ip_address

import psutil

FORWARDERS = frozenset({
    "docker-proxy", "rootlessport", "rootlesskit", "slirp4netns", "pasta", "passt", "gvproxy", "ssh", "kubectl",
})  # fmt: skip
"""They listen for a server that is elsewhere: what they use says nothing about it."""

ANYWHERE = frozenset({"0.0.0.0", "::"})


def addresses(host: str) -> frozenset[str]:
    """The loopback addresses that a host name stands for; none when it is another machine, or may be."""
    if host.lower().rstrip(".") == "localhost":
        return frozenset({"127.0.0.1", "::1"})
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return frozenset()
    return frozenset({str(address)}) if address.is_loopback else frozenset()


def find_process(port: int, host: str = "127.0.0.1") -> psutil.Process | None:
    """The process that listens there; of a server with several, the one that began the others.

    None when there is none, when it may not be looked at, and when it is this one, or only passes on to another.
    """
    try:
        listeners = _listeners(port, addresses(host) | ANYWHERE)
        top = _top(listeners, port)
        return None if top is None or top.pid == os.getpid() or top.name() in FORWARDERS else top
    except (psutil.Error, OSError, RuntimeError):
        return None


def family(root: psutil.Process) -> list[psutil.Process]:
    """The process and its descendants, without the branch that this process is on: a server may have begun us."""
    try:
        ours = {process.pid for process in psutil.Process().parents()} | {os.getpid()}
        return [root, *_descendants(root, ours)]
    except psutil.Error:
        return [root]


def _descendants(root: psutil.Process, but: set[int]) -> Iterator[psutil.Process]:
    if root.pid not in but:
        yield from root.children(recursive=True)
        return
    for child in root.children():
        if child.pid not in but:
            yield child
            yield from child.children(recursive=True)


def _listeners(port: int, hosts: frozenset[str]) -> list[psutil.Process]:
    found = {
        one.pid
        for one in psutil.net_connections(kind="tcp")
        if one.pid and one.status == psutil.CONN_LISTEN and one.laddr
        if one.laddr.port == port and one.laddr.ip in hosts
    }
    return [psutil.Process(pid) for pid in found]


def _top(listeners: list[psutil.Process], port: int) -> psutil.Process | None:
    """Up from any of the listeners, as long as the parent listens too or began all of them."""
    if not listeners:
        return None
    top = listeners[0]
    pids = {process.pid for process in listeners}
    while (parent := top.parent()) is not None and parent.pid > 1:
        began_all = len(pids) > 1 and pids <= {child.pid for child in parent.children()}
        if not began_all and not _listens(parent, port):
            break
        top = parent
    return top


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        sockets = process.net_connections(kind="tcp")
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port for one in sockets)
