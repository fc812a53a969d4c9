"""The web process: one port with API, live feed and page, over read models of its own."""

import asyncio
import logging
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import uvicorn
import uvloop

import trade2026.web
from trade2026.adapters.embedded.core_link import CoreConnection
from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.adapters.embedded.passwords import Argon2Hasher
from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.adapters.embedded.runner_link import RunnerConnection
from trade2026.adapters.embedded.sim_link import SOCKET as SIM_SOCKET
from trade2026.adapters.embedded.sim_link import SimConnection
from trade2026.application.entitlements import missing_entitlements
from trade2026.application.identity.identity import Identity
from trade2026.application.live.config import load_desk_config
from trade2026.application.monitor.status import load_status
from trade2026.application.named_data import list_data
from trade2026.application.prism.folder import keep_seed
from trade2026.application.read_models.market import MarketView
from trade2026.application.read_models.models import ReadModels
from trade2026.application.rebalancing.gathering import paper_costs
from trade2026.application.rebalancing.service import Rebalancing
from trade2026.application.services import Services
from trade2026.application.supervision import RoleStatus
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.runtime import calm_collector
from trade2026.bootstrap.scheduling import come_first
from trade2026.bootstrap.serving import BACKLOG, QuietServer, listen
from trade2026.bootstrap.settings import load_web_settings
from trade2026.bootstrap.supervisor.control import SupervisorClient
from trade2026.bootstrap.supervisor.supervisor import CONTROL
from trade2026.ports.core_link import Hello
from trade2026.primitives.errors import OperatingError, Trade2026Error
from trade2026.primitives.time import SECOND_NS
from trade2026.web.app import create_app
from trade2026.web.line import BoundedHttpProtocol, make_room
from trade2026.web.live import LIVE_SERVER_OPTIONS, Hub, LivePublishers, replay_of
from trade2026.web.routes.system import service_views
from trade2026.web.services import ServiceRow, WebServices

ResultT = TypeVar("ResultT")

_LOG: Final = logging.getLogger("trade2026.web")
_KEEP_ALIVE_S: Final = 75
_GRACE_S: Final = 5
_RECONCILE_S: Final = 2.0


def main(services: Services, config: Config) -> int:
    """Serve until told to stop; 0 then."""
    form = "%(levelname)s %(name)s %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form)

    async def run() -> None:
        await _Web(services, config).run()

    come_first()
    uvloop.run(run())
    return 0


