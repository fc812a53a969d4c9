"""What a plan is made from, read in one turn of the loop: account, open orders, quotes, rules and limits."""

from collections.abc import Callable, Iterable
from typing import Final

from trade2026.application.costs import paper_config
from trade2026.application.live.config import DeskConfig
from trade2026.application.read_models import MarketView, ReadModels
from trade2026.application.read_models.worth import sum_in_base
from trade2026.application.rebalancing.plan import (
    AccountState,
    Fees,
    Holding,
    Others,
    QuoteSource,
    Touch,
    Wishes,
)
from trade2026.ledger.state import AccountBook
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import MINUTE_NS
from trade2026.risk.state import AccountRisk, Exposure
from trade2026.simulation.paper.rules import worsen

_SHOWN: Final = 5
"""Instruments that one message names."""

_QUOTE_AGE_MAX_NS: Final = MINUTE_NS
"""A quote stands until it is replaced, but not for longer than that, even while trades go on."""

PaperCost = Callable[[str], int | None]
"""From an account to what taking costs at its paper venue, in half raw basis points (spread plus twice the
slippage); None for an account that a venue behind a line holds."""


def paper_costs(config: DeskConfig) -> PaperCost:
    """What taking costs at the paper venue of a desk that is set up so."""
    costs = paper_config(config.costs)
    cost = costs.spread_bps + 2 * costs.slippage_bps
    held = {each.account_id for each in config.accounts if each.venue}
    return lambda account_id: None if account_id in held else cost


class Quotes:
    """Live quotes that can be traded at, or why there is none.

    A market that shows both sides is taken at its word. Where the data has last prices alone, the paper venue
    stands behind a quote around the last one: exactly what it charges for taking. Prices that an analysis was
    computed from are never used.
    """

    def __init__(self, models: ReadModels, market: MarketView, paper_cost: PaperCost) -> None:
        self._models = models
        self._market = market
        self._paper_cost = paper_cost

    def touch(self, account_id: str, instrument_id: str) -> Touch | str:
        """The quote, or in words why none can be traded at."""
        latest = self._market.latest(instrument_id)
        if latest is None or latest.price <= 0:
            return "has no price yet"
        exposure = exposure_of(self._models, account_id, instrument_id)
        if exposure is None or exposure.limits is None:
            return f"may not be traded by account {account_id}"
        ts = latest.ts if latest.quote_ts is None else latest.quote_ts
        now, age_max = self._market.now, exposure.limits.reference_max_age_ns
        is_old = now - latest.ts > age_max or now - ts > max(age_max, _QUOTE_AGE_MAX_NS)
        if is_old or self._market.is_stale(instrument_id):
            return f"has a stale quote, {(now - ts) / 1e9:.0f} s old"
        if latest.bid is not None and latest.ask is not None:
            if not 0 < latest.bid <= latest.ask:
                texts = format_raw(latest.bid), format_raw(latest.ask)
                return f"has no quote to trade at: bid {texts[0]}, ask {texts[1]}"
            return Touch(latest.bid, latest.ask, ts)
        cost = self._paper_cost(account_id)
        if cost is None:
            return "has no bid and ask"
        tick = exposure.instrument.tick_size
        bid, ask = -worsen(-latest.price, cost, tick), worsen(latest.price, cost, tick)
        return Touch(bid, ask, ts, QuoteSource.PAPER) if bid > 0 else "is worth less than a tick"


def exposure_of(models: ReadModels, account_id: str, instrument_id: str) -> Exposure | None:
    """The account in an instrument, as the replica of the core knows it; None where it may not trade it."""
    account = models.core.engines.risk.accounts.get(account_id)
    return None if account is None else account.exposures.get(instrument_id)


def gather(
    models: ReadModels, market: MarketView, quotes: Quotes, account_id: str, wishes: Wishes
) -> AccountState:
    """The account with everything that is held or weighed.

    Raises
    ------
    InputError
        An instrument is unknown, may not be traded or has no live quote, or a position cannot be valued; all
        of them are named.
    """
    engines = models.core.engines
    book, risk = engines.ledger.accounts[account_id], engines.risk.accounts[account_id]
    base = book.account.base_currency
    held = {name for name, position in book.positions.items() if position.quantity}
    problems: list[str] = []
    holdings = []
    for instrument_id in sorted(held | set(wishes.weights)):
        found = _holding(models, market, quotes, book, risk, instrument_id, wishes)
        if isinstance(found, Holding):
            holdings.append(found)
        else:
            problems.append(f"{instrument_id} {found}")
    if problems:
        raise InputError(_said(problems))
    other = sum_in_base(engines.ledger, base, {n: each for n, each in book.cash.items() if n != base})
    if other is None:
        raise InputError(f"account {account_id} has cash in a currency without a rate to {base}; set a rate")
    return AccountState(
        account_id, book.account.account_type, base, book.cash.get(base, 0), risk.reserved.get(base, 0),
        other, tuple(holdings),
    )  # fmt: skip


def _said(problems: list[str]) -> str:
    more = "" if len(problems) <= _SHOWN else f", and {len(problems) - _SHOWN} more"
    return f"{'; '.join(problems[:_SHOWN])}{more}; wait for live quotes, or leave these out"


def _holding(
    models: ReadModels,
    market: MarketView,
    quotes: Quotes,
    book: AccountBook,
    risk: AccountRisk,
    instrument_id: str,
    wishes: Wishes,
) -> Holding | str:
    instrument = models.core.engines.ledger.instruments.get(instrument_id)
    if instrument is None:
        return "is not known here"
    if instrument.quote_currency != book.account.base_currency:
        return (
            f"is priced in {instrument.quote_currency}, the account is kept in {book.account.base_currency}"
        )
    position = book.positions.get(instrument_id)
    exposure = risk.exposures.get(instrument_id)
    quantity = 0 if position is None else position.quantity
    open_buy = 0 if exposure is None else exposure.open_buy
    open_sell = 0 if exposure is None else exposure.open_sell
    if instrument_id not in wishes.weights and wishes.others is Others.KEEP:
        price = market.prices().get(instrument_id)
        if price is None:
            return "is held and has no price"
        return Holding(instrument, quantity, open_buy, open_sell, price[0])
    touch = quotes.touch(book.account.account_id, instrument_id)
    if isinstance(touch, str):
        return touch
    assert exposure is not None, "who has no limits has no quote"
    assert exposure.limits is not None, "likewise"
    limits = exposure.limits
    return Holding(
        instrument, quantity, open_buy, open_sell, touch.mid, touch,
        Fees(limits.fee_bps, limits.fee_per_unit, limits.fee_per_order), limits.market_protection_bps,
    )  # fmt: skip


def moved(before: Iterable[tuple[str, int]], quotes: Quotes, account_id: str, bps_max: int) -> list[str]:
    """In words, each instrument whose mid is more than `bps_max` from what it was, or that has no quote."""
    found = []
    for instrument_id, mid in before:
        touch = quotes.touch(account_id, instrument_id)
        if isinstance(touch, str):
            found.append(f"{instrument_id} {touch}")
        elif abs(touch.mid - mid) * 10_000 > bps_max * mid:
            by = (touch.mid - mid) * 10_000 / mid
            found.append(
                f"{instrument_id} moved by {by:+.1f} bps, from {format_raw(mid)} to {format_raw(touch.mid)}"
            )
    return found
