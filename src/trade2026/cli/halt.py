"""`trade2026 halt` and `resume`: by the web service as whoever is logged in, else straight to the core."""

from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlsplit

import typer

from trade2026.application.desk import Desk
from trade2026.application.local_halt import Confirmation, Halted
from trade2026.cli import options
from trade2026.cli.output import examples, note, say, say_json, table
from trade2026.cli.session import NotLoggedIn, Sessions, Url, say_plain
from trade2026.model.enums import Scope
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

UNCONFIRMED: Final = 1
"""Exit code of a halt that is in force while an order of its scope still works, or may."""

_LONGEST_S: Final = 86_400.0
_REQUEST_S: Final = 3.0
"""How long the web service may take before the core is asked instead."""
_POLL_NS: Final = 200 * MILLISECOND_NS
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")
_SHOWN: Final = 20

_SCOPE = Annotated[
    str, typer.Option("--scope", metavar="WORD", help="GLOBAL, VENUE, ACCOUNT, STRATEGY or INSTRUMENT.")
]
_TARGET = Annotated[str, typer.Option("--target", metavar="ID", help="Which one; GLOBAL has none.")]
_REASON = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is journaled.")]
_TIMEOUT = Annotated[
    str, typer.Option("--timeout", metavar="SECONDS", help="Wait so long for the venue's last word; 0: not.")
]
_DIRECT = Annotated[
    bool, typer.Option("--direct", help="Ask the core itself, as the system's user, without the web service.")
]


class _Order(NamedTuple):
    """One that is left."""

    order_id: int
    account_id: str
    strategy_id: str
    instrument_id: str
    status: str


class _Done(NamedTuple):
    """A halt, and how it went on."""

    by: str
    halted: Halted
    is_confirmed: bool | None
    waited_ns: int
    left: int
    orders: list[_Order]
    why: str


def add_halt(app: typer.Typer, sessions: Callable[[], Sessions], desk: Desk) -> None:
    """Add the commands to the application."""

    @app.command(
        epilog=examples(
            'trade2026 halt --reason "prices look wrong"',
            'trade2026 halt --scope STRATEGY --target momentum-1 --reason "trades too much" --timeout 60',
        )
    )
    def halt(
        reason: _REASON, scope: _SCOPE = "GLOBAL", target: _TARGET = "", timeout: _TIMEOUT = "10",
        direct: _DIRECT = False, url: Url = "", json: options.Json = False,
    ) -> int:  # fmt: skip
        """Halt trading, everywhere unless asked otherwise, cancel the open orders, and wait for the venue.

        Exit code 0 once no order of the scope works any more, 1 where the halt is in force and one still may.
        """
        asked = _Halting(sessions, desk, _scope(scope), target, reason.strip(), _seconds(timeout))
        done = asked.halt(url, direct=direct)
        if json:
            say_json(_json(done))
        else:
            _say(done, " ".join(filter(None, (scope.upper(), target))))
        return 0 if done.is_confirmed is not False else UNCONFIRMED

    @app.command(epilog=examples('trade2026 resume --reason "prices checked with the vendor"'))
    def resume(
        reason: _REASON, scope: _SCOPE = "GLOBAL", target: _TARGET = "", url: Url = "",
        json: options.Json = False,
    ) -> None:  # fmt: skip
        """Allow trading again: needs a fresh login, ten characters of reason, and time since the halt."""
        with sessions().client(url) as client:
            done = client.resume(reason, scope=scope.upper(), target=target)
        if json:
            say_plain(done)
        else:
            say(f"Resumed: {' '.join(filter(None, (scope.upper(), target)))}.")


