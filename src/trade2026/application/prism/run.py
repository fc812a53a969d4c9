"""A simulated market that runs by itself: what it is told at its start, and what is kept of it.

In the folder `prism` of the home: `config.json`, a `PrismConfig`, where somebody has written one;
`keys.json`, the keys that clients sign with, made at the first start; `accounts.log`, what customers have.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from trade2026.application.prism.instruments import instrument_id_of
from trade2026.application.prism.settings import PrismSettings
from trade2026.application.services import RandomSource
from trade2026.ports.clock import Clock
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.paper.config import Latency, LognormalLatency
from trade2026.simulation.paper.latency import make_sampler
from trade2026.simulation.prism.config import PrismConfig, decode_config
from trade2026.simulation.prism.live import LivePrism
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.sessions import run_sessions
from trade2026.simulation.prism.timeline import Timeline

CONFIG: Final = "config.json"
KEYS: Final = "keys.json"
GUEST: Final = "guest"
"""Whose the key is that the first start makes."""

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


def load_prism_config(storage: Storage) -> PrismConfig:
    """What was written down, else the defaults; InputError naming the field of a file that cannot be used."""
    if not storage.exists(CONFIG):
        return PrismConfig()
    return decode_config(storage.read(CONFIG), f"{storage.folder}/{CONFIG}")


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
) -> LivePrism:
    """The market, a few minutes before `now_ns`: `warm_up` lets them pass.

    `random` makes a seeded source of uniform numbers for the latency of requests.
    """
    latency = latency or LognormalLatency(500_000, 0.5)
    market = PrismMarket(config, settings.seed, now_ns - _WARM_UP_NS)
    timeline = Timeline(market)
    run_sessions(timeline, market.now_ns)
    draw = make_sampler(latency, random(derive_seed(settings.seed, "prism", "requests")))
    return LivePrism(timeline, clock, draw, settings.speed)


def warm_up(prism: LivePrism, now_ns: Callable[[], int]) -> None:
    """Let it trade its first minutes, for all who listen, until its time is that of a clock."""
    while (due_ns := now_ns()) - prism.now_ns() > _NEAR_NS:
        prism.run_until(due_ns)
