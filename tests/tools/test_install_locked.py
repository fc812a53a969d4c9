"""What is installed first, and that it is enough to compile the market."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import compile_market, install_locked
from tools.install_locked import FIRST, ROOT, locked_lines

LOCK = (ROOT / "requirements" / "run.txt").read_text()
BLOCKER = """
import sys
from importlib.abc import MetaPathFinder

FIRST = {first!r}


class Only(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        is_known = root in (*FIRST, "trade2026") or root in sys.stdlib_module_names or root.startswith("_")
        if not is_known:
            raise ModuleNotFoundError(f"no module {{root}}", name=root)
        return None


sys.meta_path.insert(0, Only())
import runpy

runpy.run_path({script!r}, run_name="__main__")
"""


def test_the_market_is_compiled_with_what_is_installed_first():
    script = BLOCKER.format(first=FIRST, script=compile_market.__file__)
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_part_of_the_lock_has_each_version_with_all_its_hashes():
    lines = locked_lines(LOCK, FIRST)
    assert lines.count("numpy==") == LOCK.count("\nnumpy==") == 2
    assert lines.count("llvmlite==") == lines.count("numba==") == lines.count("msgspec==") == 1
    assert "scipy" not in lines
    for entry in lines.split("\n")[:-1]:
        assert entry in LOCK
    assert locked_lines("a==1 \\\n    --hash=sha256:0\nab==2 \\\n    --hash=sha256:1\n", ["ab"]) == (
        "ab==2 \\\n    --hash=sha256:1\n"
    )


def test_a_part_that_the_lock_does_not_have_is_named():
    with pytest.raises(ValueError, match="the lock has no nonsense"):
        locked_lines(LOCK, ["numpy", "nonsense"])


def test_nothing_is_installed_twice_and_a_failure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install_locked, "stamp_path", lambda name: tmp_path / name)
    ran = [sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'a').write('x')"]
    for wanted in ("1", "1", "2"):
        install_locked.once("a", wanted, ran, "it")
    assert (tmp_path / "ran").read_text() == "xx"
    with pytest.raises(SystemExit, match="Installing it failed"):
        install_locked.once("b", "1", [sys.executable, "-c", "raise SystemExit(3)"], "it")
    assert not (tmp_path / "b").exists()
    assert capsys.readouterr().out.count("Installing it") == 3


def test_it_runs_with_the_standard_library_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({install_locked.__file__!r})"],
        check=False,
    )
    assert done.returncode == 0