class _Halting(NamedTuple):
    """One halt that is asked for."""

    sessions: Callable[[], Sessions]
    desk: Desk
    scope: Scope
    target: str
    reason: str
    timeout_ns: int

    def halt(self, url: str, *, direct: bool) -> _Done:
        """By the web service where somebody is logged in and it answers, else by the core or a signal."""
        if not self.reason:
            raise InputError("--reason must say why, was empty")
        if (self.scope is Scope.GLOBAL) != (self.target == ""):
            raise InputError(
                f"--target must be an id for {self.scope}, was {self.target!r}; only GLOBAL has none"
            )
        if direct and url:
            raise InputError("--direct is for the desk of this machine and takes no --url")
        is_local = not url and self._is_local()
        if not direct and (not is_local or self.sessions().kept_url is not None):
            try:
                return self._by_web(url, is_local=is_local)
            except (OperatingError, NotLoggedIn) as error:
                if not is_local:
                    raise
                note(f"the web service did not take it: {error}; the core is asked")
        halted = self.desk.local_halt().halt(self.scope, self.target, self.reason)
        return self._confirmed("core" if halted.seq is not None else "signal", halted)

    def _is_local(self) -> bool:
        """Whether the desk that is meant is this machine's."""
        kept = self.sessions().kept_url
        return kept is None or urlsplit(kept).hostname in _LOCAL

    def _by_web(self, url: str, *, is_local: bool) -> _Done:
        with self.sessions().client(url, timeout_s=_REQUEST_S, patience_s=0.0) as client:
            done = client.halt(self.reason, scope=self.scope, target=self.target)
            halted = Halted(done.seq, tuple(done.canceled), tuple(done.denied))
            if is_local:
                return self._confirmed("web", halted)
            return self._confirmed_from_afar(client, halted)

    def _confirmed(self, by: str, halted: Halted) -> _Done:
        """Wait for the venue by asking the core."""
        if not self.timeout_ns:
            return _Done(by, halted, None, 0, 0, [], "")
        said: Confirmation = self.desk.local_halt().confirm(self.scope, self.target, self.timeout_ns)
        found = said.working
        orders = [
            _Order(each.order_id, each.account_id, each.strategy_id, each.instrument_id, each.status.value)
            for each in (found.orders if found is not None else ())
        ]
        why = said.why
        if found is not None and not said.is_done and not found.count:
            why = "the halt is not in force; somebody resumed, or the signal was not heard"
        return _Done(
            by, halted, said.is_done, said.waited_ns, found.count if found is not None else 0, orders, why
        )

    def _confirmed_from_afar(self, client: Any, halted: Halted) -> _Done:
        """Wait for the venue by asking a web service elsewhere."""
        clock, began = self.desk.services.clock, self.desk.services.clock.monotonic_ns()
        while self.timeout_ns:
            orders = [
                _Order(
                    each.order_id, each.account_id, each.strategy_id, each.instrument_id, each.status.value
                )
                for each in client.each_order(status="open")
                if self._has(each)
            ]  # fmt: skip
            waited_ns = clock.monotonic_ns() - began
            if not orders or waited_ns >= self.timeout_ns:
                return _Done("web", halted, not orders, waited_ns, len(orders), orders, "")
            self.desk.services.pause(_POLL_NS)
        return _Done("web", halted, None, 0, 0, [], "")

    def _has(self, order: Any) -> bool:
        """Whether an order is of the scope."""
        value = {
            Scope.GLOBAL: "", Scope.VENUE: order.instrument_id.rpartition(".")[2],
            Scope.ACCOUNT: order.account_id, Scope.STRATEGY: order.strategy_id,
            Scope.INSTRUMENT: order.instrument_id,
        }[self.scope]  # fmt: skip
        return bool(value == self.target)


def _scope(text: str) -> Scope:
    try:
        return Scope(text.upper())
    except ValueError:
        raise InputError(f"--scope must be one of {', '.join(Scope)}, was {text!r}") from None


def _seconds(text: str) -> int:
    """Nanoseconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_S:
        raise InputError(f"--timeout must be seconds from 0 to {_LONGEST_S:g}, was {text!r}")
    return int(seconds * SECOND_NS)


def _say(done: _Done, scope: str) -> None:
    if done.halted.seq is None:
        say(f"Halt by signal: {scope}. The core did not answer; its supervisor was told to halt everything.")
    else:
        say(f"Halted: {scope}. Cancels sent: {len(done.halted.canceled)}.")
    for text in done.halted.denied:
        note(text)
    if done.is_confirmed is None:
        return
    seconds = f"{done.waited_ns / SECOND_NS:.2f} s"
    if done.is_confirmed:
        say(f"Confirmed after {seconds}: no order of it works any more.")
        return
    if done.why:
        say(f"Not confirmed after {seconds}: {done.why}.")
    if done.orders:
        say(f"Still working after {seconds}: {done.left}. The venue has not answered their cancels:")
        rows = [tuple(str(value) for value in each) for each in done.orders[:_SHOWN]]
        for line in table(("order", "account", "strategy", "instrument", "status"), rows, right=("order",)):
            say(line)


def _json(done: _Done) -> dict[str, Any]:
    return {
        "by": done.by, "seq": done.halted.seq, "canceled": list(done.halted.canceled),
        "denied": list(done.halted.denied), "confirmed": done.is_confirmed,
        "seconds": round(done.waited_ns / SECOND_NS, 3), "left": done.left,
        "orders": [each._asdict() for each in done.orders], "why": done.why,
    }  # fmt: skip
