"""The list of compiled modules is right, tests run plain Python, and a machine without a compiler is told."""

import sysconfig

import pytest

from tools import compile_core
from trade2026.primitives.build import is_compiled


def test_tests_run_plain_python() -> None:
    assert not is_compiled()


def test_every_compiled_module_exists_once_and_defines_no_struct() -> None:
    assert len(set(compile_core.FILES)) == len(compile_core.FILES)
    for file in compile_core.FILES:
        assert "msgspec.Struct" not in (compile_core.SOURCE / file).read_text(), file


def test_a_missing_compiler_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables = {"CC": "no-such-compiler -O2"}
    monkeypatch.setattr(sysconfig, "get_config_var", variables.get)
    assert compile_core.main([]) == 1
    said = capsys.readouterr().err
    assert "no-such-compiler" in said
    assert "apt install gcc" in said


def test_a_missing_mypy_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compile_core, "mypy_version", lambda: "")
    assert compile_core.main([]) == 1
    assert "make install-test" in capsys.readouterr().err


def test_a_machine_without_a_compiler_is_told_and_is_no_failure_of_the_tests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert compile_core.main(["--if-possible"]) == 0
    assert "no C compiler" in capsys.readouterr().err
