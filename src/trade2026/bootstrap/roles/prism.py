"""The simulated market's process: its time passes, and its line, its door and its page are open."""

import asyncio
import secrets
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import uvicorn
import uvloop

from trade2026.adapters.embedded.prism_line import serve
from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.application.live.config import load_desk_config
from trade2026.application.prism.customers import Customer, customers_of, guest_of
from trade2026.application.prism.folder import SETTINGS, load_prism_config, load_prism_settings
from trade2026.application.prism.history import BarWriter
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.keeping.shown import listings_of
from trade2026.application.prism.run import KEYS, gone_on, load_keys, make_live_prism, warm_up
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.application.prism.settings import PORT_MAX, PrismChanges, PrismSettings
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.roles.sim import SimServer
from trade2026.bootstrap.runtime import calm_collector, one_failure
from trade2026.bootstrap.serving import BACKLOG, QuietServer, listen
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.live import LivePrism
from trade2026.web.binance.app import SERVER_OPTIONS, binance_app
from trade2026.web.binance.counting import Limits
from trade2026.web.binance.keys import ApiKey, ApiKeys

_GRACE_S: Final = 5
_LOOK_S: Final = 10.0
_PORTS_TRIED: Final = 16
_LOCK: Final = "accounts.lock"
_BEHIND_NS: Final = 2 * SECOND_NS
_LIMITS: Final = Limits(weight_1m=1_000_000, orders_10s=100_000, orders_1d=100_000_000)
"""For bots on the machine itself, which need not share it with the world."""


def main(services: Services, config: Config, changes: PrismChanges) -> int:
    """Run until told to stop; the exit code is 0 then."""
    storage = PrivateDiskStorage(Places(config.home).prism)
    settings = changes.of(load_prism_settings(storage))
    customers = _Customers(services, config, load_prism_config(storage))
    customers.all()  # What cannot be used is said before anything is made.
    listener = _listen(settings, config)
    lock, bars = storage.lock(_LOCK), BarWriter(storage)
    try:
        uvloop.run(_Prism(services, config, settings, customers, storage, bars).run(listener))
    finally:
        bars.close()
        lock.release()
    return 0


class _Customers:
    """Who has an account at the market of this home: its desk's accounts, as they are configured now."""

    def __init__(self, services: Services, config: Config, market: PrismConfig) -> None:
        self._services, self._places = services, Places(config.home)
        self.market = market

    def all(self) -> list[Customer]:
        """All of them; InputError for what cannot be one."""
        if not Path(self._places.desk).is_dir():
            return []
        storage = self._services.open_storage(self._places.desk)
        try:
            return customers_of(load_desk_config(storage), self.market)
        finally:
            storage.close()

    def find(self, account_id: str) -> Customer | None:
        """One of them, whose configuration may have been written since the market was made."""
        return next((each for each in self.all() if each.account_id == account_id), None)


class _Prism:
    """The market with all that is open of it."""

    def __init__(
        self,
        services: Services,
        config: Config,
        settings: PrismSettings,
        customers: _Customers,
        storage: Storage,
        bars: BarWriter,
    ) -> None:
        """Make it, and bring it to the time of the clock."""
        self._settings, self._folder = settings, storage.folder
        self._places, clock = Places(config.home), services.clock
        _note(f"making a market of {len(customers.market.books)} books, seed {settings.seed}")
        keys = load_keys(storage, secrets.token_bytes)
        known = ApiKeys(ApiKey(key=key.key, owner=key.owner, secret=key.secret) for key in keys)
        keeper = Keeper(storage, clock.now_ns)
        market = gone_on(customers.market, keeper.state.prices)
        keeper.begin(listings_of(book.listing for book in market.books))
        self._prism = prism = make_live_prism(
            market, settings, clock, keeper.now_ns(), services.make_random,
            past=bars.write if bars.is_empty else None,
        )  # fmt: skip
        made = Made(settings.seed, settings.speed or 0.0)  # It has to hear the market before anybody else.
        self._desk = PrismDesk(prism, prism.clearing, keeper, clock, made, customers.find, known.is_owner)
        self._desk.listen(lambda tick: bars.take(tick.events))
        for customer in customers.all():
            if self._desk.open_account(customer):
                _note(f"opened account {customer.account_id!r}")
        for owner in sorted({key.owner for key in keys}):
            self._desk.open_account(guest_of(owner, customers.market))
        self._sim = SimServer(prism, storage, clock, self._places, f"{keeper.run:x}", _note)
        self._app = binance_app(prism, known, clock, _LIMITS, self._desk)
        warm_up(prism, keeper.now_ns)

    async def run(self, listener: socket.socket) -> None:
        """Until told to stop."""
        server = QuietServer(
            uvicorn.Config(
                self._app, loop="uvloop", lifespan="on", access_log=False, log_config=None,
                server_header=False, backlog=BACKLOG, timeout_graceful_shutdown=_GRACE_S, **SERVER_OPTIONS,
            )
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        calm_collector()
        self._say_how(listener.getsockname())
        self._desk.turn()  # The first minutes are told before anybody is here who wants the present.
        line = await serve(self._places.socket("prism"), self._desk, _note)
        try:
            await self._sim.start()
            tell_ready()
            with one_failure():
                await self._pass(server, listener)
        finally:
            await self._sim.aclose()
            await line.aclose()
            self._desk.close()

    async def _pass(self, server: QuietServer, listener: socket.socket) -> None:
        """Let time pass, and answer at the door, until told to stop or until one of them fails."""
        async with asyncio.TaskGroup() as tasks:
            passing = (self._prism.run(), self._desk.run(), _tell_when_behind(self._prism))
            running = [tasks.create_task(each) for each in passing]
            await server.serve(sockets=[listener])
            for task in running:
                task.cancel()

    def _say_how(self, address: tuple[Any, ...]) -> None:
        speed = self._settings.speed
        pace = "as fast as it can" if speed is None else f"{speed:g} times as fast as the clock"
        _note(f"the market runs {pace}; its door is http://{self._settings.host}:{address[1]}")
        _note(f"keys are in {self._folder}/{KEYS}")


def _listen(settings: PrismSettings, config: Config) -> socket.socket:
    """Where the door is: at the port that was chosen, else the first one behind the desk's that is free.

    Raises
    ------
    OperatingError
        The port is in use, or all of those that were tried.
    """
    setting = f"--port, or port in {SETTINGS}"
    if settings.port:
        return listen(settings.host, settings.port, setting)
    last = min(config.port + _PORTS_TRIED, PORT_MAX)
    for port in range(config.port + 1, last):
        with suppress(OperatingError):
            return listen(settings.host, port, setting)
    return listen(settings.host, last, setting)


async def _tell_when_behind(prism: LivePrism) -> None:
    """Say so where the machine is too slow for the speed that was asked for."""
    while True:
        await asyncio.sleep(_LOOK_S)
        if prism.behind_ns > _BEHIND_NS:
            _note(f"the market is {prism.behind_ns / SECOND_NS:.1f} s behind; choose a lower --speed")


def _note(text: str) -> None:
    """A line of this process's log."""
    print(text, file=sys.stderr, flush=True)
