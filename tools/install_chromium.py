"""Install Debian's Chromium for the browser tests, where it is missing and apt can.

Usage: `python tools/install_chromium.py`, by `make test`. It ends with 0 in any case: without a browser those
tests skip, and this says so. Standard library only.
"""

import os
import shutil
import subprocess
import sys
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
APT_S: Final = 300.0


def find() -> str | None:
    """A browser that is here: the one TRADE2026_CHROMIUM names, else the first on the path."""
    given = os.environ.get("TRADE2026_CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def apt() -> list[str] | None:
    """How apt can be called without a question; None where it cannot."""
    if shutil.which("apt-get") is None:
        return None
    call = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"]
    if os.geteuid() == 0:
        return call
    if shutil.which("sudo") and _run(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n", *call]
    return None


def install(call: list[str]) -> str:
    """Install it; what went wrong, "" for nothing."""
    options = ["install", "--no-install-recommends", "chromium"]
    done = _run([*call, *options])
    if done.returncode != 0:  # Perhaps for want of lists.
        _run([*call, "update"])
        done = _run([*call, *options])
    if done.returncode == 0 and find():
        return ""
    return (done.stderr.strip().splitlines() or ["apt-get installed no chromium"])[-1]


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=APT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def main() -> int:
    """Install it where that is needed and possible, and say what came of it."""
    if find():
        return 0
    call = apt()
    if call is None:
        trouble = "apt-get is not here, or needs a password"
    else:
        print("Installing Chromium for the browser tests ...", flush=True)
        trouble = install(call)
    if trouble:
        print(f"There is no Chromium, so the browser tests skip: {trouble}.")
        print("Install it by hand (Debian: apt-get install chromium), or name one in TRADE2026_CHROMIUM.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
