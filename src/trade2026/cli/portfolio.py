"""`trade2026 portfolio`: from weights to orders, as a proposal that is confirmed once."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say, table
from trade2026.cli.requests import pairs, whole
from trade2026.cli.session import Sessions, Url, only_account, say_plain
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.client.results.rebalancing import Proposal

SAYS_NO = 1
"""Exit code of a proposal that cannot be confirmed, or was not."""

_ID = Annotated[str, typer.Argument(metavar="ID", help="The proposal's, such as rb-5f0c2a9e11d0b7c4.")]
_WEIGHTS = Annotated[
    list[str] | None,
    typer.Option(
        "--weight", "-w", metavar="INSTRUMENT=SHARE", help="A share of the capital; repeat for several."
    ),
]
_JOB = Annotated[
    str, typer.Option("--job", metavar="ID", help="An analysis that is done, whose weights are taken.")
]
_ACCOUNT = Annotated[
    str, typer.Option("--account", metavar="ID", help="Which account; else the only one there is.")
]
_CAPITAL = Annotated[
    str, typer.Option("--capital", metavar="MONEY", help="What weights are of; else all that is not kept.")
]
_CLOSE = Annotated[bool, typer.Option("--close-others", help="Close positions that are not named.")]
_MARKET = Annotated[bool, typer.Option("--market", help="MARKET orders; else LIMIT.")]
_OFFSET = Annotated[
    str,
    typer.Option(
        "--offset-bps", metavar="BPS", help="How far limits go through the touch; below 0 they wait."
    ),
]
_TIF = Annotated[str, typer.Option("--tif", metavar="WORD", help="DAY, GTC or IOC.")]
_MIN = Annotated[str, typer.Option("--min-trade", metavar="MONEY", help="Leave smaller orders out.")]
_YES = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_KEY = Annotated[
    str, typer.Option("--key", metavar="KEY", help="Names the request; sent again, it is done once.")
]


def add_portfolio(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    """Add the commands about rebalancing proposals."""
    portfolio_app = typer.Typer(
        no_args_is_help=True, epilog=examples("trade2026 portfolio propose --job analysis-1")
    )
    app.add_typer(portfolio_app, name="portfolio")

    @portfolio_app.callback()
    def portfolio() -> None:
        """From weights to orders on the running desk: propose, look, confirm once."""

    _add_propose(portfolio_app, sessions)
    _add_show(portfolio_app, sessions)
    _add_confirm(portfolio_app, sessions)
    _add_withdraw(portfolio_app, sessions)


def _add_propose(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(
        epilog=examples(
            "trade2026 portfolio propose --job analysis-1",
            "trade2026 portfolio propose -w KO.XNYS=0.3 -w XOM.XNYS=0.2 --capital 100000",
        )
    )
    def propose(
        weight: _WEIGHTS = None, job: _JOB = "", account: _ACCOUNT = "", capital: _CAPITAL = "",
        close_others: _CLOSE = False, market: _MARKET = False, offset_bps: _OFFSET = "10", tif: _TIF = "DAY",
        min_trade: _MIN = "0", url: Url = "", json: options.Json = False,
    ) -> int:  # fmt: skip
        """Propose the orders that lead to weights, at live quotes; nothing is sent."""
        weights = dict(pairs("--weight", weight))
        if bool(weights) == bool(job):
            raise InputError("give --weight, once or more, or --job")
        with sessions().client(url) as client:
            found = client.propose(
                account or only_account(client), weights or None, job_id=job or None, capital=capital or None,
                close_others=close_others, order_type="MARKET" if market else "LIMIT",
                time_in_force=tif.upper(), offset_bps=whole("--offset-bps", offset_bps), min_trade=min_trade,
            )  # fmt: skip
        if json:
            say_plain(found)
        else:
            _say(found)
            if not found.why_not:
                within = f"send it within {found.seconds_left:.0f} s"
                note(f"{within}: trade2026 portfolio confirm {found.proposal_id}")
        return SAYS_NO if found.why_not else 0


def _add_show(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 portfolio show rb-5f0c2a9e11d0b7c4"))
    def show(proposal_id: _ID, url: Url = "", json: options.Json = False) -> None:
        """Show a proposal: where it is, and what became of its orders."""
        with sessions().client(url) as client:
            found = client.proposal(proposal_id)
        if json:
            say_plain(found)
        else:
            _say(found)

    @app.command(name="list", epilog=examples("trade2026 portfolio list"))
    def show_all(account: _ACCOUNT = "", url: Url = "", json: options.Json = False) -> None:
        """List proposals, newest first."""
        with sessions().client(url) as client:
            found = client.proposals(account_id=account or None)
        if json:
            for each in found:
                say_plain(each)
            return
        head = ("proposal", "account", "state", "made", "orders", "turnover", "cost", "why")
        rows = [
            (
                each.proposal_id, each.account_id, each.state, each.created.text, str(len(each.orders)),
                f"{float(each.turnover):.2%}", f"{each.cost:.2f}", each.reason or each.why_not,
            )
            for each in found
        ]  # fmt: skip
        for line in table(head, rows, right=("orders", "turnover", "cost")):
            say(line)


def _add_confirm(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 portfolio confirm rb-5f0c2a9e11d0b7c4 --yes"))
    def confirm(
        proposal_id: _ID, yes: _YES = False, key: _KEY = "", url: Url = "", json: options.Json = False
    ) -> int:
        """Send a proposal's orders, each once; asked again it completes what was begun."""
        with sessions().client(url) as client:
            if not yes:
                found = client.proposal(proposal_id)
                _say(found, note)
                if not _confirmed(found):
                    note("nothing was sent")
                    return SAYS_NO
            done = client.confirm_proposal(proposal_id, key=key or None)
        if json:
            say_plain(done)
            return 0
        again = "was confirmed before" if done.repeated else "is confirmed"
        say(f"Proposal {proposal_id} {again}: {_state(done.proposal)}.")
        for order in done.proposal.orders:
            status = "not sent yet" if order.order is None else order.order.status
            say(f"{order.side} {order.order_qty} {order.instrument_id}: {status}")
        return 0


