"""The files around the code agree with one another: locks, declared dependencies, Makefile, records."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BACKEND = "setuptools"


def canonical(name: str) -> str:
    """The normal form of a distribution name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked(text: str) -> dict[str, str]:
    """Canonical name -> version range, from the lines of a requirements.in file."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)\s*([<>=!~].*)?$", line.partition("#")[0].strip())
        if match and not line.startswith("-"):
            found[canonical(match[1])] = (match[2] or "").strip()
    return found


def lock_faults(text: str) -> list[str]:
    """Entries of a lock that are not an exact version with a SHA-256, and lines that name an address."""
    faults = [line for line in text.splitlines() if "://" in line or re.match(r"\s*-{1,2}(?!hash=)\w", line)]
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    for entry in entries:
        exact = re.match(r"[A-Za-z0-9._-]+==\S+", entry)
        if not exact or not re.search(r"--hash=sha256:[0-9a-f]{64}", entry):
            faults.append(entry.splitlines()[0])
    return faults


def locked(text: str) -> set[tuple[str, str]]:
    """(canonical name, version) of every entry of a lock."""
    return {
        (canonical(name), version)
        for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    }


def lock(name: str) -> str:
    return (REQUIREMENTS / name).read_text()


def test_declared_dependencies_equal_those_that_are_locked() -> None:
    declared = asked("\n".join(PYPROJECT["project"]["dependencies"]))
    declared |= asked("\n".join(PYPROJECT["build-system"]["requires"]))
    assert asked(lock("run.in")) == declared
    assert BACKEND in declared


@pytest.mark.parametrize("name", ["run", "test", "node", "lock"])
def test_a_lock_pins_and_hashes_what_was_asked(name: str) -> None:
    text = lock(f"{name}.txt")
    assert lock_faults(text) == []
    assert set(asked(lock(f"{name}.in"))) <= {package for package, _ in locked(text)}


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    assert locked(lock("run.txt")) <= locked(lock("test.txt"))


@pytest.mark.parametrize(
    "entry",
    [
        "numpy==2.4.6",
        f"numpy>=2.4 --hash=sha256:{'0' * 64}",
        f"--index-url https://example.com\nnumpy==2.4.6 --hash=sha256:{'0' * 64}",
        f"--find-links wheels\nnumpy==2.4.6 --hash=sha256:{'0' * 64}",
        "numpy @ https://example.com/numpy.whl",
    ],
)
def test_canary_a_loose_lock_is_found(entry: str) -> None:
    assert lock_faults(entry) != []


def test_canary_a_good_lock_passes() -> None:
    hashes = f"    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n"
    good = f"numpy==2.4.6 ; python_version < '3.12' \\\n{hashes}"
    assert lock_faults(f"# Compiled.\n{good}{good}") == []


def test_every_make_target_has_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE)) - {"install-test"}
    documented = set(re.findall(r"^([a-z-]+):[^#\n]*## \S", makefile, re.MULTILINE))
    assert phony == documented
    assert {
        "help",
        "up",
        "test",
        "lint",
        "types",
        "simulate",
        "crash",
        "mutants",
        "bench",
        "lock",
    } <= documented


def test_release_notes_follow_their_convention() -> None:
    kinds = r"\d{4}-[a-z0-9-]+\.(breaking|added|changed|fixed|removed)\.md"
    names = [path.name for path in sorted((ROOT / "changelog.d").iterdir()) if path.name != "README.md"]
    assert [name for name in names if not re.fullmatch(kinds, name)] == []


def test_every_decision_is_listed_once() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    numbers = [record[:4] for record in records]
    assert len(numbers) == len(set(numbers))
    assert sorted(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())) == records


def test_the_license_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
