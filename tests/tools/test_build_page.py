"""The page is built when its sources changed and not otherwise, and the desk goes up where it cannot be."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import build_page
from tools.build_page import is_fresh, is_new_enough, parse_version, source_hash

FAKE_NPM = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
  ci) mkdir -p node_modules ;;
  run) {build} ;;
esac
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small web/ with a fake Node.js on the path, and nothing else there."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "package.json").write_text("{}")
    (web / "package-lock.json").write_text("{}")
    (web / "src" / "main.ts").write_text("one")
    monkeypatch.setattr(build_page, "ROOT", tmp_path)
    monkeypatch.setattr(build_page, "WEB", web)
    monkeypatch.setattr(build_page, "DIST", tmp_path / "dist")
    monkeypatch.setattr(build_page, "LOCK", tmp_path / "no-lock")
    monkeypatch.setattr(build_page, "node_of_environment", lambda: None)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    install_fake(tmp_path, "mkdir -p ../dist && echo page > ../dist/index.html")
    return tmp_path


def install_fake(tree: Path, build: str, version: str = "v22.12.0") -> None:
    (tree / "bin").mkdir(exist_ok=True)
    for name, text in (
        ("node", f"#!/bin/sh\necho {version}\n"),
        ("npm", FAKE_NPM.format(log=tree / "calls", build=build)),
    ):
        path = tree / "bin" / name
        path.write_text(text)
        path.chmod(0o755)


def calls(tree: Path) -> list[str]:
    """First words of what npm was asked."""
    path = tree / "calls"
    found = [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def test_it_installs_and_builds_once(tree: Path) -> None:
    assert build_page.main([]) == 0
    assert calls(tree) == ["ci", "run"]
    assert build_page.main([]) == 0
    assert calls(tree) == []
    assert (tree / "dist" / "index.html").read_text() == "page\n"


def test_changed_sources_build_again_and_a_changed_lock_installs_again(tree: Path) -> None:
    build_page.main([])
    calls(tree)
    (tree / "web" / "src" / "main.ts").write_text("two")
    build_page.main([])
    assert calls(tree) == ["run"]
    (tree / "web" / "package-lock.json").write_text('{"a": 1}')
    build_page.main([])
    assert calls(tree) == ["ci", "run"]


def test_scripts_of_packages_do_not_run(tree: Path) -> None:
    build_page.main([])
    assert "--ignore-scripts" in (tree / "calls").read_text()


@pytest.mark.parametrize(("argv", "code"), [([], 0), (["--required"], 1)])
def test_without_node_the_desk_goes_up_without_the_page(
    tree: Path, argv: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    install_fake(tree, "exit 1", version="v18.20.0")
    assert build_page.main(argv) == code
    said = capsys.readouterr().out
    assert "no Node.js 20.19, 22.12 or newer" in said
    assert "The desk goes up without the page" in said
    assert calls(tree) == []


def test_a_build_that_fails_says_why_and_keeps_the_old_page(
    tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build_page.main([])
    install_fake(tree, "echo main.ts:1 is wrong; exit 2")
    (tree / "web" / "src" / "main.ts").write_text("three")
    assert build_page.main(["--required"]) == 1
    out, err = capfd.readouterr()
    assert "main.ts:1 is wrong" in err
    assert "as it was built before" in out
    assert build_page.main([]) == 0
    assert calls(tree)[-1] == "run"  # It is tried again.


def test_a_build_that_leaves_no_page_is_a_failure(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install_fake(tree, "true")
    assert build_page.main(["--required"]) == 1
    assert "the build left no dist/index.html" in capsys.readouterr().out


def test_without_sources_there_is_nothing_to_build(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "web" / "package.json").unlink()
    assert build_page.main([]) == 0
    assert "no sources" in capsys.readouterr().out


def test_the_hash_sees_names_and_bytes_and_nothing_that_is_not_source(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").write_text("1")
    first = source_hash(tmp_path)
    for folder in ("node_modules", "dist", ".vite"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x").write_text("y")
    assert source_hash(tmp_path) == first
    (tmp_path / "src" / "a").rename(tmp_path / "src" / "b")
    renamed = source_hash(tmp_path)
    (tmp_path / "src" / "b").write_text("2")
    assert len({first, renamed, source_hash(tmp_path)}) == 3


def test_a_page_without_its_stamp_is_not_fresh(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("")
    assert not is_fresh(tmp_path, "x")
    (tmp_path / build_page.STAMP_NAME).write_text("x")
    assert is_fresh(tmp_path, "x")
    assert not is_fresh(tmp_path, "y")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("v20.19.0", True), ("v20.18.3", False), ("v21.7.3", False), ("v22.11.0", False), ("v22.12.0", True),
        ("v24.1.0\n", True), ("", False), ("nonsense", False), ("v9.0.0", False),
    ],
)  # fmt: skip
def test_versions_that_the_tools_of_the_page_run_on(text: str, fits: bool) -> None:
    assert is_new_enough(parse_version(text)) is fits


def test_it_runs_with_the_standard_library_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({build_page.__file__!r})"],
        check=False,
    )
    assert done.returncode == 0
