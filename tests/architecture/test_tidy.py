"""House rules that no linter knows, each with a canary that shows it bites.

Files stay below 400 lines and functions below 50 without their docstring; every module opens with a sentence;
no package is a drawer for everything; and the tracked files name no machine, no registry and no loose end.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "trade2026"

FILE_LINES_LIMIT = 400
FUNCTION_LINES_LIMIT = 50
DRAWERS = ("utils", "util", "common", "helpers", "helper", "core", "shared", "misc")
# Written in two halves, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a loose end": r"\bTO" r"DO\b|\bFIX" r"ME\b",
    "a path of one machine": r"(?<![\w.])/wo" r"rk/|/home/\w+/|/Us" r"ers/\w+/",
    "a package registry": r"pypi\."
    r"org|python"
    r"hosted\.org|registry\.npm"
    r"js\.org|conda\."
    r"anaconda\.org",
    "a merge left open": r"^<{7} |^>{7} ",
}


def length_faults(path: str, source: str) -> list[str]:
    """Files and functions that are too long; a function is counted from `def`, without its docstring."""
    faults = []
    lines = len(source.splitlines())
    if lines >= FILE_LINES_LIMIT:
        faults.append(f"{path}: {lines} lines; split it before {FILE_LINES_LIMIT}")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _span(node)
            if ast.get_docstring(node, clean=False) is not None:
                length -= _span(node.body[0])
            if length >= FUNCTION_LINES_LIMIT:
                faults.append(f"{path}:{node.lineno}: {node.name} has {length} lines; split it")
    return faults


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def docstring_faults(path: str, source: str) -> list[str]:
    """Modules without an opening sentence; a package needs a paragraph."""
    docstring = ast.get_docstring(ast.parse(source)) or ""
    if not docstring.strip():
        return [f"{path}: opens without a sentence that says what it is"]
    if path.endswith("__init__.py") and len(docstring.split()) < 10:
        return [f"{path}: a package opens with a paragraph: what it is, what it may import, where to start"]
    return []


def word_faults(path: str, text: str) -> list[str]:
    """Lines that hold a forbidden word."""
    return [
        f"{path}:{number}: {what}: {found.group()!r}"
        for what, pattern in FORBIDDEN.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := re.search(pattern, line))
    ]


def drawer_faults(paths: list[str]) -> list[str]:
    """Packages and modules named after nothing in particular; "the trading core" may be one module."""
    return [
        f"{path}: name it after what it holds"
        for path in paths
        if any(part.removesuffix(".py") in DRAWERS and part != "core.py" for part in Path(path).parts)
    ]


def modules() -> Iterator[tuple[str, str]]:
    """Path below src/trade2026 and text of every module."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), path.read_text(encoding="utf-8")


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Path and text of every tracked text file; skips the test where the tree is no git checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are tracked is unknown")
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in data:
            yield name, data.decode("utf-8", errors="replace")


def test_files_and_functions_are_short() -> None:
    assert [fault for module in modules() for fault in length_faults(*module)] == []


def test_every_module_says_what_it_is() -> None:
    assert [fault for module in modules() for fault in docstring_faults(*module)] == []


def test_tracked_files_hold_no_forbidden_word() -> None:
    assert [fault for each in tracked_texts() for fault in word_faults(*each)] == []


def test_no_package_is_a_drawer() -> None:
    assert drawer_faults([path for path, _ in modules()]) == []


def test_canary_a_long_file_is_found() -> None:
    assert length_faults("a.py", "x = 1\n" * (FILE_LINES_LIMIT - 1)) == []
    assert len(length_faults("a.py", "x = 1\n" * FILE_LINES_LIMIT)) == 1


@pytest.mark.parametrize(
    "head", ["def f():\n", "async def f():\n", 'def f():\n    """One.\n\n    Two.\n    """\n']
)
def test_canary_a_long_function_is_found(head: str) -> None:
    body = "    x = 1\n"
    assert length_faults("a.py", head + body * (FUNCTION_LINES_LIMIT - 2)) == []
    assert len(length_faults("a.py", head + body * (FUNCTION_LINES_LIMIT - 1))) == 1


def test_canary_a_method_inside_a_class_is_counted() -> None:
    source = "class A:\n    def f(self):\n" + "        x = 1\n" * FUNCTION_LINES_LIMIT
    assert len(length_faults("a.py", source)) == 1


@pytest.mark.parametrize("source", ["", "x = 1\n", '""""""\n', "# a comment\n"])
def test_canary_a_module_without_docstring_is_found(source: str) -> None:
    assert len(docstring_faults("a.py", source)) == 1


def test_canary_a_package_with_one_word_is_found() -> None:
    assert len(docstring_faults("oms/__init__.py", '"""Orders."""\n')) == 1


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # TO" + "DO later",
        "# FIX" + "ME",
        "open('/wo" + "rk/data')",
        "see https://py" + "pi.org/project/x",
        "https://files.python" + "hosted.org/packages",
        "/ho" + "me/someone/data",
        "<<<<<" + "<< HEAD",
    ],
)
def test_canary_a_forbidden_word_is_found(line: str) -> None:
    assert len(word_faults("a.md", f"fine\n{line}\n")) == 1


def test_canary_harmless_words_pass() -> None:
    assert word_faults("a.md", "to do, network/io, ../work/io, mastodon, homework/\n") == []


def test_canary_a_tracked_file_is_read() -> None:
    names = [name for name, _ in tracked_texts()]
    assert {"pyproject.toml", "Makefile", "LICENSE"} <= set(names)


@pytest.mark.parametrize(
    "path", ["utils/__init__.py", "oms/helpers.py", "trading/core/state.py", "common.py"]
)
def test_canary_a_drawer_is_found(path: str) -> None:
    assert len(drawer_faults([path])) == 1


def test_canary_a_good_name_passes() -> None:
    assert drawer_faults(["trading/core.py", "oms/state.py"]) == []
