"""A simulated market that runs by itself: what it is told at its start, and what is kept of it.

In the folder `prism` of the home: what `folder` reads, and `keys.json`, the keys that clients sign with, made
at the first start.
"""

import json
from collections.abc import Callable
from typing import Final

import msgspec

from trade2026.application.prism.settings import PrismSettings
from trade2026.application.services import RandomSource
from trade2026.ports.clock import Clock
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.paper.config import Latency, LognormalLatency
from trade2026.simulation.paper.latency import make_sampler
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.live import LivePrism
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.sessions import run_sessions
from trade2026.simulation.prism.timeline import Timeline

KEYS: Final = "keys.json"
GUEST: Final = "guest"
"""Whose the key is that the first start makes."""

_WARM_UP_NS: Final = 300_000_000_000
_NEAR_NS: Final = 100_000_000
_FUNDS_CLIPS: Final = 1_000
"""What the guest has: so many times the usual size of every book's asset, and the cash for as much."""


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


def make_live_prism(
    config: PrismConfig,
    settings: PrismSettings,
    owners: list[str],
    clock: Clock,
    random: Callable[[int], RandomSource],
    latency: Latency | None = None,
) -> LivePrism:
    """The market with accounts for these owners; `warm_up` brings it to the clock's time.

    `random` makes a seeded source of uniform numbers for the latency of requests.
    """
    latency = latency or LognormalLatency(500_000, 0.5)
    market = PrismMarket(config, settings.seed, clock.now_ns() - _WARM_UP_NS)
    timeline = Timeline(market)
    run_sessions(timeline, market.now_ns)
    for owner in owners:
        fund(market, owner)
    draw = make_sampler(latency, random(derive_seed(settings.seed, "prism", "requests")))
    return LivePrism(timeline, clock, draw, settings.speed)


def warm_up(prism: LivePrism, clock: Clock) -> None:
    """Let it trade its first minutes, for all who listen, until its time is the clock's."""
    while (now_ns := clock.now_ns()) - prism.now_ns() > _NEAR_NS:
        prism.run_until(now_ns)


def fund(market: PrismMarket, owner: str) -> None:
    """Give an owner something of everything."""
    for book in market.config.books:
        lots = _FUNDS_CLIPS * book.clip_lots
        listing, clearing = book.listing, market.exchange.clearing
        clearing.deposit(owner, listing.base, lots * listing.lot_size)
        clearing.deposit(owner, listing.quote, lots * book.price_ticks * listing.unit)
