"""`trade2026 order`, `orders`, `cancel`, `fills`, `positions` and `accounts`: trading on a running desk."""

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.control import add_control
from trade2026.cli.halt import add_halt
from trade2026.cli.output import examples, labeled, note, say, table
from trade2026.cli.requests import whole
from trade2026.cli.session import Sessions, Url, add_session, only_account, say_plain
from trade2026.cli.venues import add_venues
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.client import Client
    from trade2026.client.results.orders import Order, OrderAnswer, Preview

SAYS_NO: Final = 1
"""Exit code of an order that would not be accepted."""

_INSTRUMENT = Annotated[str, typer.Argument(metavar="INSTRUMENT", help="Such as KO.XNYS.")]
_QTY = Annotated[str, typer.Argument(metavar="QTY", help="How many, above zero.")]
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
_STATUS = Annotated[str, typer.Option("--status", metavar="WORD", help="open, done or all.")]
_COUNT = Annotated[str, typer.Option("--lines", "-n", metavar="COUNT", help="At most so many, 1 to 1000.")]
_ID = Annotated[str, typer.Argument(metavar="[ID]", help="The order's number.")]
_ALL = Annotated[bool, typer.Option("--all", help="Every open order (of --account, where it is given).")]


def add_trading(app: typer.Typer, desk: Desk) -> None:
    """Add the commands that need a running desk to the application."""

    def sessions() -> Sessions:
        return Sessions(desk)

    add_session(app, sessions)
    _add_order(app, sessions)
    _add_cancel(app, sessions)
    _add_orders(app, sessions)
    _add_fills(app, sessions)
    _add_holdings(app, sessions)
    add_halt(app, sessions, desk)
    add_control(app, sessions)
    add_venues(app, sessions)


