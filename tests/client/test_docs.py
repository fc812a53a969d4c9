"""The page about the client says what is so: its snippets run, in their order, on a real desk."""

from pathlib import Path
from typing import Any

import pytest

from tests.desk_process import RealDesk, start_desk
from tests.docs.markdown import ROOT, blocks, spans
from trade2026 import client as package
from trade2026.client import Client, Unavailable

PAGE = ROOT / "docs" / "python-client.md"
SIM = "## The simulated market"
"""The section whose snippets need a desk that trades there."""


def parts() -> tuple[str, str]:
    """The page without that section, and the section."""
    before, _, rest = PAGE.read_text().partition(f"{SIM}\n")
    section, heading, after = rest.partition("\n## ")
    assert before
    assert section
    assert after
    return before + heading + after, section


def play(desk: RealDesk, text: str, names: dict[str, Any]) -> None:
    """Run the snippets of a part of the page, one after the other."""
    snippets = [each.text for each in blocks(text) if each.language == "python"]
    assert snippets
    for number, snippet in enumerate(snippets, start=1):
        code = snippet.replace("http://127.0.0.1:8026", desk.url).replace("the password", desk.password)
        exec(compile(code, f"{Path(PAGE).name}, snippet {number}", "exec"), names)


@pytest.mark.process
@pytest.mark.slow
def test_the_snippets_run(capsys: pytest.CaptureFixture[str]) -> None:
    with start_desk(replay={"speed": 5.0}) as desk:
        names: dict[str, Any] = {"__name__": "snippets"}
        try:
            play(desk, parts()[0], names)
        finally:
            names["client"].close()
    said = capsys.readouterr().out
    for words in ("ok admin", "APPROVED", "MAX_ORDER_NOTIONAL", "at most", "100%", "True"):
        assert words in said


def is_open(client: Client) -> bool:
    """Whether the market has made its past and answers."""
    try:
        client.sim_state()
    except Unavailable:
        return False
    return True


@pytest.mark.process
@pytest.mark.slow
def test_the_snippets_about_the_simulated_market_run(capsys: pytest.CaptureFixture[str]) -> None:
    config = {"accounts": [{"account_id": "SIM", "currency": "USDT", "venue": "PRISM"}]}
    with (
        start_desk(data="prism", config=config) as desk,
        Client(desk.url, name="admin", password=desk.password, patience_s=5.0) as client,
    ):
        desk.wait_for(lambda: is_open(client), "the market, which makes its past first", 300)
        play(desk, parts()[1], {"__name__": "snippets", "client": client})
    said = capsys.readouterr().out
    for words in ("BTCUSDT", "VPIN", "makers have made", "sells 400 usual orders", "100%", "spread"):
        assert words in said
    assert any(words in said for words in (" BUY ", " SELL "))


def test_every_error_is_described() -> None:
    named = set(
        spans(PAGE.read_text().partition("## When the answer is no")[2].partition("## Strategies")[0])
    )
    kinds = {
        name for name in package.__all__
        if isinstance(each := getattr(package, name), type) and issubclass(each, Exception)
    }  # fmt: skip
    assert kinds - named == {"RowsLost"}
