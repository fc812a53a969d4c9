"""`trade2026 order`, `orders`, `cancel`, `fills`, `positions` and `accounts`: trading on a running desk."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.control import add_control
from trade2026.cli.halt import add_halt
from trade2026.cli.order import add_order
from trade2026.cli.output import examples, note, say, table
from trade2026.cli.portfolio import add_portfolio
from trade2026.cli.requests import whole
from trade2026.cli.session import Sessions, Url, add_session, say_plain
from trade2026.cli.venues import add_venues
from trade2026.primitives.errors import InputError

_ACCOUNT = Annotated[
    str, typer.Option("--account", metavar="ID", help="Which account; else the only one there is.")
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
    add_order(app, sessions)
    _add_cancel(app, sessions)
    _add_orders(app, sessions)
    _add_fills(app, sessions)
    _add_holdings(app, sessions)
    add_portfolio(app, sessions)
    add_halt(app, sessions, desk)
    add_control(app, sessions)
    add_venues(app, sessions)


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
            "trigger",
            "status",
            "filled",
            "by",
        )
        rows = [
            (
                str(each.order_id or "-"), each.created.text, each.account_id, each.side, str(each.order_qty),
                each.instrument_id, _text(each.limit_price), _text(each.trigger_price), each.status,
                str(each.cum_qty), each.strategy_id or each.trader_id,
            )
            for each in found
        ]  # fmt: skip
        _say_list(found, json, head, rows, ("order", "quantity", "limit", "trigger", "filled"))


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
