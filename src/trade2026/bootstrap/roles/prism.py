"""The simulated market's process: its time passes, and its door in Binance's words is open."""

import asyncio
import secrets
import signal
import sys
from typing import Any, Final

import uvicorn
import uvloop

from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.application.prism.run import (
    KEYS,
    load_keys,
    load_prism_config,
    make_live_prism,
    warm_up,
)
from trade2026.application.prism.settings import PrismSettings
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.roles.sim import SimServer
from trade2026.bootstrap.runtime import calm_collector
from trade2026.bootstrap.serving import BACKLOG, QuietServer, listen
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.live import LivePrism
from trade2026.web.binance.app import SERVER_OPTIONS, binance_app
from trade2026.web.binance.counting import Limits
from trade2026.web.binance.keys import ApiKey, ApiKeys

_GRACE_S: Final = 5
_LOOK_S: Final = 10.0
_BEHIND_NS: Final = 2 * SECOND_NS
_LIMITS: Final = Limits(weight_1m=1_000_000, orders_10s=100_000, orders_1d=100_000_000)
"""For bots on the machine itself, which need not share it with the world."""


def main(services: Services, config: Config, settings: PrismSettings) -> int:
    """Run until told to stop; the exit code is 0 then."""
    storage = PrivateDiskStorage(Places(config.home).prism)
    market = load_prism_config(storage)
    listener = listen(settings.host, settings.port, "--port")
    keys = load_keys(storage, secrets.token_bytes)
    _note(f"making a market of {len(market.books)} books, seed {settings.seed}")
    owners = sorted({key.owner for key in keys})
    prism = make_live_prism(market, settings, owners, services.clock, services.make_random)
    sim = SimServer(prism, storage, services.clock, config.home, secrets.token_hex(4), _note)
    known = ApiKeys(ApiKey(key=key.key, owner=key.owner, secret=key.secret) for key in keys)
    app = binance_app(prism, known, services.clock, _LIMITS)
    warm_up(prism, services.clock)
    server = QuietServer(
        uvicorn.Config(
            app, loop="uvloop", lifespan="on", access_log=False, log_config=None, server_header=False,
            backlog=BACKLOG, timeout_graceful_shutdown=_GRACE_S, **SERVER_OPTIONS,
        )
    )  # fmt: skip
    calm_collector()
    speed = (
        "as fast as it can" if settings.speed is None else f"{settings.speed:g} times as fast as the clock"
    )
    _note(f"the market runs {speed}; its door is http://{settings.host}:{settings.port}")
    _note(f"keys are in {storage.folder}/{KEYS}")
    uvloop.run(_serve(server, listener, prism, sim))
    return 0


async def _serve(server: QuietServer, listener: Any, prism: LivePrism, sim: SimServer) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await sim.start()
    tell_ready()
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(prism.run()), tasks.create_task(_tell_when_behind(prism))]
            await server.serve(sockets=[listener])
            for task in running:
                task.cancel()
    finally:
        await sim.aclose()


async def _tell_when_behind(prism: LivePrism) -> None:
    """Say so where the machine is too slow for the speed that was asked for."""
    while True:
        await asyncio.sleep(_LOOK_S)
        if prism.behind_ns > _BEHIND_NS:
            _note(f"the market is {prism.behind_ns / SECOND_NS:.1f} s behind; choose a lower --speed")


def _note(text: str) -> None:
    """A line of this process's log."""
    print(text, file=sys.stderr, flush=True)
