"""What fees leave behind: coins that can be sold, and a cash account that owes nothing."""

from pathlib import Path

import pytest

from tests.simulation.backtest.desk import SHARE_ID, START, Scripted, Table, bars, play
from trade2026.model.enums import AccountType, OrderType, Side
from trade2026.model.events import OrderRefused
from trade2026.model.instrument import crypto_spot
from trade2026.model.market_data import Bar
from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.paper import BpsFees, FeeCurrency, PaperConfig, PerShareFees


class BuyThenSellAll(Scripted):
    """Buys one coin, then sells what it holds."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        held = context.position(bar.instrument_id).quantity
        self.notes.append(held)
        if len(self.notes) == 1:
            assert context.submit_order(bar.instrument_id, Side.BUY, UNIT).accepted
        elif held:
            whole = context.instruments[bar.instrument_id].whole_lots(held)
            assert context.submit_order(bar.instrument_id, Side.SELL, whole).accepted


def test_a_fee_in_the_coin_bought_leaves_what_can_be_sold(tmp_path: Path) -> None:
    coin = crypto_spot("BTCUSDT")
    events = [
        Bar(coin.instrument_id, ts, ts, p * UNIT, p * UNIT, p * UNIT, p * UNIT, 10**6 * UNIT)
        for ts, p in ((START + MINUTE_NS, 100), (START + 2 * MINUTE_NS, 100), (START + 3 * MINUTE_NS, 200))
    ]
    strategy = BuyThenSellAll()
    fees = BpsFees(10 * UNIT, 10 * UNIT, FeeCurrency.RECEIVED)
    result = play(
        tmp_path, strategy, Table(events, (coin,)), base_currency="USDT", paper=PaperConfig(fees=fees),
        account_type=AccountType.CASH,
    )  # fmt: skip
    assert result.strategy_error is None
    assert strategy.notes == [0, 999_000_000, 0], "0.1 % of the coin is the fee"
    buy, sell = result.fills
    assert (buy.commission, buy.commission_currency) == (1_000_000, "BTC")
    assert (sell.quantity, sell.commission_currency) == (999_000_000, "USDT")
    book = result.core.engines.ledger.accounts["BACKTEST"]
    assert book.positions[coin.instrument_id].quantity == book.positions[coin.instrument_id].cost == 0
    proceeds = 999_000_000 * 200
    assert book.cash == {"USDT": 1_000_000 * UNIT - 100 * UNIT + proceeds - proceeds // 1_000}
    assert sell.realized == proceeds - 100 * UNIT


class SpendsItAll(Scripted):
    """Bids for as much as it is told would pass, at every bar."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        event = context.submit_order(
            SHARE_ID, Side.BUY, 10**7 * UNIT, order_type=OrderType.LIMIT, limit_price=bar.close
        ).event
        assert isinstance(event, OrderRefused)
        if event.largest_qty:
            context.submit_order(
                SHARE_ID, Side.BUY, event.largest_qty, order_type=OrderType.LIMIT, limit_price=bar.close
            )


@pytest.mark.parametrize("per_share", [UNIT // 40, 3 * UNIT])
def test_a_cash_account_never_owes_its_fees(tmp_path: Path, per_share: int) -> None:
    minimum = 700 * UNIT
    events = bars(*(10 - i % 3 for i in range(40)))
    result = play(
        tmp_path, SpendsItAll(), Table(events), account_type=AccountType.CASH, cash=10_000 * UNIT,
        paper=PaperConfig(fees=PerShareFees(per_share, minimum)), fee_per_unit=per_share,
        fee_per_order=minimum,
    )  # fmt: skip
    assert result.strategy_error is None
    assert result.fills
    cash = result.core.engines.ledger.accounts["BACKTEST"].cash["USD"]
    assert 0 <= cash < 10_000 * UNIT
