"""Every import contract bites: each seeded violation breaks the contract meant for it, and the tree is clean.

The source is copied, one forbidden import at a time is added to the copy, and import-linter reads it with the
real configuration. A contract that nobody could break would be an ornament.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.determinism_lint import CORE

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "trade2026"
PYPROJECT = ROOT / "pyproject.toml"
SEED = "zz_seeded.py"  # No module of ours has this name.
CONTRACTS: list[dict[str, Any]] = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
BY_ID = {contract["id"]: contract for contract in CONTRACTS}
EXISTING = sorted(path.parent.name for path in (ROOT / "src" / PACKAGE).glob("*/__init__.py"))
# Layers that an adapter may see, or that stand above it and are caught by the layers themselves.
SEEN_BY_ADAPTERS = ("primitives", "model", "ports", "adapters", "bootstrap", "cli", "web")


def seeded(importer: str, *imported: str) -> dict[str, str]:
    """A module in package `importer` (slashes between parts) that imports what is named."""
    text = "".join(f"import {name}\n" for name in imported)
    return {f"{PACKAGE}/{importer}/{SEED}": text}


def ours(importer: str, imported: str) -> dict[str, str]:
    """The same for a package of ours."""
    return seeded(importer, f"{PACKAGE}.{imported}")


# name -> (files to add, ids of the contracts that must break, and no other)
VIOLATIONS: dict[str, tuple[dict[str, str], set[str]]] = {
    "primitives sees the model": (ours("primitives", "model"), {"layers"}),
    "the model sees ports": (ours("model", "ports"), {"layers"}),
    "ports see analytics, a sibling": (ours("ports", "analytics"), {"layers"}),
    "the oms sees risk, a sibling": (ours("oms", "risk"), {"layers"}),
    "the ledger sees trading": (ours("ledger", "trading"), {"layers"}),
    "trading sees simulation": (ours("trading", "simulation"), {"layers"}),
    "simulation sees strategies, a sibling": (ours("simulation", "strategies"), {"layers"}),
    "application sees the command line": (ours("application", "cli"), {"layers"}),
    "the command line sees bootstrap": (ours("cli", "bootstrap"), {"layers"}),
    "a package nobody placed": ({f"{PACKAGE}/utils/__init__.py": ""}, {"layers"}),
    "a module nobody placed": ({f"{PACKAGE}/helpers.py": ""}, {"layers"}),
    "an optional layer looks up": (
        {f"{PACKAGE}/operations/__init__.py": f"import {PACKAGE}.application\n"},
        {"layers"},
    ),
    "an optional layer looks down": (
        {f"{PACKAGE}/operations/__init__.py": f"import {PACKAGE}.trading\n"},
        set(),
    ),
    "the command line names an adapter": (
        ours("cli", "adapters.embedded"),
        {"layers", "adapters-hidden"},
    ),
    "application names an adapter": (
        ours("application", "adapters.embedded"),
        {"layers", "adapters-hidden"},
    ),
    "bootstrap names an adapter": (ours("bootstrap", "adapters.embedded"), set()),
    "an adapter knows another": (
        {f"{PACKAGE}/adapters/distributed/__init__.py": f"import {PACKAGE}.adapters.embedded\n"},
        {"adapters-independent"},
    ),
    "a venue knows another": (
        {
            f"{PACKAGE}/adapters/venues/__init__.py": "",
            f"{PACKAGE}/adapters/venues/first/__init__.py": f"import {PACKAGE}.adapters.venues.second\n",
            f"{PACKAGE}/adapters/venues/second/__init__.py": "",
        },
        {"venues-independent"},
    ),
    "simulation names an adapter": (
        ours("simulation", "adapters.embedded"),
        {"layers", "adapters-hidden", "venue-behind-port"},
    ),
    "a strategy names an adapter": (
        ours("strategies", "adapters.embedded"),
        {"layers", "adapters-hidden", "venue-behind-port"},
    ),
    "application serves HTTP": (
        seeded("application", *BY_ID["web-at-the-door"]["forbidden_modules"]),
        {"web-at-the-door"},
    ),
    "the web sees the command line, a sibling": (ours("web", "cli"), {"layers"}),
    "the web names an adapter": (ours("web", "adapters.embedded"), {"layers", "adapters-hidden"}),
    "the client sees a port, a sibling": (
        {f"{PACKAGE}/client/__init__.py": f"import {PACKAGE}.ports\n"},
        {"layers"},
    ),
    "the command line uses the client": (
        {f"{PACKAGE}/client/__init__.py": f"import {PACKAGE}.model\n", **ours("cli", "client")},
        set(),
    ),
    "analytics sees the model": (ours("analytics", "model"), {"plain-numerics"}),
    "analytics sees ports": (ours("analytics", "ports"), {"layers", "plain-numerics"}),
    "an adapter sees all that decides": (
        seeded("adapters/embedded", *BY_ID["adapters-thin"]["forbidden_modules"]),
        {"adapters-thin"},
    ),
    "the model does all kinds of I/O": (
        seeded("model", *BY_ID["pure-core"]["forbidden_modules"]),
        {"pure-core"},
    ),
    "every package of the core opens a socket": (
        {
            f"{name.replace('.', '/')}/{SEED}": "import socket\n"
            for name in BY_ID["pure-core"]["source_modules"]
        },
        {"pure-core"},
    ),
}

Answer = dict[str, dict[str, list[list[str]]]]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """What import-linter found broken: per seeded violation, and in the tree as it is (`clean`)."""
    copy = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "samples")
    shutil.copytree(ROOT / "src" / PACKAGE, copy / PACKAGE, ignore=ignored)
    violations = {"clean": {}, **{name: files for name, (files, _) in VIOLATIONS.items()}}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/architecture/contract_probe.py"), str(PYPROJECT), str(copy)],
        input=json.dumps(violations),
        env={"PYTHONPATH": str(copy), "PATH": "", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: Answer = json.loads(done.stdout)
    return found


def test_the_tree_keeps_every_contract(answer: Answer) -> None:
    assert answer["clean"] == {}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_seeded_violation_breaks_the_contract_meant_for_it(answer: Answer, name: str) -> None:
    expected = VIOLATIONS[name][1]
    assert set(answer[name]) == expected | set(answer["clean"])


def test_every_contract_has_a_violation() -> None:
    assert set().union(*(expected for _, expected in VIOLATIONS.values())) == set(BY_ID)


def test_each_forbidden_module_is_found_by_name(answer: Answer) -> None:
    for name, contract in (
        ("the model does all kinds of I/O", "pure-core"),
        ("an adapter sees all that decides", "adapters-thin"),
        ("application serves HTTP", "web-at-the-door"),
    ):
        found = {imported for _, imported in answer[name][contract]}
        assert found >= set(BY_ID[contract]["forbidden_modules"])


def test_each_core_package_is_watched(answer: Answer) -> None:
    found = answer["every package of the core opens a socket"]["pure-core"]
    assert {importer for importer, _ in found} >= set(BY_ID["pure-core"]["source_modules"])


def test_a_new_package_joins_the_contracts_that_name_packages() -> None:
    """The layers are exhaustive by themselves; the lists of the other two must grow by hand."""
    core = {f"{PACKAGE}.{name}" for name in EXISTING if name in CORE}
    assert set(BY_ID["pure-core"]["source_modules"]) == core
    hidden = {f"{PACKAGE}.{name}" for name in EXISTING if name not in SEEN_BY_ADAPTERS}
    assert set(BY_ID["adapters-thin"]["forbidden_modules"]) == hidden
