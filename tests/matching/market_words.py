"""A book told and read in the words of the trade, so that a test is a table.

    a buy 10 @100    => a in
    b sell 4 ioc     => b in, b takes 4 @100 from a

Left what is asked, right what happens; a line with nothing on the left goes on with the one before. Orders
have one-letter names; amounts are whole. An order is a limit order with `@PRICE`, a market order without;
`stop PRICE` makes it wait. Words: ioc, fok, day, gtd TIME, show QTY, post, of OWNER, stp MODE. Others:
`a cancel`, `a to QTY [@PRICE] [stop PRICE]`, `time NOW`, `close`, `phase NAME`, `uncross`,
`bands [limits LOW HIGH] [trades LOW HIGH]`.
"""

from collections.abc import Iterator

from trade2026.matching.book import OrderBook
from trade2026.matching.compiled.book import CompiledBook
from trade2026.matching.words import (
    Accepted,
    AdvanceTime,
    BandsSet,
    BookCommand,
    BookEvent,
    CancelOpen,
    Ended,
    EndSession,
    Phase,
    PhaseSet,
    PlaceOrder,
    Prevented,
    Refused,
    ReplaceOpen,
    Replenished,
    SelfTradePrevention,
    SetBands,
    SetPhase,
    TermsReplaced,
    Traded,
    Triggered,
    Uncross,
    Uncrossed,
)
from trade2026.model.enums import OrderType, Side, TimeInForce

Book = OrderBook | CompiledBook


def play(table: str, book_type: type[Book] = OrderBook) -> Book:
    """Do every line of the table on a new book and compare what happens."""
    book = book_type()
    for asked, told in rows(table):
        happened = ", ".join(say(event) for event in book.handle(read(asked)))
        assert happened == told, f"{asked} => {happened}"
    return book


def rows(table: str) -> list[tuple[str, str]]:
    """What is asked and what is to happen, line by line."""
    found: list[tuple[str, str]] = []
    for line in table.strip().splitlines():
        asked, arrow, told = (part.strip() for part in line.partition("=>"))
        assert arrow, f"no => in {line!r}"
        if asked:
            found.append((asked, told))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {told}")
    return found


def read(text: str) -> BookCommand:
    """A command from its words."""
    words = iter(text.split())
    first = next(words)
    if first == "time":
        return AdvanceTime(int(next(words)))
    if first == "close":
        return EndSession()
    if first == "phase":
        return SetPhase(Phase(next(words).upper()))
    if first == "uncross":
        return Uncross()
    if first == "bands":
        bounds = {name: (int(next(words)), int(next(words))) for name in words}
        return SetBands(*bounds.get("limits", (None, None)), *bounds.get("trades", (None, None)))
    order_id, what = ord(first), next(words)
    if what == "cancel":
        return CancelOpen(order_id)
    if what == "to":
        quantity, terms = int(next(words)), _terms(words)
        return ReplaceOpen(order_id, quantity, terms.get("@"), terms.get("stop"))  # type: ignore[arg-type]
    return _order(order_id, Side(what.upper()), int(next(words)), _terms(words))


def _order(order_id: int, side: Side, quantity: int, terms: dict[str, object]) -> PlaceOrder:
    price, trigger = terms.get("@"), terms.get("stop")
    kinds = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    return PlaceOrder(
        order_id, str(terms.get("of", "")), side, kinds[price is not None, trigger is not None],
        terms.get("tif", TimeInForce.GTC), quantity, price, trigger, terms.get("show", 0),  # type: ignore[arg-type]
        terms.get("gtd", 0), "post" in terms, terms.get("stp", SelfTradePrevention.NONE),  # type: ignore[arg-type]
    )  # fmt: skip


def _terms(words: Iterator[str]) -> dict[str, object]:
    terms: dict[str, object] = {}
    for word in words:
        if word[0] == "@":
            terms["@"] = int(word[1:])
        elif word in ("stop", "show", "gtd"):
            terms[word] = int(next(words))
            if word == "gtd":
                terms["tif"] = TimeInForce.GTD
        elif word in ("ioc", "fok", "day"):
            terms["tif"] = TimeInForce(word.upper())
        elif word == "of":
            terms["of"] = next(words)
        elif word == "stp":
            terms["stp"] = SelfTradePrevention(next(words).upper())
        else:
            terms[word] = True
    return terms


def say(event: BookEvent) -> str:
    """An event in words."""
    match event:
        case Accepted():
            return f"{chr(event.order_id)} in"
        case Refused():
            return f"{chr(event.order_id) if event.order_id else 'book'} refused {event.reason.lower()}"
        case Traded():
            return f"{chr(event.taker_id)} takes {event.quantity} @{event.price} from {chr(event.maker_id)}"
        case Triggered():
            return f"{chr(event.order_id)} triggered"
        case Prevented():
            return f"{chr(event.taker_id)} kept from {event.quantity} of {chr(event.maker_id)}"
        case Ended():
            return f"{chr(event.order_id)} out {event.leaves_qty} {event.reason.lower()}"
        case TermsReplaced():
            keeps = " keeps" if event.keeps_priority else ""
            return f"{chr(event.order_id)} has {event.leaves_qty} left of {event.order_qty}{keeps}"
        case Replenished():
            return f"{chr(event.order_id)} shows {event.shown_qty}"
        case PhaseSet():
            why = "" if event.halting_price is None else f" for {event.halting_price}"
            return f"{event.phase.lower()}{why}"
        case Uncrossed():
            return f"{event.quantity} cross @{event.price} in {event.trades}"
        case BandsSet():
            return "bands set"
