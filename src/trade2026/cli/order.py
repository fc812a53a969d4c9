"""`trade2026 order buy`, `sell` and `show`: an order or a bracket after a look at it, and an order's life."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say
from trade2026.cli.requests import whole
from trade2026.cli.session import Sessions, Url, only_account, say_plain
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.client import Client, NewOrder
    from trade2026.client.results.orders import BatchAnswer, Order, OrderAnswer, OrderEvent, Preview

SAYS_NO: Final = 1
"""Exit code of an order that would not be accepted."""

_STOPS = "Stops"
_MORE = "More terms"
_EXITS = "Exits (a bracket)"

_INSTRUMENT = Annotated[str, typer.Argument(metavar="INSTRUMENT", help="Such as KO.XNYS.")]
_QTY = Annotated[str, typer.Argument(metavar="QTY", help="How many, above zero.")]
_ID = Annotated[str, typer.Argument(metavar="ID", help="The order's number.")]
_LIMIT = Annotated[str, typer.Option("--limit", metavar="PRICE", help="A LIMIT order; else MARKET.")]
_ACCOUNT = Annotated[
    str, typer.Option("--account", metavar="ID", help="Which account; else the only one there is.")
]
_FORCE = Annotated[str, typer.Option("--tif", metavar="WORD", help="DAY, GTC, IOC or FOK.")]
_PREVIEW = Annotated[bool, typer.Option("--preview", help="Only say what it would do.")]
_YES = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_KEY = Annotated[
    str, typer.Option("--key", metavar="KEY", help="Names the request; sent again, it is done once.")
]
_STOP = Annotated[
    str,
    typer.Option(
        "--stop", metavar="PRICE", rich_help_panel=_STOPS,
        help="A STOP order, triggered at this price; with --limit a STOP_LIMIT order.",
    ),
]  # fmt: skip
_TRAIL = Annotated[
    str,
    typer.Option(
        "--trail", metavar="OFFSET", rich_help_panel=_STOPS,
        help="A TRAILING_STOP order: a distance such as 0.5, or 50bps of the price.",
    ),
]  # fmt: skip
_SOURCE = Annotated[
    str,
    typer.Option(
        "--trigger", metavar="WORD", rich_help_panel=_STOPS,
        help="The price that triggers: LAST, MID or OPPOSITE_QUOTE.",
    ),
]  # fmt: skip
_DISPLAY = Annotated[
    str, typer.Option("--display", metavar="QTY", rich_help_panel=_MORE, help="Show so many at a time.")
]
_POST_ONLY = Annotated[bool, typer.Option("--post-only", rich_help_panel=_MORE, help="Never take liquidity.")]
_REDUCE_ONLY = Annotated[
    bool, typer.Option("--reduce-only", rich_help_panel=_MORE, help="Never open or turn a position.")
]
_GTD = Annotated[
    str,
    typer.Option(
        "--gtd", metavar="TIME", rich_help_panel=_MORE, help="Ends then: 2026-11-30T16:00:00Z; makes it GTD."
    ),
]
_TAKE_PROFIT = Annotated[
    str,
    typer.Option(
        "--take-profit", metavar="PRICE", rich_help_panel=_EXITS, help="Leave with a profit: a LIMIT order."
    ),
]
_STOP_LOSS = Annotated[
    str,
    typer.Option(
        "--stop-loss", metavar="PRICE", rich_help_panel=_EXITS, help="Leave with a loss: a STOP order."
    ),
]


def add_order(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    """Add the commands about one order."""
    order_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 order buy KO.XNYS 100"))
    app.add_typer(order_app, name="order")

    @order_app.callback()
    def order() -> None:
        """Send an order to the running desk, after a look at what it would do; or look at one's life."""

    _add_side(
        order_app, sessions, "BUY", "Buy: the preview is shown, then it asks.",
        "trade2026 order buy KO.XNYS 100 --limit 2.05 --tif GTC",
        "trade2026 order buy KO.XNYS 100 --take-profit 2.4 --stop-loss 1.9",
    )  # fmt: skip
    _add_side(
        order_app, sessions, "SELL", "Sell: the preview is shown, then it asks.",
        "trade2026 order sell KO.XNYS 100 --yes",
        "trade2026 order sell KO.XNYS 100 --trail 50bps --tif GTC",
    )  # fmt: skip
    _add_show(order_app, sessions)


def _add_side(app: typer.Typer, sessions: Callable[[], Sessions], side: str, words: str, *shown: str) -> None:
    @app.command(side.lower(), help=words, epilog=examples(*shown))
    def send(
        instrument: _INSTRUMENT, qty: _QTY, limit: _LIMIT = "", account: _ACCOUNT = "", tif: _FORCE = "DAY",
        stop: _STOP = "", trail: _TRAIL = "", trigger: _SOURCE = "", display: _DISPLAY = "",
        post_only: _POST_ONLY = False, reduce_only: _REDUCE_ONLY = False, gtd: _GTD = "",
        take_profit: _TAKE_PROFIT = "", stop_loss: _STOP_LOSS = "", preview: _PREVIEW = False,
        yes: _YES = False, key: _KEY = "", url: Url = "", json: options.Json = False,
    ) -> int:  # fmt: skip
        from trade2026.client import NewOrder

        offset, offset_type = _offset(trail)
        with sessions().client(url) as client:
            order = NewOrder(
                account_id=account or only_account(client), instrument_id=instrument, side=side,
                order_qty=qty, limit_price=limit or None, time_in_force=tif.upper(),
                trigger_price=stop or None, trailing_offset=offset, trailing_offset_type=offset_type,
                trigger_source=trigger.upper() or None, display_qty=display or None, expire_time=gtd or None,
                post_only=post_only, reduce_only=reduce_only,
            )  # fmt: skip
            exits = {"take_profit": take_profit or None, "stop_loss": stop_loss or None}
            if preview or not yes:
                found = _preview(client, order)
                if preview and json:
                    say_plain(found)
                else:
                    _say_preview(found, say if preview else note)
                if preview:
                    return 0 if found.accepted else SAYS_NO
                if not _confirmed(_asked(order, exits)):
                    note("nothing was sent")
                    return SAYS_NO
            return _send(client, order, exits, key, json)


