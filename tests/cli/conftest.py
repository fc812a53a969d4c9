"""A terminal at a fresh folder for each test."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def trade2026(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")
