"""What both books do, one situation of the trade a table; `market_words` says how to read them."""

import pytest

from tests.matching.market_words import play
from trade2026.matching.book import OrderBook
from trade2026.matching.compiled.book import CompiledBook

TABLES = {
    "better prices trade first, equal prices in the order of their coming": """
        a sell 5 @101           => a in
        b sell 5 @100           => b in
        c sell 5 @100           => c in
        d buy 12 @101           => d in, d takes 5 @100 from b, d takes 5 @100 from c, d takes 2 @101 from a
        e buy 9 @100            => e in
        f sell 1 @100           => f in, f takes 1 @100 from e
    """,
    "a trade is at the price that rested, never worse than the limit": """
        a sell 5 @100           => a in
        b buy 5 @105            => b in, b takes 5 @100 from a
    """,
    "a market order takes what there is, and the rest ends": """
        a sell 5 @100           => a in
        b buy 8                 => b in, b takes 5 @100 from a, b out 3 no_liquidity
        c buy 8                 => c in, c out 8 no_liquidity
    """,
    "IOC never rests, FOK is all or nothing": """
        a sell 5 @100           => a in
        b buy 8 @100 fok        => b in, b out 8 time_in_force
        c buy 5 @99 ioc         => c in, c out 5 time_in_force
        d buy 3 @100 fok        => d in, d takes 3 @100 from a
        e buy 8 @100 ioc        => e in, e takes 2 @100 from a, e out 6 time_in_force
    """,
    "FOK counts what an iceberg does not show": """
        a sell 9 @100 show 2    => a in
        b buy 5 @100 fok        => b in, b takes 2 @100 from a, a shows 2, b takes 2 @100 from a,
                                => a shows 2, b takes 1 @100 from a
    """,
    "an iceberg's next part goes behind its price": """
        a sell 6 @100 show 2    => a in
        b sell 3 @100           => b in
        c buy 4 @100            => c in, c takes 2 @100 from a, a shows 2, c takes 2 @100 from b
        d buy 3 @100            => d in, d takes 1 @100 from b, d takes 2 @100 from a, a shows 2
    """,
    "an iceberg that comes in takes with all of it, and shows a part of what rests": """
        a sell 3 @100           => a in
        b buy 9 @100 show 4     => b in, b takes 3 @100 from a
        c sell 5 @100           => c in, c takes 4 @100 from b, b shows 2, c takes 1 @100 from b
    """,
    "post-only is refused where it would take": """
        a sell 5 @100           => a in
        b buy 5 @100 post       => b refused would_take
        c buy 5 @99 post        => c in
        c to 5 @100             => c refused would_take
        d sell 2 @99            => d in, d takes 2 @99 from c
    """,
    "a smaller total keeps the place, a larger one and another price lose it": """
        a buy 5 @100            => a in
        b buy 5 @100            => b in
        a to 3                  => a has 3 left of 3 keeps
        c sell 1 @100           => c in, c takes 1 @100 from a
        a to 6                  => a has 5 left of 6
        d sell 6 @100           => d in, d takes 5 @100 from b, d takes 1 @100 from a
        e buy 1 @99             => e in
        a to 6 @99              => a has 4 left of 6
        f sell 2 @99            => f in, f takes 1 @99 from e, f takes 1 @99 from a
    """,
    "another price may trade at once": """
        a sell 5 @100           => a in
        b buy 5 @98             => b in
        b to 5 @101             => b has 5 left of 5, b takes 5 @100 from a
    """,
    "a total at or below what is filled ends the order as filled": """
        a buy 5 @100            => a in
        b sell 3 @100           => b in, b takes 3 @100 from a
        a to 2                  => a has 0 left of 3 keeps
        a cancel                => a refused unknown_order
    """,
    "a stop waits for the last price, then is a market order": """
        a sell 5 @101           => a in
        s buy 3 stop 101        => s in
        b buy 1 @101            => b in, b takes 1 @101 from a, s triggered, s takes 3 @101 from a
    """,
    "a stop whose price is met already goes at once": """
        a sell 2 @100           => a in
        b buy 1 @100            => b in, b takes 1 @100 from a
        s buy 1 stop 99         => s in, s triggered, s takes 1 @100 from a
        t sell 1 stop 100       => t in, t triggered, t out 1 no_liquidity
    """,
    "a stop-limit rests where its limit is not met": """
        a sell 1 @100           => a in
        s buy 3 @100 stop 100   => s in
        b buy 1 @100            => b in, b takes 1 @100 from a, s triggered
        c sell 3 @100           => c in, c takes 3 @100 from s
    """,
    "stops go in the order in which they came, and what they trigger behind them": """
        a buy 1 @100            => a in
        b buy 1 @99             => b in
        c buy 1 @98             => c in
        d buy 9 @97             => d in
        s sell 1 stop 100       => s in
        t sell 1 stop 100       => t in
        u sell 1 stop 99        => u in
        e sell 1 @100           => e in, e takes 1 @100 from a, s triggered, s takes 1 @99 from b,
                                => t triggered, t takes 1 @98 from c, u triggered, u takes 1 @97 from d
    """,
    "two stops of both sides that one price triggers do not meet before their turn": """
        a sell 1 @100           => a in
        s buy 1 @100 stop 100   => s in
        t sell 1 @100 stop 100  => t in
        b buy 1 @100            => b in, b takes 1 @100 from a, s triggered, t triggered,
                                => t takes 1 @100 from s
    """,
    "every price of a sweep triggers, not the last one alone": """
        a buy 1 @100            => a in
        b buy 1 @98             => b in
        s buy 1 stop 100        => s in
        c sell 1 @101           => c in
        d sell 2 @98            => d in, d takes 1 @100 from a, d takes 1 @98 from b, s triggered,
                                => s takes 1 @101 from c
    """,
    "the day ends DAY orders, time ends GTD orders, GTC stays": """
        a buy 1 @100 day        => a in
        b buy 1 @100 gtd 50     => b in
        c buy 1 @100            => c in
        s buy 1 stop 200 gtd 60 => s in
        time 49                 =>
        time 50                 => b out 1 time_in_force
        close                   => a out 1 time_in_force
        time 99                 => s out 1 time_in_force
        d buy 1 @100 gtd 99     => d refused malformed
        c cancel                => c out 1 canceled
    """,
    "owners trade with themselves unless they say otherwise": """
        a sell 2 @100 of x      => a in
        b buy 1 @100 of x       => b in, b takes 1 @100 from a
        c buy 1 @100 of y stp expire_both => c in, c takes 1 @100 from a
    """,
    "self-trade prevention ends the one who comes": """
        a sell 2 @100 of x      => a in
        b buy 5 @100 of x stp expire_taker => b in, b kept from 2 of a, b out 5 self_trade
        c buy 2 @100            => c in, c takes 2 @100 from a
    """,
    "self-trade prevention ends the one who rests, and goes on to the next": """
        a sell 2 @100 of x      => a in
        b sell 2 @101 of y      => b in
        c buy 3 @101 of x stp expire_maker => c in,
                                => c kept from 2 of a, a out 2 self_trade, c takes 2 @101 from b
        d sell 1 @101           => d in, d takes 1 @101 from c
    """,
    "self-trade prevention ends both": """
        a sell 2 @100 of x      => a in
        b buy 3 @100 of x stp expire_both => b in, b kept from 2 of a, a out 2 self_trade, b out 3 self_trade
    """,
    "self-trade prevention takes off both what would have traded": """
        a sell 2 @100 of x      => a in
        b buy 5 @100 of x stp decrement => b in, b kept from 2 of a, a out 0 self_trade
        c sell 3 @100           => c in, c takes 3 @100 from b
    """,
    "FOK that would meet its own order does nothing": """
        a sell 2 @100 of x      => a in
        b sell 2 @100           => b in
        c buy 2 @100 fok of x stp expire_maker => c in,
                                => c kept from 2 of a, a out 2 self_trade, c takes 2 @100 from b
        d sell 2 @100 of x      => d in
        e sell 2 @100           => e in
        f buy 4 @100 fok of x stp decrement => f in, f out 4 time_in_force
    """,
    "what makes no sense is refused and changes nothing": """
        a buy 1 @100            => a in
        a buy 1 @100            => a refused duplicate_order
        b buy 0 @100            => b refused malformed
        c buy 1 post            => c refused malformed
        d buy 1 @100 show 2     => d refused malformed
        x cancel                => x refused unknown_order
        x to 5                  => x refused unknown_order
        a to 1                  => a refused nothing_to_change
        a to 0                  => a refused malformed
        a to 1 stop 5           => a refused malformed
    """,
}


