"""The fill rules of docs/fills.md as a table: each row is played as written and mirrored."""

import pytest

from tests.simulation.paper.scripts import Stage, mirrored

BARS = [
    (
        "a market order fills at the next open, not by the bar it was decided on",
        "10 bar 99 99 99 99 v900 \n 10 buy 100 \n 20 bar 101 102 98 100 v900",
        "20 #1 TRADE 100 @ 101 TAKER",
    ),
    (
        "an order decided inside a bar waits for the next: the open was before it",
        "10 bar 99 99 99 99 v900 \n 11 buy 100 \n 20 bar 101 102 98 100 v900 \n 30 bar 103 103 103 103 v900",
        "30 #1 TRADE 100 @ 103 TAKER",
    ),
    (
        "a bar after a pause begins where its interval does, not at the bar before",
        "10 bar 99 99 99 99 v900 \n 35 buy 100 \n 50 bar 101 102 98 100 v900",
        "50 #1 TRADE 100 @ 101 TAKER",
    ),
    (
        "close only: a market order fills at the next close",
        "10 close 99 v900 \n 10 buy 100 \n 20 close 101 v900",
        "20 #1 TRADE 100 @ 101 TAKER",
    ),
    (
        "close only: an order decided before a close fills at it",
        "10 close 99 v900 \n 19 buy 100 \n 20 close 101 v900",
        "20 #1 TRADE 100 @ 101 TAKER",
    ),
    (
        "close only: what is decided at a close never fills at one of the same time",
        "10 buy 100 \n 10 close 101 v900 \n 20 close 102 v900",
        "20 #1 TRADE 100 @ 102 TAKER",
    ),
    (
        "a limit that is touched is not traded through",
        "10 buy 100 @ 98 \n 20 bar 101 102 98 100 v900",
        "10 #1 NEW",
    ),
    (
        "a limit that is traded through fills at the limit",
        "10 buy 100 @ 98 \n 20 bar 101 102 97.99 100 v900",
        "10 #1 NEW \n 20 #1 TRADE 100 @ 98 MAKER",
    ),
    (
        "a limit beyond the open fills at the open",
        "10 buy 100 @ 103 \n 20 bar 101 105 98 100 v900",
        "10 #1 NEW \n 20 #1 TRADE 100 @ 101 TAKER",
    ),
    (
        "a limit that waited fills at an open that jumped over it",
        "10 buy 100 @ 98 \n 20 bar 101 102 99 100 v900 \n 30 bar 95 96 94 95 v900",
        "10 #1 NEW \n 30 #1 TRADE 100 @ 95 TAKER",
    ),
    (
        "close only: a limit fills at a close strictly beyond it",
        "10 buy 100 @ 98 \n 20 close 98 v900 \n 30 close 97 v900",
        "10 #1 NEW \n 30 #1 TRADE 100 @ 97 TAKER",
    ),
    (
        "IOC sees the open alone and is canceled though the bar trades through its limit",
        "10 buy 100 @ 98 IOC \n 20 bar 101 102 90 100 v900",
        "20 #1 CANCELED",
    ),
    (
        "IOC fills at an open better than its limit",
        "10 buy 100 @ 102 IOC \n 20 bar 101 105 90 100 v900",
        "20 #1 TRADE 100 @ 101 TAKER",
    ),
]

