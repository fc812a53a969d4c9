"""Runs the commands of a document's console blocks in one shell, and compares what they print.

In a block a line that begins with "$ " is a command and what follows is its output. A line "..." stands
for any number of lines, "..." within a line for any text.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.docs.markdown import ROOT, Block

_MARK = "-- end of command --"


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


def run(commands: list[str], folder: Path) -> list[list[str]]:
    """The lines each command prints, errors included; data goes below `folder`."""
    tools = folder / "bin"
    tools.mkdir()
    command = tools / "trade2026"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trade2026.bootstrap.main "$@"\n')
    command.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADE2026_")}
    environment |= {
        "PATH": f"{tools}{os.pathsep}{environment['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "TRADE2026_HOME": str(folder / "home"),
    }
    script = "".join(f"{{ {command}\n}} 2>&1\necho; echo '{_MARK}'\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=240,
    )
    outputs = done.stdout.decode().split(f"{_MARK}\n")[:-1]
    return [output.rstrip("\n").splitlines() for output in outputs]


def difference(shown: list[str], printed: list[str]) -> str:
    """Why the output is not what is shown; empty when it is."""
    at, skip = 0, False
    for line in shown:
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
