"""A door behind a port with depth in its book, and a clock that goes."""

import re
import time
from typing import Any

from tests.web.binance.house import WIDE, House


class RealClock:
    """The machine's."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()


def make_house() -> House:
    """With five levels on each side."""
    house = House(RealClock(), WIDE)
    house.book()
    return house


def pointed_at(host: str, tree: Any) -> Any:
    """A tree of addresses with another host, without TLS; nothing else of them changes."""
    if isinstance(tree, dict):
        return {name: pointed_at(host, each) for name, each in tree.items()}
    if isinstance(tree, str):
        return re.sub(r"^(http|ws)s?://[^/]+", lambda match: f"{match[1]}://{host}", tree)
    return tree
