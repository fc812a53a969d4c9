"""The simulated market's process: its time passes, and its line and its door in Binance's words are open."""

import asyncio
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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
from trade2026.application.prism.run import (
    KEYS,
    gone_on,
    load_keys,
    make_live_prism,
    warm_up,
)
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.application.prism.settings import PORT_MAX, PrismChanges, PrismSettings
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.runtime import calm_collector
from trade2026.bootstrap.serving import BACKLOG, QuietServer, listen
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
    places = Places(config.home)
    storage = PrivateDiskStorage(places.prism)
    market = load_prism_config(storage)
    settings = changes.of(load_prism_settings(storage))
    customers = partial(_customers, services, places, market)
    customers()  # What cannot be used is said before anything is made.
    listener = _listen(settings, config)
    lock, bars = storage.lock(_LOCK), BarWriter(storage)
    try:
        keys = load_keys(storage, secrets.token_bytes)
        keeper = Keeper(storage, services.clock.now_ns)
        prism, desk = _make(services, settings, gone_on(market, keeper.state.prices), keeper, customers, bars)
        desk.listen(lambda tick: bars.take(tick.events))
        for owner in sorted({key.owner for key in keys}):
            desk.open_account(guest_of(owner, market))
        known = ApiKeys(ApiKey(key=key.key, owner=key.owner, secret=key.secret) for key in keys)
        app = binance_app(prism, known, services.clock, _LIMITS)
        warm_up(prism, keeper.now_ns)
        server = QuietServer(
            uvicorn.Config(
                app, loop="uvloop", lifespan="on", access_log=False, log_config=None, server_header=False,
                backlog=BACKLOG, timeout_graceful_shutdown=_GRACE_S, **SERVER_OPTIONS,
            )
        )  # fmt: skip
        calm_collector()
        _say_how(settings, listener.getsockname(), storage.folder)
        uvloop.run(_serve(server, listener, prism, desk, places.socket("prism")))
    finally:
        bars.close()
        lock.release()
    return 0


def _make(
    services: Services,
    settings: PrismSettings,
    market: PrismConfig,
    keeper: Keeper,
    customers: Callable[[], list[Customer]],
    bars: BarWriter,
) -> tuple[LivePrism, PrismDesk]:
    """The market and its service, which hears it before anybody else does; customers have their accounts."""
    _note(f"making a market of {len(market.books)} books, seed {settings.seed}")
    clock = services.clock
    keeper.begin()
    past = bars.write if bars.is_empty else None
    prism = make_live_prism(market, settings, clock, keeper.now_ns(), services.make_random, past=past)

    def find(account_id: str) -> Customer | None:
        """An account of a desk whose configuration was written since."""
        return next((each for each in customers() if each.account_id == account_id), None)

    desk = PrismDesk(prism, prism.clearing, keeper, clock, Made(settings.seed, settings.speed or 0.0), find)
    for customer in customers():
        if desk.open_account(customer):
            _note(f"opened account {customer.account_id!r}")
    return prism, desk


def _customers(services: Services, places: Places, market: PrismConfig) -> list[Customer]:
    """The accounts that the desk of this home holds here."""
    if not Path(places.desk).is_dir():
        return []
    storage = services.open_storage(places.desk)
    try:
        return customers_of(load_desk_config(storage), market)
    finally:
        storage.close()


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


def _say_how(settings: PrismSettings, address: tuple[Any, ...], folder: str) -> None:
    speed = (
        "as fast as it can" if settings.speed is None else f"{settings.speed:g} times as fast as the clock"
    )
    _note(f"the market runs {speed}; its door is http://{settings.host}:{address[1]}")
    _note(f"keys are in {folder}/{KEYS}")


async def _serve(
    server: QuietServer, listener: Any, prism: LivePrism, desk: PrismDesk, socket_path: str
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    desk.turn()  # What the first minutes were is told before anybody who wants the present is here.
    line = await serve(socket_path, desk, _note)
    try:
        tell_ready()
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(each) for each in (prism.run(), desk.run(), _tell_when_behind(prism))
            ]
            await server.serve(sockets=[listener])
            for task in running:
                task.cancel()
    finally:
        await line.aclose()
        desk.close()


async def _tell_when_behind(prism: LivePrism) -> None:
    """Say so where the machine is too slow for the speed that was asked for."""
    while True:
        await asyncio.sleep(_LOOK_S)
        if prism.behind_ns > _BEHIND_NS:
            _note(f"the market is {prism.behind_ns / SECOND_NS:.1f} s behind; choose a lower --speed")


def _note(text: str) -> None:
    """A line of this process's log."""
    print(text, file=sys.stderr, flush=True)
