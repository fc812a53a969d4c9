"""How soon a process of the desk gets a processor."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from trade2026.bootstrap.scheduling import SLICE_NS

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked")

HEAD = """
import os, sys, threading
from trade2026.bootstrap.scheduling import come_first, give_way

def figures():
    with open("/proc/thread-self/sched") as lines:
        found = dict(line.split(":") for line in lines if line.count(":") == 1)
    return {name.strip(): value.strip() for name, value in found.items()}

def say(*words):
    print(*words, flush=True)
"""


def run(program: str) -> list[str]:
    command = [sys.executable, "-c", HEAD + program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def has_slices() -> bool:
    major, minor = (int(word) for word in platform.release().split(".")[:2])
    file = Path("/proc/self/sched")
    return (major, minor) >= (6, 12) and file.exists() and "se.slice" in file.read_text()


@LINUX
def test_whoever_comes_first_asks_for_less_at_a_time_and_so_do_its_threads() -> None:
    if not has_slices():
        pytest.skip("slices that a process asks for are shown since Linux 6.12")
    program = """
os.setpriority(os.PRIO_PROCESS, 0, 3)
say(figures()["se.slice"], come_first(), figures()["se.slice"], os.getpriority(os.PRIO_PROCESS, 0))
thread = threading.Thread(target=lambda: say(figures()["se.slice"]))
thread.start()
thread.join()
"""
    before, is_done, after, nice, thread = run(program)
    assert int(before) > SLICE_NS
    assert (is_done, int(after), nice, int(thread)) == ("True", SLICE_NS, "3", SLICE_NS)


@LINUX
def test_a_scheduling_that_somebody_chose_is_left_alone() -> None:
    program = """
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
say(come_first(), os.sched_getscheduler(0) == os.SCHED_BATCH)
"""
    assert run(program) == ["False", "True"]


@LINUX
def test_whoever_gives_way_interrupts_nobody_and_claims_less() -> None:
    program = """
os.setsid()
give_way()
say(os.sched_getscheduler(0) == os.SCHED_BATCH, *open("/proc/self/autogroup").read().split()[-1:])
"""
    if not Path("/proc/self/autogroup").exists():
        pytest.skip("this Linux has no groups of sessions")
    assert run(program) == ["True", "5"]
