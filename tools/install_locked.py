"""Install a hash-locked requirements file, and the project itself, only when something changed.

Usage: `.venv/bin/python tools/install_locked.py market|run|test|lock`. A stamp in the environment remembers
the hash of what was installed, so a second `make up` starts at once. `market` is the part of `run` that the
simulated market is compiled with, so that this begins before the rest is there. Standard library only: it
runs before anything is installed.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
LAZY: Final = ["--no-compile"]
"""Bytecode of all that is installed takes longer than its installation, and a desk loads a tenth of it."""
FIRST: Final = ("llvmlite", "msgspec", "numba", "numpy")
"""What `tools/compile_market.py` imports, and what that needs: pip says so where one is missing."""


def stamp_path(name: str) -> Path:
    """Where the environment remembers what it installed for `name`."""
    return Path(sys.prefix) / f".trade2026-{name}.sha256"


def digest(*paths: Path) -> str:
    """Hash of the interpreter's version and the bytes of `paths`, as hex."""
    sha = hashlib.sha256(sys.version.encode())
    for path in paths:
        sha.update(path.read_bytes())
    return sha.hexdigest()


def locked_lines(lock: str, names: Iterable[str]) -> str:
    """The entries of these packages in a lock, hashes and all; ValueError where one is not in it."""
    entries = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t]+.*)*\n?", lock, re.MULTILINE)
    by_name: dict[str, str] = {}
    for entry in entries:
        name = re.split(r"[=<>!~ ;\[]", entry, maxsplit=1)[0]
        by_name[name] = by_name.get(name, "") + entry.rstrip("\n") + "\n"
    missing = [name for name in names if name not in by_name]
    if missing:
        raise ValueError(f"the lock has no {', '.join(missing)}")
    return "".join(by_name[name] for name in names)


def is_installed(name: str, wanted: str) -> bool:
    """Whether the stamp says that just this was installed."""
    stamp = stamp_path(name)
    return stamp.exists() and stamp.read_text() == wanted


def once(name: str, wanted: str, command: list[str], what: str) -> None:
    """Run a command unless the stamp of `name` says that it was done already."""
    if is_installed(name, wanted):
        return
    print(f"Installing {what} ...", flush=True)
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        sys.exit(f"Installing {what} failed (its message is above). Check the network and run make again.")
    stamp_path(name).write_text(wanted)


def install_market() -> None:
    """Install what the market is compiled with, where the whole is not there already."""
    lock = ROOT / "requirements" / "run.txt"
    if is_installed("run", digest(lock)):
        return
    lines = locked_lines(lock.read_text(), FIRST)
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "market.txt"
        part.write_text(lines)
        pip = [*PIP, *LAZY, "--require-hashes", "-r", str(part)]
        once("market", digest(part), pip, "what the simulated market is compiled with")


def main(argv: list[str]) -> None:
    """Install the named lock; after run and test also the project itself, in editable mode."""
    if len(argv) != 1 or argv[0] not in ("market", "run", "test", "lock"):
        sys.exit(f"install_locked takes one of market, run, test, lock; was {argv}")
    if sys.prefix == sys.base_prefix:
        sys.exit("install_locked writes into a virtual environment; run it with .venv/bin/python")
    name = argv[0]
    if name == "market":
        install_market()
        return
    lock = ROOT / "requirements" / f"{name}.txt"
    pip = [*PIP, *(LAZY if name == "run" else []), "--require-hashes", "-r", str(lock)]
    once(name, digest(lock), pip, f"the packages locked in requirements/{name}.txt")
    if name == "lock":
        return
    project = [*PIP, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    once("project", digest(ROOT / "pyproject.toml"), project, "trade2026 itself")
    if name == "run":
        load = [sys.executable, str(ROOT / "tools" / "load_desk.py")]
        once("bytecode", digest(lock), load, "the bytecode of what the desk loads")


if __name__ == "__main__":
    main(sys.argv[1:])
