"""The glossary speaks the language of the code: its names exist, and its FIX tags are those of the code."""

import re

from tests.docs.markdown import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
SOURCE = "\n".join(path.read_text() for path in sorted((ROOT / "src" / "trade2026").rglob("*.py")))
_PAIR = re.compile(r"\b([A-Z][A-Za-z]{3,}) \((\d{1,3}|[A-Z])\)")
_LOOSE_PAIR = re.compile(r"\((?:FIX )?([A-Z][A-Za-z]+) (\d{1,3})\)")


def tags(text: str) -> dict[str, str]:
    """FIX names with their tags, as "Side (54)" and "(FIX ClOrdID 11)"."""
    return dict(_PAIR.findall(text)) | dict(_LOOSE_PAIR.findall(text))


def unknown_words(text: str, source: str) -> list[str]:
    """Names in the first column that the code does not have."""
    first = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    names = [name for cell in first for name in re.findall(r"`([A-Za-z]\w+)`", cell)]
    return [name for name in names if not re.search(rf"\b{name}\b", source)]


def test_tags_are_those_of_the_code() -> None:
    ours, theirs = tags(GLOSSARY), tags(SOURCE)
    assert len(theirs) >= 8
    assert {name: ours.get(name) for name in theirs} == theirs


def test_names_exist_in_the_code() -> None:
    assert unknown_words(GLOSSARY, SOURCE) == []


def test_canary_a_wrong_tag_is_read() -> None:
    assert tags("FIX Side (54), `x` (FIX ClOrdID 11), ExecutionReport (8)") == {
        "Side": "54", "ClOrdID": "11", "ExecutionReport": "8"
    }  # fmt: skip


def test_canary_an_unknown_word_is_found() -> None:
    assert unknown_words("| `gone`, `there` | x |", "there = 1") == ["gone"]
