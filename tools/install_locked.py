"""Install a hash-locked requirements file, and the project itself, only when something changed.

Usage: `.venv/bin/python tools/install_locked.py run|test|lock`. A stamp in the environment remembers the hash
of what was installed, so a second `make up` starts at once. Standard library only: it runs before anything is
installed.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]


def stamp_path(name: str) -> Path:
    """Where the environment remembers what it installed for `name`."""
    return Path(sys.prefix) / f".trade2026-{name}.sha256"


def digest(*paths: Path) -> str:
    """Hash of the interpreter's version and the bytes of `paths`, as hex."""
    sha = hashlib.sha256(sys.version.encode())
    for path in paths:
        sha.update(path.read_bytes())
    return sha.hexdigest()


def install(name: str, inputs: list[Path], arguments: list[str], what: str) -> None:
    """Run pip with `arguments` unless the stamp of `name` says that `inputs` were installed already."""
    stamp, wanted = stamp_path(name), digest(*inputs)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {what} ...", flush=True)
    done = subprocess.run([*PIP, *arguments], check=False)
    if done.returncode != 0:
        sys.exit(f"Installing {what} failed (pip's message is above). Check the network and run make again.")
    stamp.write_text(wanted)


def main(argv: list[str]) -> None:
    """Install the named lock; after run and test also the project itself, in editable mode."""
    if len(argv) != 1 or argv[0] not in ("run", "test", "lock"):
        sys.exit(f"install_locked takes one of run, test, lock; was {argv}")
    if sys.prefix == sys.base_prefix:
        sys.exit("install_locked writes into a virtual environment; run it with .venv/bin/python")
    name = argv[0]
    lock = ROOT / "requirements" / f"{name}.txt"
    install(
        name, [lock], ["--require-hashes", "-r", str(lock)], f"the packages locked in requirements/{name}.txt"
    )
    if name != "lock":
        project = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        install("project", [ROOT / "pyproject.toml"], project, "trade2026 itself")


if __name__ == "__main__":
    main(sys.argv[1:])