def _add_order(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    order_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 order buy KO.XNYS 100"))
    app.add_typer(order_app, name="order")

    @order_app.callback()
    def order() -> None:
        """Send an order to the running desk, after a look at what it would do."""

    @order_app.command(epilog=examples("trade2026 order buy KO.XNYS 100 --limit 2.05 --tif GTC"))
    def buy(
        instrument: _INSTRUMENT, qty: _QTY, limit: _LIMIT = "", account: _ACCOUNT = "", tif: _FORCE = "DAY",
        preview: _PREVIEW = False, yes: _YES = False, key: _KEY = "", url: Url = "",
        json: options.Json = False,
    ) -> int:  # fmt: skip
        """Buy: the preview is shown, then it asks."""
        with sessions().client(url) as client:
            return _order(client, "BUY", instrument, qty, limit, account, tif, preview, yes, key, json)

    @order_app.command(epilog=examples("trade2026 order sell KO.XNYS 100 --yes"))
    def sell(
        instrument: _INSTRUMENT, qty: _QTY, limit: _LIMIT = "", account: _ACCOUNT = "", tif: _FORCE = "DAY",
        preview: _PREVIEW = False, yes: _YES = False, key: _KEY = "", url: Url = "",
        json: options.Json = False,
    ) -> int:  # fmt: skip
        """Sell: the preview is shown, then it asks."""
        with sessions().client(url) as client:
            return _order(client, "SELL", instrument, qty, limit, account, tif, preview, yes, key, json)


def _order(
    client: "Client",
    side: str,
    instrument: str,
    qty: str,
    limit: str,
    account: str,
    tif: str,
    only_preview: bool,
    is_sure: bool,
    key: str,
    as_json: bool,
) -> int:
    account = account or only_account(client)
    price = limit or None
    force = tif.upper()
    if only_preview or not is_sure:
        found = client.preview(account, instrument, side, qty, limit_price=price, time_in_force=force)
        if only_preview and as_json:
            say_plain(found)
        else:
            _say_preview(found, say if only_preview else note)
        if only_preview:
            return 0 if found.accepted else SAYS_NO
        terms = f"{side} {qty} {instrument}" + (f" at {limit}" if limit else "") + f" on {account}"
        if not _confirmed(terms):
            note("nothing was sent")
            return SAYS_NO
    answer = client.submit(
        account, instrument, side, qty, limit_price=price, time_in_force=force, key=key or None
    )
    if as_json:
        say_plain(answer)
    else:
        _say_order(answer)
    return 0


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
    word = "was sent before" if answer.repeated else "is sent"
    say(f"Order {order.order_id} {word}: {_terms(order)}, {order.status}, key {order.client_order_id}.")


def _terms(order: "Order") -> str:
    price = "" if order.limit_price is None else f" at {order.limit_price}"
    return f"{order.side} {order.order_qty} {order.instrument_id}{price} {order.time_in_force}"


def _add_cancel(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 cancel 7", "trade2026 cancel --all --account PAPER"))
    def cancel(
        order_id: _ID = "", every: _ALL = False, account: _ACCOUNT = "", url: Url = "",
        json: options.Json = False,
    ) -> None:  # fmt: skip
        """Cancel one open order, or all."""
        if every == bool(order_id):
            raise InputError("give the number of an order, or --all")
        if account and not every:
            raise InputError("--account goes with --all; an order's number is enough without")
        with sessions().client(url) as client:
            if order_id:
                answer = client.cancel(whole("ID", order_id))
                if json:
                    say_plain(answer)
                else:
                    say(f"Order {order_id}: {answer.order.status}.")
                return
            done = client.cancel_all(account_id=account)
            if json:
                say_plain(done)
                return
            say(f"Cancels sent: {len(done.canceled)}.")
            for text in done.denied:
                note(text)


def _add_orders(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 orders", "trade2026 orders --status all --json"))
    def orders(
        status: _STATUS = "open", account: _ACCOUNT = "", lines: _COUNT = "100", url: Url = "",
        json: options.Json = False,
    ) -> None:  # fmt: skip
        """List orders, newest first; the open ones unless asked otherwise."""
        with sessions().client(url) as client:
            found = client.orders(status=status, account_id=account, limit=whole("--lines", lines))
        head = (
            "order",
            "time",
            "account",
            "side",
            "quantity",
            "instrument",
            "limit",
            "status",
            "filled",
            "by",
        )
        rows = [
            (
                str(each.order_id or "-"), each.created.text, each.account_id, each.side, str(each.order_qty),
                each.instrument_id, _text(each.limit_price), each.status, str(each.cum_qty),
                each.strategy_id or each.trader_id,
            )
            for each in found
        ]  # fmt: skip
        _say_list(found, json, head, rows, ("order", "quantity", "limit", "filled"))


def _add_fills(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 fills -n 20"))
    def fills(
        account: _ACCOUNT = "", lines: _COUNT = "100", url: Url = "", json: options.Json = False
    ) -> None:
        """List executions, newest first."""
        with sessions().client(url) as client:
            found = client.fills(account_id=account, limit=whole("--lines", lines))
        head = (
            "order",
            "time",
            "account",
            "side",
            "quantity",
            "instrument",
            "price",
            "commission",
            "realized",
        )
        rows = [
            (
                str(each.order_id), each.ts.text, each.account_id, each.side, str(each.last_qty),
                each.instrument_id, str(each.last_px), str(each.commission), str(each.realized),
            )
            for each in found
        ]  # fmt: skip
        _say_list(found, json, head, rows, ("order", "quantity", "price", "commission", "realized"))


def _add_holdings(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 positions"))
    def positions(account: _ACCOUNT = "", url: Url = "", json: options.Json = False) -> None:
        """List positions at the latest prices."""
        with sessions().client(url) as client:
            found = client.positions(account_id=account)
        head = ("account", "instrument", "quantity", "average", "last", "value", "unrealized", "realized")
        rows = [
            (
                each.account_id, each.instrument_id, str(each.quantity), _text(each.average_price),
                _text(each.last_price), _text(each.market_value), _text(each.unrealized), str(each.realized),
            )
            for each in found
        ]  # fmt: skip
        _say_list(found, json, head, rows, head[2:])

    @app.command(epilog=examples("trade2026 accounts"))
    def accounts(url: Url = "", json: options.Json = False) -> None:
        """List accounts and what they are worth."""
        with sessions().client(url) as client:
            found = client.accounts()
        head = ("account", "currency", "equity", "cash", "gross", "net", "leverage", "unrealized", "realized")
        rows = [
            (
                each.account_id, each.base_currency, _text(each.equity),
                _text(each.cash.get(each.base_currency)), _text(each.gross), _text(each.net),
                _text(each.leverage), _text(each.unrealized), _text(each.realized),
            )
            for each in found
        ]  # fmt: skip
        _say_list(found, json, head, rows, head[2:])
        for each in found:
            if each.problem and not json:
                note(f"{each.account_id}: {each.problem}")


def _say_list(
    found: Any, as_json: bool, head: tuple[str, ...], rows: Sequence[Sequence[str]], right: tuple[str, ...]
) -> None:
    if as_json:
        for each in found:
            say_plain(each)
        return
    if not rows:
        note("none")
        return
    for line in table(head, rows, right=right):
        say(line)


def _text(value: Decimal | None) -> str:
    return "-" if value is None else str(value)
