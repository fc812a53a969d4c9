"""Auctions, halts and bands, one situation of the trade a table; `market_words` says how to read them."""

import pytest

from tests.matching.market_words import play
from trade2026.matching.book import OrderBook
from trade2026.matching.compiled.book import CompiledBook

TABLES = {
    "an auction trades at the price that trades most": """
        phase auction           => auction
        a buy 5 @102            => a in
        b buy 5 @101            => b in
        c sell 4 @100           => c in
        d sell 4 @101           => d in
        phase continuous        => 8 cross @101 in 3, c takes 4 @101 from a, d takes 1 @101 from a,
                                => d takes 3 @101 from b, continuous
        e sell 2 @101           => e in, e takes 2 @101 from b
    """,
    "of prices that trade as much the one that leaves least over": """
        phase auction           => auction
        a buy 5 @105            => a in
        b buy 3 @103            => b in
        c sell 5 @100           => c in
        uncross                 => 5 cross @105 in 1, c takes 5 @105 from a
    """,
    "something left to buy at all of them: the highest; to sell: the lowest": """
        phase auction           => auction
        a buy 9 @105            => a in
        b sell 5 @100           => b in
        uncross                 => 5 cross @105 in 1, b takes 5 @105 from a
        a cancel                => a out 4 canceled
        c buy 5 @105            => c in
        d sell 9 @100           => d in
        uncross                 => 5 cross @100 in 1, d takes 5 @100 from c
    """,
    "nothing left over: the last price, or the nearest to it": """
        a sell 1 @103           => a in
        b buy 1 @103            => b in, b takes 1 @103 from a
        phase auction           => auction
        c buy 5 @105            => c in
        d sell 5 @100           => d in
        uncross                 => 5 cross @103 in 1, d takes 5 @103 from c
        e buy 5 @102            => e in
        f sell 5 @101           => f in
        uncross                 => 5 cross @102 in 1, f takes 5 @102 from e
    """,
    "market orders come first, wait for the auction, and end with it": """
        phase auction           => auction
        a buy 5 @101            => a in
        b buy 4                 => b in
        c sell 6 @100           => c in
        d sell 1                => d in
        e buy 2                 => e in
        uncross                 => 7 cross @101 in 4, d takes 1 @101 from b, c takes 3 @101 from b,
                                => e takes 2 @101 from c, c takes 1 @101 from a
        f buy 4                 => f in
        uncross                 => f out 4 no_liquidity
    """,
    "market orders alone trade at the last price, and not before there is one": """
        phase auction           => auction
        a buy 4                 => a in
        b sell 4                => b in
        uncross                 => a out 4 no_liquidity, b out 4 no_liquidity
        c sell 1 @90            => c in
        d buy 1 @90             => d in
        uncross                 => 1 cross @90 in 1, d takes 1 @90 from c
        e buy 4                 => e in
        f sell 3                => f in
        uncross                 => 3 cross @90 in 1, f takes 3 @90 from e, e out 1 no_liquidity
    """,
    "an iceberg counts whole, and shows its next part behind its price": """
        phase auction           => auction
        a sell 9 @100 show 2    => a in
        b sell 5 @100           => b in
        c buy 3 @100            => c in
        phase continuous        => 3 cross @100 in 1, c takes 3 @100 from a, a shows 2, continuous
        d buy 6 @100            => d in, d takes 5 @100 from b, d takes 1 @100 from a
    """,
    "an auction takes neither post-only orders nor such as trade at once": """
        phase auction           => auction
        a buy 5 @100 ioc        => a refused phase
        b buy 5 @100 fok        => b refused phase
        c buy 5 @100 post       => c refused phase
        d buy 5 stop 105 ioc    => d in
    """,
    "stops wait for trading to be continuous": """
        a sell 1 @105           => a in
        b buy 1 @105            => b in, b takes 1 @105 from a
        phase auction           => auction
        c buy 2 stop 105        => c in
        d sell 5 @106           => d in
        phase continuous        => continuous, c triggered, c takes 2 @106 from d
    """,
    "the price of an auction triggers stops": """
        a buy 2 stop 105        => a in
        b sell 9 @104           => b in
        phase auction           => auction
        c buy 4 @107            => c in
        uncross                 => 4 cross @104 in 1, c takes 4 @104 from b
        d buy 9 @107            => d in
        e sell 4 @107           => e in
        phase continuous        => 9 cross @107 in 2, d takes 5 @107 from b, e takes 4 @107 from d,
                                => continuous, a triggered, a out 2 no_liquidity
    """,
    "one owner's orders may meet in an auction": """
        phase auction           => auction
        a buy 5 @100 of x stp expire_taker  => a in
        b sell 5 @100 of x stp expire_taker => b in
        uncross                 => 5 cross @100 in 1, b takes 5 @100 from a
    """,
    "a halt takes cancels only": """
        a buy 5 @100            => a in
        phase halted            => halted
        b sell 5 @100           => b refused phase
        a to 3                  => a refused phase
        uncross                 => book refused phase
        phase halted            => book refused nothing_to_change
        a cancel                => a out 5 canceled
    """,
    "limits out of the bands are refused; what rests stays": """
        a buy 5 @90             => a in
        bands limits 95 105     => bands set
        b buy 5 @94             => b refused price_band
        c sell 5 @106           => c refused price_band
        d sell 5 stop 90        => d in
        a to 6                  => a refused price_band
        a to 4                  => a has 4 left of 4 keeps
        a to 4 @95              => a has 4 left of 4
        bands limits 9 8        => book refused malformed
    """,
    "a trade out of bounds is not done: an auction begins": """
        a sell 2 @100           => a in
        b sell 5 @110           => b in
        bands trades 95 105     => bands set
        c buy 4 @120            => c in, c takes 2 @100 from a, auction for 110
        d buy 1 @111            => d in
        bands trades 95 115     => bands set
        phase continuous        => 3 cross @110 in 2, c takes 2 @110 from b, d takes 1 @110 from b, continuous
    """,
    "what would have to trade at once ends with the halt, what may wait stays": """
        a sell 5 @110           => a in
        bands trades 95 105     => bands set
        b buy 4 @120 ioc        => b in, auction for 110, b out 4 halted
        phase continuous        => continuous
        c buy 4                 => c in, auction for 110
        phase continuous        => 4 cross @110 in 1, c takes 4 @110 from a, continuous
        d buy 1 @120 fok        => d in, d out 1 time_in_force
    """,
    "stops that a halting order triggered go into the auction": """
        a sell 2 @100           => a in
        b sell 5 @110           => b in
        c buy 3 stop 100 @112   => c in
        d buy 1 stop 100 @112 ioc => d in
        bands trades 95 105     => bands set
        e buy 4 @120            => e in, e takes 2 @100 from a, auction for 110, c triggered, d triggered,
                                => d out 1 halted
        phase continuous        => 5 cross @110 in 2, e takes 2 @110 from b, c takes 3 @110 from b, continuous
    """,
}


@pytest.mark.parametrize("book", [OrderBook, CompiledBook])
@pytest.mark.parametrize("name", TABLES)
def test_table(name, book):
    play(TABLES[name], book)