class _Web:
    """The parts of the process, and the order in which they begin and end."""

    def __init__(self, services: Services, config: Config) -> None:
        """Listen first, so that a port in use is told at once. To be made inside the running loop."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener = listen(config.host, config.port, "TRADE2026_PORT")
        places = Places(config.home)
        places.make()
        settings = load_web_settings(services.open_storage(places.desk))
        BoundedHttpProtocol.head_s = settings.head_seconds
        state = PrivateDiskStorage(places.state)
        self._identity = Identity(state, services.clock, secrets.token_bytes, Argon2Hasher())
        market = MarketView(services.data, services.calendars, self._spawn, _in_thread)
        journal, history = services.open_storage(places.journal), SqliteHistory(places.history)
        models = ReadModels(journal, self._spawn, history, market)
        self._models = models
        self._core = CoreConnection(
            places.socket("core"), Hello("web", market_data=True, follow=False, is_patient=True),
            answer_within_ns=int(settings.core_seconds * SECOND_NS),
        )  # fmt: skip
        self._runner = RunnerConnection(places.socket("runner"))
        self._sim = SimConnection(
            places.socket(SIM_SOCKET), answer_within_ns=int(settings.core_seconds * SECOND_NS)
        )
        self._hub = Hub(
            authenticator=self._identity, clock=services.clock, replay=replay_of(models),
            journal_seq=lambda: models.seq, allowed_origins=settings.allowed_origins,
        )  # fmt: skip
        rebalancing = Rebalancing(
            models=models, market=market, core=self._core, clock=services.clock, make_id=_make_id,
            storage=PrivateDiskStorage(places.rebalancing), spawn=self._spawn, in_thread=_in_thread,
            paper_cost=paper_costs(load_desk_config(services.open_storage(places.desk))),
        )  # fmt: skip
        web = WebServices(
            identity=self._identity, read_models=models, market=market, core=self._core,
            runner=self._runner, sim=self._sim, rebalancing=rebalancing,
            save_market_seed=lambda seed: keep_seed(services.open_private(places.prism), seed),
            hub=self._hub, clock=services.clock, make_id=_make_id,
            strategies=services.strategies, list_data=lambda: _in_thread(partial(list_data, services.data)),
            version=services.code_version(), ui_folder=_ui_folder(),
            supervisor=_Supervised(SupervisorClient(places.socket(CONTROL))), pid=os.getpid(),
            started_ns=services.clock.now_ns(), settings=settings,
            monitor=lambda: load_status(services.open_storage(places.state)),
        )  # fmt: skip
        self._app = create_app(web)
        self._publishers = LivePublishers(
            self._hub, read_models=models, market=market, core=self._core, runner=self._runner, sim=self._sim,
            services=lambda: service_views(web),
        )  # fmt: skip

    async def run(self) -> None:
        """Catch up, serve, and end in good order."""
        await self._models.start()
        await self._hub.start()
        await self._app.order_socket.start()
        await self._publishers.start()  # Before the lines, so that nothing told at their start is missed.
        await self._core.start()
        await self._runner.start()
        await self._sim.start()
        self._spawn(self._identity.watch(), "identity")
        self._spawn(self._entitle(), "entitlements")
        try:
            await self._serve()
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._publishers.aclose()
            await self._app.order_socket.aclose()
            await self._hub.aclose()
            await self._sim.aclose()
            await self._runner.aclose()
            await self._core.aclose()
            self._models.close()

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self._app, loop="uvloop", http=BoundedHttpProtocol, lifespan="off", access_log=False,
            log_config=None, server_header=False, date_header=True, proxy_headers=False, backlog=BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_S, timeout_graceful_shutdown=_GRACE_S, **LIVE_SERVER_OPTIONS,
        )  # fmt: skip
        BoundedHttpProtocol.connections_max = make_room()
        server = QuietServer(config)
        calm_collector()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        tell_ready()
        await server.serve(sockets=[self._listener])

    async def _entitle(self) -> None:
        """Keep the core's list of who may trade equal to the users', whoever changed them and whenever."""
        identity, models, core = self._identity, self._models, self._core
        asked_at = -1
        names: set[str] = set()
        removed: set[str] = set()
        changed = asyncio.Event()
        changed.set()
        identity.on_change(changed.set)
        while True:
            if core.is_connected and models.seq > asked_at:
                accounts = models.core.engines.oms.accounts
                entitled = {name: kept.account.entitled for name, kept in accounts.items()}
                users = identity.users()
                removed |= names
                names = {user.name for user in users}
                removed -= names
                intents = missing_entitlements(users, entitled, removed)
                if intents:
                    try:
                        asked_at = (await core.ask(*intents)).seq - 1
                    except OperatingError as error:
                        _LOG.warning("entitlements are told later: %s", error)
            changed.clear()
            try:
                await asyncio.wait_for(changed.wait(), _RECONCILE_S)
            except TimeoutError:
                continue

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, Trade2026Error):
            _LOG.error("%s ended: %s", task.get_name(), error)
        else:
            _LOG.error("%s ended", task.get_name(), exc_info=error)


class _Supervised:
    """`web.services.Supervisor` over the supervisor's own words."""

    def __init__(self, client: SupervisorClient) -> None:
        self._client = client

    async def services(self) -> list[ServiceRow]:
        """A row for each role; OperatingError when there is no supervisor."""
        return [_row(role) for role in (await self._client.status()).roles]

    async def restart(self, role: str) -> None:
        """Have one process started again; InputError for a role that is none."""
        await self._client.restart(role)


def _row(role: RoleStatus) -> ServiceRow:
    pid, started = role.pid or None, role.started_ns or None
    return ServiceRow(role.role, role.state.value, pid, started, role.restarts, role.text)


def _in_thread(call: Callable[[], ResultT]) -> Awaitable[ResultT]:
    return asyncio.to_thread(call)


def _make_id() -> str:
    return secrets.token_hex(8)


def _ui_folder() -> str:
    return str(Path(trade2026.web.__file__).parent / "dist")
