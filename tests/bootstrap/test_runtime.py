"""What a process of the desk does with memory that it let go of."""

import platform
import subprocess
import sys

import pytest

from trade2026.bootstrap.runtime import one_failure
from trade2026.primitives.errors import StoreUnavailable

PROGRAM = """
import sys, threading
from trade2026.bootstrap.runtime import return_large_buffers

def resident_kib():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

small = []
def use(mib):
    large = bytes(mib << 20) + b"x"
    small.append(bytes(700))  # What is behind it keeps a heap from shrinking.
    del large

if sys.argv[1] == "True":
    assert return_large_buffers()
before = resident_kib()
for mib in (2, 3, 4, 5, 6, 7, 8, 7, 6):
    for _ in range(20):
        use(mib)
        thread = threading.Thread(target=use, args=(mib,))
        thread.start()
        thread.join()
print((resident_kib() - before) // 1024)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what it once mapped")
def test_large_buffers_go_back_to_the_system() -> None:
    def grown_mib(*, is_returned: bool) -> int:
        command = [sys.executable, "-c", PROGRAM, str(is_returned)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert grown_mib(is_returned=False) > 6
    assert grown_mib(is_returned=True) < 2


@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        ([StoreUnavailable("full"), StoreUnavailable("later")], "full"),
        ([StoreUnavailable("full"), ExceptionGroup("", [ValueError("a bug")])], "a bug"),
    ],
)
def test_what_a_group_ended_by_is_one_error(errors: list[Exception], raised: str) -> None:
    with pytest.raises((StoreUnavailable, ValueError), match=raised), one_failure():
        raise ExceptionGroup("tasks", errors)


def test_what_is_no_group_goes_through() -> None:
    with pytest.raises(KeyError), one_failure():
        raise KeyError
    with one_failure():
        pass
