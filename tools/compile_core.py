"""Build a copy of the package whose hot path is compiled to C: `build/compiled/trade2026`.

Usage: `make compile`, or `.venv/bin/python -m tools.compile_core`; then `PYTHONPATH=build/compiled` before a
command runs that copy, and without it plain Python runs as ever. mypyc, which comes with mypy, compiles the
files of `FILES` as they are; everything else is copied, the sources of the compiled ones too. Nothing is
built when nothing changed.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "trade2026"
TARGET: Final = ROOT / "build" / "compiled"
STAMP: Final = "compiled.json"

FILES: Final = (
    "primitives/build.py",
    "primitives/fixed_point.py",
    "model/money.py",
    "oms/decide.py",
    "oms/evolve.py",
    "oms/report.py",
    "oms/status.py",
    "risk/check.py",
    "risk/evolve.py",
    "risk/exposure_check.py",
    "risk/reserves.py",
    "risk/state.py",
    "risk/values.py",
    "ledger/decide.py",
    "ledger/evolve.py",
    "trading/codec.py",
    "trading/core.py",
    "trading/decide.py",
    "trading/router.py",
    "trading/sequencer.py",
    "trading/journal/frame.py",
    "simulation/paper/admission.py",
    "simulation/paper/fees.py",
    "simulation/paper/matching.py",
    "simulation/paper/rules.py",
    "simulation/paper/state.py",
    "simulation/paper/venue.py",
    "simulation/backtest/accounting.py",
    "simulation/backtest/driver.py",
    "simulation/backtest/guard.py",
    "simulation/backtest/market.py",
)
"""The path of an order through the core, and of a market event through a backtest. Modules of msgspec structs
are left out (their classes are made by msgspec when they are imported), and so is all that runs once."""

_SETUP: Final = """
import json, sys
from mypyc.build import mypycify
from setuptools import setup

files = json.loads(sys.argv[1])
setup(
    name="trade2026-compiled",
    packages=[],
    ext_modules=mypycify(["--python-version", "{version}", *files], opt_level="3", debug_level="0"),
    script_args=["--quiet", "build_ext", "--inplace"],
)
"""


def digest() -> str:
    """SHA-256 of all that the build depends on: sources, this file, interpreter, mypy."""
    sha = hashlib.sha256(f"{sys.version} {sysconfig.get_platform()} mypy {mypy_version()}".encode())
    for path in (Path(__file__), *sorted(SOURCE.rglob("*"))):
        if path.is_file() and "__pycache__" not in path.parts:
            data = path.read_bytes()
            sha.update(f"{path.relative_to(ROOT).as_posix()}\0{len(data)}\0".encode())
            sha.update(data)
    return sha.hexdigest()


def mypy_version() -> str:
    """The version of mypy, whose compiler is used; "" where it is not installed."""
    try:
        return importlib.metadata.version("mypy")
    except importlib.metadata.PackageNotFoundError:
        return ""


def is_fresh(target: Path = TARGET) -> bool:
    """Whether `target` holds what a build would make now."""
    stamp = target / STAMP
    return stamp.exists() and json.loads(stamp.read_text())["digest"] == digest()


def missing() -> str:
    """What keeps this machine from compiling, with the remedy; "" where nothing does."""
    if not mypy_version() or importlib.util.find_spec("mypyc") is None:
        return "mypy is not installed here. Run: make install-test"
    if importlib.util.find_spec("setuptools") is None:
        return "setuptools is not installed here. Run: make install-test"
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return (
            f"no C compiler: {compiler!r} is not on the path. Debian, Ubuntu: apt install gcc libc6-dev; "
            "macOS: xcode-select --install"
        )
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not header.exists():
        return f"the interpreter's C headers are missing ({header}). Debian, Ubuntu: apt install python3-dev"
    return ""


def build(target: Path = TARGET, files: tuple[str, ...] = FILES) -> None:
    """Copy the package and compile `files` in the copy; `target` is replaced only when all went well.

    Raises
    ------
    subprocess.CalledProcessError
        mypyc or the C compiler said no; its words went to standard error.
    """
    before = digest()
    making = target.with_name(f"{target.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(SOURCE, making / SOURCE.name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    setup = making / "setup.py"
    setup.write_text(_SETUP.format(version="{}.{}".format(*sys.version_info[:2])))
    named = [f"{SOURCE.name}/{file}" for file in files]
    subprocess.run([sys.executable, setup.name, json.dumps(named)], cwd=making, check=True)
    setup.unlink()
    for left in ("build", ".mypy_cache"):
        shutil.rmtree(making / left, ignore_errors=True)
    for file in files:
        made = (making / SOURCE.name / file).with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))
        assert made.exists(), f"{made} was not made"
    (making / STAMP).write_text(json.dumps({"digest": before, "files": files}, indent=1) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    making.rename(target)


def main(arguments: list[str]) -> int:
    """Build unless the build is fresh; 1 where it cannot be made.

    With `--if-possible` a machine without a compiler is told so and is no failure: the tests of the compiled
    build then skip, and say why.
    """
    if why := missing():
        print(f"compile: {why}", file=sys.stderr)
        return 0 if arguments == ["--if-possible"] else 1
    shown = TARGET.relative_to(ROOT)
    if is_fresh():
        print(f"{shown} is up to date.")
        return 0
    print(f"Compiling {len(FILES)} modules with mypyc {mypy_version()}, about a minute:", flush=True)
    for folder in dict.fromkeys(Path(file).parent.as_posix() for file in FILES):
        names = [Path(file).stem for file in FILES if Path(file).parent.as_posix() == folder]
        print(f"  {folder}: {', '.join(names)}", flush=True)
    begin = time.perf_counter()
    try:
        build()
    except subprocess.CalledProcessError:
        print("compile: mypyc or the C compiler failed; what it said is above.", file=sys.stderr)
        return 1
    print(f"Made {shown} in {time.perf_counter() - begin:.0f} s. Use it so:")
    print(f"  PYTHONPATH={shown} .venv/bin/trade2026 backtest momentum --data sp500")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