VOLUME = [
    (
        "a market order takes what the bar's volume gives and goes on at the next open",
        "10 buy 100 \n 20 bar 101 102 98 100 v60 \n 30 bar 102 102 102 102 v60",
        "10 #1 NEW \n 20 #1 TRADE 60 @ 101 TAKER \n 30 #1 TRADE 40 @ 102 TAKER",
    ),
    (
        "all our orders share one cap, first come first",
        "10 buy 50 \n 10 buy 50 \n 20 bar 101 102 98 100 v60",
        "20 #1 TRADE 50 @ 101 TAKER \n 10 #2 NEW \n 20 #2 TRADE 10 @ 101 TAKER",
    ),
    (
        "a buy and a sell share it too",
        "10 buy 50 \n 10 sell 50 \n 20 bar 101 102 98 100 v60",
        "20 #1 TRADE 50 @ 101 TAKER \n 10 #2 NEW \n 20 #2 TRADE 10 @ 101 TAKER",
    ),
    (
        "the better price goes first, then the earlier order",
        "10 buy 50 @ 98 \n 10 buy 50 @ 99 \n 10 buy 50 @ 99 \n 20 bar 101 102 97 100 v120",
        "10 #1 NEW \n 10 #2 NEW \n 10 #3 NEW \n"
        "20 #2 TRADE 50 @ 99 MAKER \n 20 #3 TRADE 50 @ 99 MAKER \n 20 #1 TRADE 20 @ 98 MAKER",
    ),
    ("a bar without volume fills nothing", "10 buy 100 \n 20 bar 101 102 98 100 v0", "10 #1 NEW"),
    (
        "unknown volume switches the cap off",
        "10 buy 100000 \n 20 bar 101 102 98 100 v?",
        "20 #1 TRADE 100000 @ 101 TAKER",
    ),
    (
        "IOC takes what there is and cancels the rest",
        "10 buy 100 IOC \n 20 bar 101 102 98 100 v60 \n 30 bar 101 102 98 100 v60",
        "20 #1 TRADE 60 @ 101 TAKER \n 20 #1 CANCELED",
    ),
    (
        "FOK is canceled when not all of it can be had at once",
        "10 buy 100 FOK \n 20 bar 101 102 98 100 v60 \n 30 bar 101 102 98 100 v600",
        "20 #1 CANCELED",
    ),
    (
        "FOK fills when all can be had",
        "10 buy 60 FOK \n 20 bar 101 102 98 100 v60",
        "20 #1 TRADE 60 @ 101 TAKER",
    ),
    ("IOC meets a bar without volume and is canceled", "10 buy 9 IOC \n 20 bar 9 9 9 9 v0", "20 #1 CANCELED"),
]

QUOTES = [
    (
        "a market order takes the opposite quote, and the rest waits for it to change",
        "10 buy 100 \n 20 quote 99x50 101x60 \n 21 quote 99x50 101x60 \n 22 quote 99x50 102x70",
        "10 #1 NEW \n 20 #1 TRADE 60 @ 101 TAKER \n 22 #1 TRADE 40 @ 102 TAKER",
    ),
    (
        "a displayed size is taken once, by whichever order comes",
        "10 buy 40 \n 20 quote 99x50 101x60 \n 20 buy 40 \n 30 quote 98x9 101x60 \n 40 quote 99x9 101x61",
        "20 #1 TRADE 40 @ 101 TAKER \n 20 #2 NEW \n 30 #2 TRADE 20 @ 101 TAKER \n 40 #2 TRADE 20 @ 101 TAKER",
    ),
    (
        "a size that went away and came back is new",
        "10 buy 60 \n 20 quote 99x50 101x60 \n 30 quote 99x50 102x5 \n 31 buy 60 \n 40 quote 99x50 101x60",
        "20 #1 TRADE 60 @ 101 TAKER \n 40 #2 TRADE 60 @ 101 TAKER",
    ),
    (
        "a limit that can trade on arrival takes at the quote; its rest waits at the limit",
        "10 buy 100 @ 102 \n 20 quote 99x50 101x60 \n 30 quote 99x50 101.5x90",
        "10 #1 NEW \n 20 #1 TRADE 60 @ 101 TAKER \n 30 #1 TRADE 40 @ 102 MAKER",
    ),
    (
        "a waiting limit fills at its price when the opposite quote reaches it",
        "10 buy 100 @ 100 \n 20 quote 99x50 101x60 \n 30 quote 98x50 100x500",
        "10 #1 NEW \n 30 #1 TRADE 100 @ 100 MAKER",
    ),
    (
        "a waiting limit gets no better price from a quote that jumps beyond it",
        "10 buy 100 @ 100 \n 20 quote 99x50 101x60 \n 30 quote 95x50 96x500",
        "10 #1 NEW \n 30 #1 TRADE 100 @ 100 MAKER",
    ),
    (
        "the quote an order was decided on does not fill it, nor one of the same time",
        "20 quote 99x50 101x60 \n 20 buy 50 \n 20 quote 99x50 101x61 \n 21 quote 99x50 101x62",
        "21 #1 TRADE 50 @ 101 TAKER",
    ),
    (
        "IOC is canceled at a quote out of reach",
        "10 buy 9 @ 100 IOC \n 20 quote 99x9 101x9",
        "20 #1 CANCELED",
    ),
    ("FOK is canceled at too small a size", "10 buy 10 FOK \n 20 quote 99x9 101x9", "20 #1 CANCELED"),
    ("an empty side fills nothing", "10 buy 10 \n 20 quote 99x9 101x0", "10 #1 NEW"),
    (
        "where quotes are fed, bars fill nothing",
        "5 quote 99x50 101x60 \n 10 buy 10 \n 20 bar 90 91 89 90 v900 \n 21 quote 99x50 101x60",
        "21 #1 TRADE 10 @ 101 TAKER",
    ),
]