def _offset(text: str) -> tuple[str | None, str | None]:
    """A trailing offset and its type; 50bps is a share of the price."""
    if not text:
        return None, None
    number = text.lower().removesuffix("bps")
    return number, "PRICE" if number == text.lower() else "BASIS_POINTS"


def _preview(client: "Client", order: "NewOrder") -> "Preview":
    import msgspec

    terms: dict[str, Any] = msgspec.structs.asdict(order)
    places = (terms.pop("account_id"), terms.pop("instrument_id"), terms.pop("side"), terms.pop("order_qty"))
    return client.preview(*places, **terms)


def _send(client: "Client", order: "NewOrder", exits: dict[str, Any], key: str, as_json: bool) -> int:
    import msgspec

    if any(exits.values()):
        batch = client.submit_bracket(order, key=key or None, **exits)
        if as_json:
            say_plain(batch)
        else:
            _say_batch(batch)
        return SAYS_NO if any(each.problem is not None for each in batch.results) else 0
    terms: dict[str, Any] = msgspec.structs.asdict(order)
    places = (terms.pop("account_id"), terms.pop("instrument_id"), terms.pop("side"), terms.pop("order_qty"))
    answer = client.submit(*places, key=key or None, **terms)
    if as_json:
        say_plain(answer)
    else:
        _say_order(answer)
    return 0


def _asked(order: "NewOrder", exits: dict[str, Any]) -> str:
    """What is to be confirmed, in one line."""
    text = f"{order.side} {order.order_qty} {order.instrument_id}"
    text += f" at {order.limit_price}" if order.limit_price else ""
    text += f" triggered at {order.trigger_price}" if order.trigger_price else ""
    text += f" trailing by {order.trailing_offset}" if order.trailing_offset else ""
    text += " basis points" if order.trailing_offset_type == "BASIS_POINTS" else ""
    text += f" on {order.account_id}"
    text += f", profit at {exits['take_profit']}" if exits["take_profit"] else ""
    return text + (f", loss at {exits['stop_loss']}" if exits["stop_loss"] else "")


def _confirmed(terms: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError(f"'{terms}' must be confirmed, and this is no terminal; give --yes")
    return bool(typer.confirm(f"Send {terms}?", err=True))


def _say_preview(found: "Preview", out: Callable[[str], None]) -> None:
    rows = [("Verdict", f"{found.verdict}: {found.text}")]
    rows += [("Value", str(found.notional))] if found.notional is not None else []
    rows += [("Reserved for fees", str(found.fee_estimate))] if found.fee_estimate is not None else []
    for each in found.failures:
        rows.append((each.check, f"{each.text} (limit {each.limit}, would be {each.used})"))
    for line in labeled(rows):
        out(line)


def _say_order(answer: "OrderAnswer") -> None:
    order = answer.order
    word = "was sent before" if answer.repeated else "is held" if order.status == "HELD" else "is sent"
    say(f"Order {order.order_id} {word}: {terms_of(order)}, {order.status}, key {order.client_order_id}.")


def _say_batch(answer: "BatchAnswer") -> None:
    for result in answer.results:
        if result.order is not None:
            order = result.order
            say(f"Order {order.order_id}: {terms_of(order)}, {order.status}.")
        elif result.problem is not None:
            note(f"not sent: {result.problem.detail}")


def terms_of(order: "Order") -> str:
    """The terms of an order in one line."""
    price = "" if order.limit_price is None else f" at {order.limit_price}"
    trigger = "" if order.trigger_price is None else f" triggered at {order.trigger_price}"
    return f"{order.side} {order.order_qty} {order.instrument_id}{price}{trigger} {order.time_in_force}"


def _add_show(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 order show 7", "trade2026 order show 7 --json"))
    def show(order_id: _ID, url: Url = "", json: options.Json = False) -> None:
        """Show an order and its life: what happened, when, in which frame, on what evidence."""
        number = whole("ID", order_id)
        with sessions().client(url) as client:
            order = client.order(number)
            steps = list(client.each_order_event(number))
        if json:
            for step in steps:
                say_plain(step)
            return
        _say_life(order, steps)


def _say_life(order: "Order", steps: "list[OrderEvent]") -> None:
    say(f"Order {order.order_id} on {order.account_id}: {terms_of(order)}")
    filled = f", {order.cum_qty} filled at {order.average_price}" if order.average_price is not None else ""
    say(f"{order.status}{filled}" + (f": {order.text}" if order.text else ""))
    for step in steps:
        say()
        wall = "" if step.wall is None else f"  (real time {step.wall.text})"
        say(f"#{step.seq}  {step.ts.text}  {step.title}{wall}")
        if step.text:
            say(f"    {step.text}")
        lines = [(each.name, each.value) for each in step.evidence]
        lines += [("booked", f"{each.account} {each.amount} {each.commodity}") for each in step.postings]
        for line in labeled(lines):
            say(f"    {line}")
