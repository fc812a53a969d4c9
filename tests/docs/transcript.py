"""Runs the commands of a document's console blocks in one shell, and compares what they print.

In a block a line that begins with "$ " is a command and what follows is its output. A line "..." stands
for any number of lines, "..." within a line for any text. A desk that a document starts listens at a free
port and is shown at the usual one; `make up` and `make down` do what they do once all is installed and built.
A halt cools down in a second, and where a document waits for `READER_WAITS_S` this waits for two.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.desk_process import free_port
from tests.docs.markdown import ROOT, Block
from trade2026.bootstrap.config import DEFAULT_PORT

READER_WAITS_S = 31
"""After a halt and before the resume: longer than a desk cools down that is told nothing else."""

_MARK = "-- end of command --"
_HERE = ".venv/bin/trade2026"
"""How the command is typed where it is not on the path, as it is in here."""


class Step(NamedTuple):
    """A command and the output that is shown for it."""

    command: str
    shown: list[str]


def steps(shown: list[Block]) -> list[Step]:
    """The commands of all console blocks, in order."""
    found: list[Step] = []
    for block in shown:
        if block.language != "console":
            continue
        for line in block.lines:
            if line.startswith("$ "):
                found.append(Step(line[2:], []))
            else:
                found[-1].shown.append(line)
    return found


def run(commands: list[str], folder: Path, *, timeout: float = 240.0) -> list[list[str]]:
    """The lines each command prints, errors included; data goes below `folder`, all in `timeout` seconds."""
    tools = folder / "bin"
    tools.mkdir()
    _put(tools / "trade2026", f'exec "{sys.executable}" -m trade2026.bootstrap.main "$@"')
    _put(tools / "make", 'case "$1" in up|down) exec trade2026 "$1";; *) exit 64;; esac')
    wait = shutil.which("sleep")
    _put(tools / "sleep", f'case "$1" in {READER_WAITS_S}) exec {wait} 2;; *) exec {wait} "$@";; esac')
    settings = folder / "home" / "desk" / "web.json"
    settings.parent.mkdir(mode=0o700, parents=True)
    settings.write_text(json.dumps({"cool_down_seconds": 1}))
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADE2026_")}
    environment |= {
        "PATH": f"{tools}{os.pathsep}{environment['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "TRADE2026_HOME": str(folder / "home"),
        "TRADE2026_PORT": str(port),
    }
    script = "".join(f"{{ {command}\n}} 2>&1\necho; echo '{_MARK}'\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=timeout,
    )
    text = done.stdout.decode().replace(f"127.0.0.1:{port}", f"127.0.0.1:{DEFAULT_PORT}")
    outputs = text.split(f"{_MARK}\n")[:-1]
    return [output.rstrip("\n").splitlines() for output in outputs]


def _put(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def difference(shown: list[str], printed: list[str]) -> str:
    """Why the output is not what is shown; empty when it is."""
    at, skip = 0, False
    for line in (each.replace(_HERE, "trade2026") for each in shown):
        if line == "...":
            skip = True
            continue
        pattern = re.compile("[^\n]*".join(re.escape(part) for part in line.rstrip().split("...")))
        while skip and at < len(printed) and not pattern.fullmatch(printed[at].rstrip()):
            at += 1
        if at == len(printed):
            return f"not printed: {line!r}; the last lines were {printed[-2:]}"
        if not pattern.fullmatch(printed[at].rstrip()):
            return f"shown: {line!r}, printed: {printed[at]!r}"
        at, skip = at + 1, False
    if at < len(printed) and not skip:
        return f"printed and not shown: {printed[at]!r}"
    return ""