def _confirmed(found: "Proposal") -> bool:
    if not sys.stdin.isatty():
        raise InputError(
            f"the {len(found.orders)} orders must be confirmed, and this is no terminal; give --yes"
        )
    return bool(typer.confirm(f"Send {len(found.orders)} orders on {found.account_id}?", err=True))


def _add_withdraw(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @app.command(epilog=examples("trade2026 portfolio withdraw rb-5f0c2a9e11d0b7c4"))
    def withdraw(proposal_id: _ID, url: Url = "", json: options.Json = False) -> None:
        """Withdraw a proposal, or stop what of it is not sent yet."""
        with sessions().client(url) as client:
            found = client.withdraw_proposal(proposal_id)
        if json:
            say_plain(found)
        else:
            say(f"Proposal {proposal_id}: {_state(found)}.")


def _state(found: "Proposal") -> str:
    return f"{found.state}{found.reason and ', ' + found.reason}"


def _say(found: "Proposal", out: Callable[[str], None] = say) -> None:
    """Orders with what they cost, and what they come to."""
    numbers = ("quantity", "limit", "value", "cost", "before", "target", "after")
    head = ("side", "quantity", "instrument", *numbers[1:], "risk", "now")
    lines = {each.instrument_id: each for each in found.lines}
    rows = []
    for order in found.orders:
        line = lines[order.instrument_id]
        weights = (line.before_weight, line.target_weight, line.after_weight)
        rows.append(
            (
                order.side, str(order.order_qty), order.instrument_id, str(order.limit_price or "MARKET"),
                f"{order.value:.2f}", f"{order.half_spread + order.fee:.2f}",
                *(f"{float(each):.2%}" for each in weights), order.risk,
                "" if order.order is None else order.order.status,
            )
        )  # fmt: skip
    for text in table(head, rows, right=numbers):
        out(text)
    for text in labeled([*_sums(found), *_remarks(found)]):
        out(text)


def _sums(found: "Proposal") -> list[tuple[str, str]]:
    cash = (
        f"{found.cash_before:.2f} before, {found.cash_after:.2f} after, {found.cash_after_worst:.2f} at worst"
    )
    return [
        ("Proposal", f"{found.proposal_id}, {_state(found)}"),
        ("Turnover", f"{float(found.turnover):.2%} of {found.equity:.2f} {found.currency}"),
        ("Expected cost", f"{found.cost:.2f}: half spread {found.half_spread:.2f}, fees {found.fees:.2f}"),
        ("Cash", cash),
    ]


def _remarks(found: "Proposal") -> list[tuple[str, str]]:
    remarks = [
        ("Left out", f"{each.instrument_id}: {each.left_out}") for each in found.lines if each.left_out
    ]
    remarks += [("Note", text) for text in found.notes]
    for order in found.orders:
        if order.risk == "REFUSED":
            remarks.append(("Refused", f"{order.instrument_id}: {order.risk_text}"))
    return [*remarks, ("Cannot be confirmed", found.why_not)] if found.why_not else remarks
