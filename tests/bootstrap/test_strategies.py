"""Finding strategies: every one that ships, files with modules beside them, and what their hash covers."""

from pathlib import Path

import pytest

from trade2026.application.parameters import describe_parameters, parse_parameters
from trade2026.bootstrap.strategies import SHIPPED, StrategyFinder
from trade2026.ports.strategy import Strategy
from trade2026.primitives.identifiers import check_identifier

FILE = """
import msgspec
from trade2026.ports.strategy import Strategy
import {helper}

class P(msgspec.Struct, frozen=True):
    pass

class WithAVeryLongNameThatWouldNotFitIntoAnIdentifierOfAnOrder(Strategy):
    parameters_type = P
    factor = {helper}.FACTOR
"""


@pytest.mark.parametrize("name", list(SHIPPED))
def test_what_ships_is_found_described_and_made(name: str) -> None:
    found = StrategyFinder().find(name)
    assert found.name == found.strategy_id == name
    assert found.summary
    assert all(each.text for each in describe_parameters(found.parameters_type))
    assert Strategy in type(found.make(parse_parameters(found.parameters_type, [], name))).__mro__


def test_every_module_of_strategies_is_registered() -> None:
    import trade2026.strategies

    folder = Path(str(trade2026.strategies.__file__)).parent
    modules = {f"trade2026.strategies.{path.stem}" for path in folder.glob("*.py")} - {
        "trade2026.strategies.__init__"
    }
    assert {module for module, _ in SHIPPED.values()} == modules


def test_modules_beside_a_file_are_found_and_hashed(tmp_path: Path) -> None:
    hashes = []
    for index, factor in enumerate((1, 2, 2)):
        folder = tmp_path / str(index)
        folder.mkdir()
        helper = f"beside_strategy_{index if factor == 1 else 'two'}"
        (folder / f"{helper}.py").write_text(f"FACTOR = {factor}\n")
        (folder / "mine.py").write_text(FILE.replace("{helper}", helper))
        found = StrategyFinder().find(str(folder / "mine.py"))
        hashes.append(found.source_sha256)
        assert len(found.strategy_id) <= 32
        check_identifier(found.strategy_id, "strategy_id")
    assert hashes[0] != hashes[1]


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    text = FILE.replace("import {helper}", "").replace("{helper}.FACTOR", "1")
    path.write_text(text)
    first = StrategyFinder().find(str(path))
    path.write_text(text.replace("factor = 1", "factor = 2"))
    second = StrategyFinder().find(str(path))
    assert first.source_sha256 != second.source_sha256
    made = second.make(second.parameters_type())
    assert made.factor == 2  # type: ignore[attr-defined]
