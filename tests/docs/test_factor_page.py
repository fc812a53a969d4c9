"""The examples of the page on factor models run, and every style and analysis is on it."""

import re

from tests.docs.markdown import ROOT, blocks
from trade2026.analytics.factor_models.cross_section.styles import FIELDS, STYLES
from trade2026.application.analyses.barra_request import FactField, StyleName

PAGE = ROOT / "docs" / "factor-models.md"


def test_the_examples_run() -> None:
    code = [block.text for block in blocks(PAGE.read_text()) if block.language == "python"]
    assert len(code) == 2
    names: dict[str, object] = {}
    for text in code:
        exec(compile(text, str(PAGE), "exec"), names)


def test_every_style_and_fact_is_on_the_page_and_can_be_asked_for() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.read_text()))
    assert set(STYLES) | set(FIELDS) <= named
    assert [each.value for each in StyleName] == list(STYLES)
    assert {each.value for each in FactField} == set(FIELDS)