TRADES = [
    (
        "a waiting limit fills at its price when a print goes through it, as much as was printed",
        "10 buy 100 @ 100 \n 20 trade 101x9 \n 30 trade 100x9 \n 40 trade 99.99x70 \n 50 trade 99x70",
        "10 #1 NEW \n 40 #1 TRADE 70 @ 100 MAKER \n 50 #1 TRADE 30 @ 100 MAKER",
    ),
    (
        "a print is shared once among our orders",
        "10 buy 50 @ 100 \n 10 buy 50 @ 100 \n 20 trade 101x9 \n 30 trade 99x60",
        "10 #1 NEW \n 10 #2 NEW \n 30 #1 TRADE 50 @ 100 MAKER \n 30 #2 TRADE 10 @ 100 MAKER",
    ),
    (
        "without quotes a market order trades at the next print, as much as was printed",
        "10 buy 100 \n 20 trade 101x60 \n 30 trade 102x60",
        "10 #1 NEW \n 20 #1 TRADE 60 @ 101 TAKER \n 30 #1 TRADE 40 @ 102 TAKER",
    ),
    (
        "without quotes a limit beyond the first print takes at the print",
        "10 buy 50 @ 105 \n 20 trade 101x60",
        "10 #1 NEW \n 20 #1 TRADE 50 @ 101 TAKER",
    ),
    (
        "where quotes are fed, a new order meets a quote first and prints only once it waits",
        "5 quote 99x9 101x9 \n 10 buy 50 @ 100 \n 11 trade 99x60 \n 12 quote 99x9 101x9 \n 13 trade 99x60",
        "10 #1 NEW \n 13 #1 TRADE 50 @ 100 MAKER",
    ),
    (
        "where quotes are fed, a market order takes no print",
        "5 quote 99x9 101x9 \n 10 buy 50 \n 11 trade 99x60 \n 12 quote 99x9 101x90",
        "12 #1 TRADE 50 @ 101 TAKER",
    ),
]

SESSIONS = [
    (
        "a DAY order fills at an event stamped with its session's close",
        "10 close 99 v9 \n 10 buy 5 DAY 15-20 \n 20 close 101 v9",
        "20 #1 TRADE 5 @ 101 TAKER",
    ),
    (
        "a DAY order expires at the close, before anything later fills",
        "10 buy 5 @ 95 DAY 15-20 \n 20 close 101 v9 \n 30 close 90 v9",
        "10 #1 NEW \n 20 #1 EXPIRED",
    ),
    (
        "it expires as time passes, without market data",
        "10 buy 5 DAY 10-20 \n 20 advance \n 21 advance",
        "20 #1 EXPIRED",
    ),
    (
        "an order sent out of hours waits for the open",
        "10 buy 5 DAY 18-40 \n 12 quote 99x9 101x9 \n 17 trade 98x9 \n 18 quote 99x9 102x9",
        "18 #1 TRADE 5 @ 102 TAKER",
    ),
    (
        "and is there when trading begins, though the bar's interval began before it came",
        "10 bar 99 99 99 99 v9 \n 12 buy 5 DAY 15-40 \n 20 bar 101 101 101 101 v9",
        "20 #1 TRADE 5 @ 101 TAKER",
    ),
    (
        "bars before the open do not fill it",
        "10 bar 99 99 99 99 v9 \n 10 buy 5 DAY 21-40 \n 20 bar 99 99 99 99 v9 \n 30 bar 101 101 101 101 v9",
        "30 #1 TRADE 5 @ 101 TAKER",
    ),
    (
        "IOC out of hours is judged after the open",
        "10 buy 5 IOC 18-40 \n 12 quote 99x9 101x9 \n 19 quote 99x9 103x9",
        "19 #1 TRADE 5 @ 103 TAKER",
    ),
    (
        "GTC stays over the close",
        "10 buy 5 @ 98 GTC 15-20 \n 20 close 101 v9 \n 30 close 90 v9",
        "10 #1 NEW \n 30 #1 TRADE 5 @ 90 TAKER",
    ),
    ("DAY without a session is rejected", "10 buy 5 DAY \n 10 advance", "10 #1 REJECTED"),
]

