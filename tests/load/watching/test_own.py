"""The generator knows how busy it is itself."""

import os
import subprocess
import sys
from time import perf_counter, process_time

import psutil

from conformance.load.watching.own import OwnWatch, machine


def test_a_busy_process_is_busier_than_an_idle_one() -> None:
    watch = OwnWatch()
    began, cpu = perf_counter(), process_time()
    while process_time() < cpu + 0.2:
        pass
    busy = watch.end()
    assert busy.cpu * (perf_counter() - began) + 0.02 >= 0.2
    assert busy.cpu <= 1.05
    watch.begin()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        child.communicate(b"\n", timeout=10)
    assert watch.end().cpu < busy.cpu


def test_the_peak_of_memory_is_this_programs_own() -> None:
    """Not that of the parent, which `getrusage` tells in a child."""
    held = bytearray(200_000_000)
    program = "from conformance.load.watching.own import peak_rss; print(peak_rss())"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert len(held) == 200_000_000
    assert 5_000_000 < int(ran.stdout) < 150_000_000


def test_a_peak_that_is_over_is_still_known() -> None:
    program = (
        "from conformance.load.watching.own import OwnWatch; w = OwnWatch()\n"
        "held = bytearray(100_000_000); del held; print(w.end().rss_bytes)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert int(ran.stdout) > 100_000_000


def test_the_machine_is_described() -> None:
    ours = machine()
    assert ours.python.endswith(".".join(map(str, sys.version_info[:3])))
    assert ours.memory_bytes == psutil.virtual_memory().total
    assert 1 <= ours.cores <= (os.cpu_count() or 1)
    assert ours.cpu


def test_nothing_here_brings_in_gevent() -> None:
    program = (
        "import sys, conformance.load.watching.target, conformance.load.watching.own; print('gevent' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "False"
