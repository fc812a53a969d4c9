"""The page about the client says what is so: its snippets run, in their order, on a real desk."""

from pathlib import Path
from typing import Any

import pytest

from tests.desk_process import start_desk
from tests.docs.markdown import ROOT, blocks, spans
from trade2026 import client as package

PAGE = ROOT / "docs" / "python-client.md"


def snippets() -> list[str]:
    return [each.text for each in blocks(PAGE.read_text()) if each.language == "python"]


@pytest.mark.process
@pytest.mark.slow
def test_the_snippets_run(capsys: pytest.CaptureFixture[str]) -> None:
    with start_desk(replay={"speed": 5.0}) as desk:
        names: dict[str, Any] = {"__name__": "snippets"}
        try:
            for number, text in enumerate(snippets(), start=1):
                text = text.replace("http://127.0.0.1:8026", desk.url).replace("the password", desk.password)
                exec(compile(text, f"{Path(PAGE).name}, snippet {number}", "exec"), names)
        finally:
            names["client"].close()
    said = capsys.readouterr().out
    for words in ("ok admin", "APPROVED", "MAX_ORDER_NOTIONAL", "at most", "100%", "True"):
        assert words in said


def test_every_error_is_described() -> None:
    named = set(
        spans(PAGE.read_text().partition("## When the answer is no")[2].partition("## Strategies")[0])
    )
    kinds = {
        name for name in package.__all__
        if isinstance(each := getattr(package, name), type) and issubclass(each, Exception)
    }  # fmt: skip
    assert kinds - named == {"RowsLost"}
