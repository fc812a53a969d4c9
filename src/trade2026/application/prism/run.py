"""A simulated market that runs by itself: what it is told at its start, and what is kept of it.

In the folder `prism` of the home: what `folder` reads, `keys.json`, the keys that clients sign with, made at
the first start, `accounts.log`, what customers have (`keeping`), and bars for charts (`history`).
"""

import json
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.prism.settings import PrismSettings
from trade2026.application.services import RandomSource
from trade2026.model.market_data import Bar
from trade2026.ports.clock import Clock
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed
from trade2026.primitives.time import HOUR_NS, MINUTE_NS
from trade2026.simulation.paper.config import Latency, LognormalLatency
from trade2026.simulation.paper.latency import make_sampler
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.live import LivePrism
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.recording import Recorder
from trade2026.simulation.prism.sessions import run_sessions
from trade2026.simulation.prism.timeline import Timeline

KEYS: Final = "keys.json"
GUEST: Final = "guest"
"""Whose the key is that the first start makes."""

PAST_NS: Final = 4 * HOUR_NS
"""What a market has lived through before anybody sees it first: there is something to look back at."""
_WARM_UP_NS: Final = 300_000_000_000
_NEAR_NS: Final = 100_000_000


class KeyOnDisk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of one owner; the secret signs by HMAC-SHA256."""

    owner: str
    key: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"KeyOnDisk(owner={self.owner!r})"


def load_keys(storage: Storage, random_bytes: Callable[[int], bytes]) -> list[KeyOnDisk]:
    """The keys; at the first start one for the guest is made and kept."""
    if storage.exists(KEYS):
        try:
            return msgspec.json.decode(storage.read(KEYS), type=list[KeyOnDisk])
        except msgspec.DecodeError as error:
            raise InputError(f"{storage.folder}/{KEYS} cannot be used: {error}; mend or remove it") from error
    made = [KeyOnDisk(GUEST, random_bytes(32).hex(), random_bytes(32).hex())]
    storage.replace(KEYS, json.dumps(msgspec.to_builtins(made), indent=2).encode() + b"\n")
    return made


def gone_on(config: PrismConfig, prices: Mapping[str, int]) -> PrismConfig:
    """The market with books that begin where prices were last, raw, by instrument."""
    books = []
    for book in config.books:
        price = prices.get(instrument_id_of(book.listing.symbol), 0)
        ticks = price // book.listing.tick_size or book.price_ticks
        books.append(msgspec.structs.replace(book, price_ticks=ticks))
    return msgspec.structs.replace(config, books=tuple(books))


def make_live_prism(
    config: PrismConfig,
    settings: PrismSettings,
    clock: Clock,
    now_ns: int,
    random: Callable[[int], RandomSource],
    latency: Latency | None = None,
    past: Callable[[Bar], object] | None = None,
) -> LivePrism:
    """The market, a few minutes before `now_ns`: `warm_up` lets them pass.

    Parameters
    ----------
    random : callable
        Makes a seeded source of uniform numbers for the latency of requests.
    past : callable or None
        Told the bars of `PAST_NS` before that, in order of time; None for a market without them.
    """
    latency = latency or LognormalLatency(500_000, 0.5)
    begin_ns = now_ns - _WARM_UP_NS
    market = PrismMarket(config, settings.seed, begin_ns - (PAST_NS if past else 0))
    timeline = Timeline(market)
    run_sessions(timeline, market.now_ns)
    if past is not None:
        recorder = Recorder(market, detail=(0, 0))
        timeline.run_until(begin_ns)
        recorder.end()
        for bar in _bars(recorder, config):
            past(bar)
    draw = make_sampler(latency, random(derive_seed(settings.seed, "prism", "requests")))
    return LivePrism(timeline, clock, draw, settings.speed)


def _bars(recorder: Recorder, config: PrismConfig) -> list[Bar]:
    """Whole minutes of all books, in order of time and instrument."""
    found = []
    for number, book in enumerate(config.books):
        tick, lot = book.listing.tick_size, book.listing.lot_size
        name = instrument_id_of(book.listing.symbol)
        for start, first, high, low, last, lots in recorder.bars(number)[1:-1].tolist():
            end = start + MINUTE_NS  # The first and the last of them are cut.
            found.append(Bar(name, end, end, first * tick, high * tick, low * tick, last * tick, lots * lot))
    return sorted(found, key=lambda bar: (bar.ts_event, bar.instrument_id))


def warm_up(prism: LivePrism, now_ns: Callable[[], int]) -> None:
    """Let it trade its first minutes, for all who listen, until its time is that of a clock."""
    while (due_ns := now_ns()) - prism.now_ns() > _NEAR_NS:
        prism.run_until(due_ns)
