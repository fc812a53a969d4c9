"""The worked examples in docs/ledger.md are what the ledger books."""

import re
from pathlib import Path

import pytest

from tests.ledger.books import INSTRUMENTS, book, books, spoken
from trade2026.ledger.postings import postings
from trade2026.primitives.fixed_point import format_raw

_TEXT = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text()
_EXAMPLES = re.split(r"^### ", _TEXT.split("## Worked examples")[1].split("\n## ")[0], flags=re.MULTILINE)[1:]
_STEP = re.compile(r"^`([^`]+)` of `([^`]+)`.*\n\n((?:\|.*\n)+)", re.MULTILINE)


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_worked_example(example: str) -> None:
    state, steps = books(), _STEP.findall(example)
    assert steps
    assert len(steps) == example.count("|---|---|---|")
    for words, instrument_id, table in steps:
        entry = postings(book(state, spoken(words, INSTRUMENTS[instrument_id])), INSTRUMENTS)
        rows = [f"| {line.kind} | {line.commodity} | {format_raw(amount)} |" for line, amount in entry]
        assert table.splitlines()[2:] == rows


def test_all_examples_are_read() -> None:
    assert len(_EXAMPLES) == 4
