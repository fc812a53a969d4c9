"""Compile requirements/*.in into hash-locked *.txt files that plain pip installs, for every platform at once.

Usage: `make lock`, or `make lock UPGRADE=1` to take newer versions. The files name no index and no host, so
they install from whichever index the machine is set up to use.
"""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
HEADER = "# Compiled from {name}.in by `make lock`; do not edit by hand.\n"
# run comes first: test is a superset and is constrained to the same versions.
NAMES = ("run", "test", "node", "lock")


def compile_lock(name: str, *, upgrade: bool) -> None:
    """Write requirements/<name>.txt from <name>.in; CalledProcessError when it cannot be solved."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-header"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
    command += ["--upgrade"] if upgrade else []
    command += ["--constraint", "run.txt"] if name == "test" else []
    subprocess.run([*command, f"{name}.in", "--output-file", f"{name}.txt"], cwd=REQUIREMENTS, check=True)
    path = REQUIREMENTS / f"{name}.txt"
    path.write_text(HEADER.format(name=name) + path.read_text())


def main(argv: list[str]) -> None:
    """Compile every lock in order."""
    for name in NAMES:
        compile_lock(name, upgrade="--upgrade" in argv)
        print(f"requirements/{name}.txt written")


if __name__ == "__main__":
    main(sys.argv[1:])
