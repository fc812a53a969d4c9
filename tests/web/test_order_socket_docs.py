"""The conversation of docs/order-socket.md, held as it is written, and the page names what there is."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from tests.docs.markdown import ROOT, blocks
from tests.web.conftest import Running
from tests.web.order_line import OrderLine, serving
from tests.web.test_journey import missing
from trade2026.web.live.messages import CloseCode
from trade2026.web.orders.frames import Request, Word
from trade2026.web.orders.socket import OrderSocketLimits

PAGE = (ROOT / "docs" / "order-socket.md").read_text(encoding="utf-8")


@pytest.fixture
def line(running: Running) -> Iterator[OrderLine]:
    line = OrderLine(running)
    served = serving(line)
    running(served.__aenter__())
    yield line
    running(served.__aexit__(None, None, None))


def test_the_page_shows_what_is_answered(line: OrderLine, running: Running) -> None:
    said = [json.loads(each.text) for each in blocks(PAGE) if each.language == "json"]

    async def talk() -> list[str]:
        trader = await running.desk.user("tina", "trader")
        faults: list[str] = []
        async with line.connected(None) as client:
            for asked, shown in zip(said[::2], said[1::2], strict=True):
                message: dict[str, Any] = asked | ({"token": trader.token} if "token" in asked else {})
                await client.say(**message)
                answered = await client.hear()
                faults += [f"{asked['op']} {asked.get('id')}: {each}" for each in missing(shown, answered)]
        return faults

    assert line.run(talk()) == []


def test_the_page_names_every_word_code_and_bound() -> None:
    for word in Word:
        assert f"| `{word}` |" in PAGE
    for code in CloseCode:
        assert f"| {code.value} |" in PAGE
    for kind in get_args(Request):
        assert f'"do": "{kind.__struct_config__.tag}"' in PAGE
    limits = OrderSocketLimits()
    for bound in (limits.batches, limits.requests, limits.connections_per_user, limits.connections_total):
        assert f"{bound:,}" in PAGE