CHANGES = [
    (
        "a cancel ends what waits",
        "10 buy 5 @ 98 \n 12 cancel 1 \n 20 bar 90 90 90 90 v9",
        "10 #1 NEW \n 12 x1 CANCELED",
    ),
    (
        "a cancel after the fill is rejected",
        "10 buy 5 \n 20 bar 101 101 101 101 v9 \n 20 cancel 1 \n 20 advance",
        "20 #1 TRADE 5 @ 101 TAKER \n 20 x1 CANCEL_REJECTED",
    ),
    (
        "a cancel ends the rest of a partial fill",
        "10 buy 9 \n 20 bar 101 101 101 101 v5 \n 20 cancel 1 \n 30 bar 101 101 101 101 v5",
        "10 #1 NEW \n 20 #1 TRADE 5 @ 101 TAKER \n 20 x1 CANCELED",
    ),
    (
        "a new price is a new order in an old one's name",
        "10 buy 5 @ 98 \n 20 replace 1 to 5 @ 102 \n 30 bar 101 101 101 101 v9",
        "10 #1 NEW \n 20 r1 REPLACED 5 @ 102 \n 30 r1 TRADE 5 @ 101 TAKER",
    ),
    (
        "a new price that can trade on arrival takes at the quote",
        "10 buy 5 @ 98 \n 20 quote 99x9 101x9 \n 20 replace 1 to 5 @ 103 \n 30 quote 99x9 101x9",
        "10 #1 NEW \n 20 r1 REPLACED 5 @ 103 \n 30 r1 TRADE 5 @ 101 TAKER",
    ),
    (
        "a bar that began before the new price does not fill it",
        "10 buy 5 @ 98 \n 11 replace 1 to 5 @ 102 \n 20 bar 101 101 101 101 v9 \n 30 bar 100 100 100 100 v9",
        "10 #1 NEW \n 11 r1 REPLACED 5 @ 102 \n 30 r1 TRADE 5 @ 100 TAKER",
    ),
    (
        "less keeps its place in line",
        "10 buy 9 @ 98 \n 10 buy 9 @ 98 \n 10 replace 1 to 8 @ 98 \n 20 bar 99 99 97 99 v10",
        "10 #1 NEW \n 10 #2 NEW \n 10 r1 REPLACED 8 @ 98 \n"
        "20 r1 TRADE 8 @ 98 MAKER \n 20 #2 TRADE 2 @ 98 MAKER",
    ),
    (
        "more goes to the end of the line",
        "10 buy 9 @ 98 \n 10 buy 9 @ 98 \n 10 replace 1 to 10 @ 98 \n 20 bar 99 99 97 99 v10",
        "10 #1 NEW \n 10 #2 NEW \n 10 r1 REPLACED 10 @ 98 \n"
        "20 #2 TRADE 9 @ 98 MAKER \n 20 r1 TRADE 1 @ 98 MAKER",
    ),
    (
        "a total below what is filled becomes what is filled, and the order is done",
        "10 buy 9 @ 98 \n 20 bar 99 99 97 99 v6 \n 20 replace 1 to 4 @ 98 \n 30 bar 99 99 97 99 v6",
        "10 #1 NEW \n 20 #1 TRADE 6 @ 98 MAKER \n 20 r1 REPLACED 6 @ 98",
    ),
    (
        "a replace after the fill is rejected",
        "10 buy 5 @ 98 \n 20 bar 99 99 97 99 v9 \n 20 replace 1 to 9 @ 98 \n 30 bar 99 99 97 99 v9",
        "10 #1 NEW \n 20 #1 TRADE 5 @ 98 MAKER \n 20 r1 CANCEL_REJECTED",
    ),
    (
        "terms off the tick are rejected and the old ones stay",
        "10 buy 5 @ 98 \n 10 replace 1 to 5 @ 98.001 \n 20 bar 99 99 97 99 v9",
        "10 #1 NEW \n 10 r1 CANCEL_REJECTED \n 20 #1 TRADE 5 @ 98 MAKER",
    ),
    (
        "a market order is acknowledged before it is changed",
        "10 buy 9 \n 10 replace 1 to 5 \n 20 bar 101 101 101 101 v9",
        "10 #1 NEW \n 10 r1 REPLACED 5 \n 20 r1 TRADE 5 @ 101 TAKER",
    ),
    (
        "a cancel names the order by its number, whatever it was renamed to",
        "10 buy 9 @ 98 \n 10 replace 1 to 5 @ 98 \n 11 cancel 1 \n 11 advance",
        "10 #1 NEW \n 10 r1 REPLACED 5 @ 98 \n 11 x1 CANCELED",
    ),
    (
        "a cancel for an order never sent is rejected",
        "10 cancel 7 \n 10 advance",
        "10 x7 CANCEL_REJECTED",
    ),
]

ROWS = [*BARS, *VOLUME, *QUOTES, *TRADES, *SESSIONS, *CHANGES]


@pytest.mark.parametrize(("script", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_rule(script, expected):
    assert Stage().play(script) == [line.strip() for line in expected.splitlines()]


@pytest.mark.parametrize(("script", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_rule_mirrored(script, expected):
    assert Stage().play(mirrored(script)) == mirrored(expected).splitlines()
