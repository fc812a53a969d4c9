"""The examples of the page on factor analysis run, one after the other, and what they assert holds."""

import msgspec

from tests.docs.markdown import ROOT, blocks
from trade2026.application.analyses.factors.betas import BetasRequest
from trade2026.application.analyses.registry import analyses

PAGE = ROOT / "docs" / "factor-analysis.md"


def test_the_examples_run() -> None:
    code = [block.text for block in blocks(PAGE.read_text()) if block.language == "python"]
    assert len(code) == 5
    names: dict[str, object] = {}
    for text in code:
        exec(compile(text, str(PAGE), "exec"), names)
    assert msgspec.convert(names["request"], BetasRequest, strict=False).risk_free_factor == "RF"


def test_every_analysis_is_on_the_page() -> None:
    text = PAGE.read_text()
    mine = [
        each.analysis_id
        for each in analyses()
        if type(each.example).__module__.startswith("trade2026.application.analyses.factors.")
    ]
    assert len(mine) == 8
    assert [each for each in mine if f"`{each}`" not in text] == []