BOOKS = (OrderBook, CompiledBook)


@pytest.mark.parametrize("book_type", BOOKS)
@pytest.mark.parametrize("what", TABLES)
def test_the_book_does_what_the_trade_expects(what, book_type):
    play(TABLES[what], book_type)


@pytest.mark.parametrize("book_type", BOOKS)
def test_the_hash_is_of_all_that_later_answers_depend_on(book_type):
    base = "a buy 5 @100 => a in"
    same = play(base, book_type).state_sha256()
    assert play(base, book_type).state_sha256() == same
    for more in (
        "b buy 5 @100 => b in",
        "b sell 1 @100 => b in, b takes 1 @100 from a",
        "a to 4 => a has 4 left of 4 keeps",
        "time 5 =>",
    ):
        assert play(f"{base}\n{more}", book_type).state_sha256() != same, more


def test_a_place_in_the_queue_is_a_rank_and_not_a_number():
    straight = play("b buy 1 @100 => b in\na buy 1 @100 => a in")
    moved = play(
        "a buy 1 @100 => a in\nb buy 1 @100 => b in\n"
        "a to 1 @99 => a has 1 left of 1\na to 1 @100 => a has 1 left of 1"
    )
    assert straight.state_sha256() == moved.state_sha256()
    other = play("a buy 1 @100 => a in\nb buy 1 @100 => b in")
    assert other.state_sha256() != moved.state_sha256()
