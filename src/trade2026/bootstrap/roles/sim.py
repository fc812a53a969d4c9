"""What others may see of the simulated market, served in its process; and a scorecard, in one of its own."""

from collections.abc import Callable

from trade2026.adapters.embedded.asking import AskingServer
from trade2026.adapters.embedded.sim_link import SOCKET, serve_sim
from trade2026.application.prism.observing import Observer
from trade2026.application.prism.scorecards import Scorecards, make_scorecard
from trade2026.application.prism.sim_service import SimService
from trade2026.application.services import Services
from trade2026.bootstrap.children import Reporter, make_children
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.ports.clock import Clock
from trade2026.ports.storage import Storage
from trade2026.simulation.prism.live import LivePrism


class SimServer:
    """Watches a market from when it is made, and answers from `start` to `aclose`.

    Parameters
    ----------
    storage : Storage
        The market's own folder.
    run : str
        Names this run of the market.
    """

    def __init__(
        self,
        prism: LivePrism,
        storage: Storage,
        clock: Clock,
        places: Places,
        run: str,
        note: Callable[[str], None],
    ) -> None:
        self._places, self._note = places, note
        self._scorecards = Scorecards(storage, make_children(places.home), clock)
        self._service = SimService(prism, Observer(prism.timeline), self._scorecards, run, note)
        self._server: AskingServer | None = None

    async def start(self) -> None:
        """Listen; raises OperatingError where another market of this home does."""
        self._places.make()
        self._server = await serve_sim(self._places.socket(SOCKET), self._service, self._note)

    async def aclose(self) -> None:
        """Stop listening, and end a scorecard that is being made."""
        if self._server is not None:
            await self._server.aclose()
        await self._scorecards.aclose()


def main_scorecard(services: Services, config: Config, job_id: str) -> int:
    """Make the scorecard that the market has asked for; 0 also when it failed, which it has said then."""
    del job_id  # There is one at a time.
    make_scorecard(services.open_private(Places(config.home).prism), services.clock, Reporter())
    return 0
