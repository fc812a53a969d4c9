"""Runs a peer's script in an environment of its own, made on first use from the script's first line."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.harness import ROOT

_HERE = Path(__file__).parent
_HEADER = "# pip: "


def run_peer(script: str, *arguments: str, python: Path | None = None) -> dict[str, Any] | None:
    """The figures a peer's script printed; None, with the reason on standard error, when it cannot be had.

    Environments live under `build/peers`, named by a hash of the requirements; `python`, where given, is used
    instead.
    """
    path = _HERE / script
    python = python or _environment(path)
    if python is None:
        return None
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    done = subprocess.run(
        [str(python), str(path), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **single},
    )
    if done.returncode != 0:
        print(f"{script} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _environment(path: Path) -> Path | None:
    header = path.read_text().splitlines()[0]
    assert header.startswith(_HEADER), f"{path.name} must begin with '{_HEADER}'"
    requirements = header.removeprefix(_HEADER).split()
    name = hashlib.sha256(" ".join(requirements).encode()).hexdigest()[:12]
    folder = ROOT / "build" / "peers" / name
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    print(f"making an environment for {' '.join(requirements)}", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", *requirements],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        print(f"{path.name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    (folder / "complete").write_text("\n".join(requirements))
    return python
