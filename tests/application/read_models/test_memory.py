"""What is over leaves no memory behind: as much after ten times as many of them."""

import tracemalloc
from collections.abc import Callable

from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.application.read_models.alerts import Alerts
from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Moment
from trade2026.application.read_models.topics import Topics
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderRefused
from trade2026.trading.core import Core

NOW = 1_700_000_000_000_000_000


def growth(one_more: Callable[[int], None], warm: int, count: int) -> int:
    """Bytes that calls `warm` to `count` left behind, where those before may fill what is bounded."""
    for number in range(warm):
        one_more(number)
    tracemalloc.start()
    try:
        begin, _ = tracemalloc.get_traced_memory()
        for number in range(warm, count):
            one_more(number)
        end, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return end - begin


def test_the_real_time_of_what_is_long_ago_takes_no_memory():
    history = SqliteHistory(":memory:")
    wall = WallClock(history)
    assert growth(lambda number: wall.record(2 * number, 10 * number), 20_000, 200_000) < 300_000
    assert [wall.at(seq) for seq in (-1, 0, 1, 80_001, 399_998)] == [None, 0, 0, 400_000, 1_999_990]
    history.close()


def test_refusals_are_told_and_then_forgotten():
    history, moment = SqliteHistory(":memory:"), Moment()
    alerts = Alerts(
        Core().engines.oms, Topics(10), WallClock(history), lambda *_: None, lambda _: None, alerts_max=10
    )
    refused = alerts.handlers()[OrderRefused]

    def refuse(number: int) -> None:
        moment.seq = number
        refused(
            moment,
            OrderRefused(
                NOW, "A", f"c-{number}", "", "KO.XSIM", Side.BUY, OrderType.LIMIT, TimeInForce.DAY, 1, 1, 1,
                (), 0, None,
            ),
        )  # fmt: skip

    assert growth(refuse, 1_000, 10_000) < 100_000
    assert len(alerts.page(None, 100, None, 10_000).items) <= 20
    history.close()
