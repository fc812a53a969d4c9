"""The entry point: exit codes, bugs kept in a file, and the version that names the code."""

import shutil
import tempfile
from pathlib import Path

import pytest

import trade2026
from trade2026.application.desk import Desk
from trade2026.bootstrap.main import BUG, main
from trade2026.bootstrap.version import code_version


def test_a_bug_is_told_as_ours_with_its_traceback_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Desk) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(Desk, "trials", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TRADE2026_HOME", str(tmp_path / "home"))
    assert main(["trials"]) == BUG
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "this is a bug in trade2026" in said.err
    (file,) = tmp_path.glob("trade2026-bug-*.txt")
    assert str(file) in said.err
    text = file.read_text()
    assert "ZeroDivisionError: nobody foresaw this" in text
    assert "arguments: ['trials']" in text


def test_a_bad_home_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRADE2026_HOME", str(tmp_path / "file"))
    assert main(["trials"]) == 2
    assert capsys.readouterr().err.startswith("error: TRADE2026_HOME must be a folder")


def test_the_code_version_changes_with_any_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(trade2026.__file__).parent
    copy = tmp_path / "trade2026"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "samples"))
    before = code_version()
    assert before.startswith(f"{trade2026.__version__}+")
    monkeypatch.setattr(trade2026, "__file__", str(copy / "__init__.py"))
    assert code_version() == before
    (copy / "model" / "price.py").write_text("# other\n")
    assert code_version() != before
