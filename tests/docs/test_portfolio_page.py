"""The examples of the page on portfolio optimization run, one after the other, and what they assert holds."""

import re

from tests.docs.markdown import ROOT, blocks
from trade2026.analytics.optimization.table import OPTIMIZERS

PAGE = ROOT / "docs" / "portfolio-optimization.md"


def test_the_examples_run() -> None:
    code = [block.text for block in blocks(PAGE.read_text()) if block.language == "python"]
    assert len(code) == 10
    names: dict[str, object] = {}
    for text in code:
        exec(compile(text, str(PAGE), "exec"), names)


def test_every_method_is_on_the_page() -> None:
    named = set(re.findall(r"`(\w+)[`(]", PAGE.read_text()))
    assert set(OPTIMIZERS) <= named
