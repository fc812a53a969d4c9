"""The client printed in docs/live-feed.md works as it stands, and the page names what there is."""

import asyncio
import re
from pathlib import Path
from typing import Any

from tests.web.live.harness import Desk, in_loop, serving
from trade2026.web.live.messages import CloseCode, ErrorCode
from trade2026.web.live.topics import TOPICS

PAGE = (Path(__file__).parents[3] / "docs" / "live-feed.md").read_text(encoding="utf-8")


@in_loop
async def test_the_client_of_the_page_follows_quotes_and_resumes_orders():
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    printed: list[Any] = []
    names: dict[str, Any] = {"print": printed.append}
    exec(compile(code[1].replace("asyncio.sleep(1)", "asyncio.sleep(0)"), "live-feed.md", "exec"), names)
    async with serving(Desk()) as desk:
        desk.quotes(A=1.0)
        client = asyncio.create_task(names["follow"](desk.url, "all"))

        async def until(wanted: object) -> None:
            while wanted not in printed:
                assert not client.done()
                await asyncio.sleep(0)

        await until({"A": 1.0})
        desk.quotes(B=2.0)
        await until({"B": 2.0})
        desk.lossless("orders", 1, ("X", {"n": 1}))
        await until([{"n": 1}])
        desk.auth.revoked.append("all")
        desk.hub.check()
        await until({"op": "bye", "code": 4401, "reason": "the session has ended; log in again"})
        desk.auth.revoked.clear()
        desk.lossless("orders", 2, ("X", {"n": 2}))
        await until([{"n": 2}])
        assert printed.count([{"n": 1}]) == 1
        client.cancel()
        await asyncio.gather(client, return_exceptions=True)


def test_the_page_names_every_topic_code_and_error():
    for topic in TOPICS:
        assert f"`{topic.name}`" in PAGE
        for column in (*topic.columns, *topic.key_fields):
            assert column in PAGE
    for code in CloseCode:
        assert f"| {code.value} |" in PAGE
    for error in ErrorCode:
        assert f"`{error.value}`" in PAGE
