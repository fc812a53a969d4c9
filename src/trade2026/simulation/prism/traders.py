"""The traders of a market: which slots there are, and their parameters as the compiled code reads them."""

import math
from typing import NamedTuple

import numpy as np

from trade2026.matching.compiled.layout import Memory
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled import loop as kernel
from trade2026.simulation.prism.compiled.elementary import exp, ln
from trade2026.simulation.prism.compiled.layout import Floats
from trade2026.simulation.prism.config import (
    SECONDS_A_YEAR,
    Book,
    Informed,
    Makers,
    Momentum,
    Noise,
    PrismConfig,
    Values,
)

_SECOND = 1e9
_MICROSECOND = 1e3
_KINDS: tuple[tuple[str, int], ...] = (
    ("noise", at.NOISE), ("informed", at.INFORMED), ("maker", at.MAKER), ("momentum", at.MOMENTUM),
)  # fmt: skip


class Trader(NamedTuple):
    """Somebody with an account, who trades in every book."""

    name: str
    kind: str
    number: int


class Slot(NamedTuple):
    """One trader in one book, or a process of the market (`trader` None)."""

    kind: int
    trader: Trader | None
    book: int


def traders_of(config: PrismConfig) -> tuple[Trader, ...]:
    """All traders, in the order of the kinds."""
    return tuple(
        Trader(f"{kind}-{number}", kind, number)
        for kind, _ in _KINDS
        for number in range(1, config.traders(kind).count + 1)
    )


def slots_of(config: PrismConfig) -> tuple[Slot, ...]:
    """The slots in their order: values, arrivals of noise, then the kinds, each book by book."""
    books = range(len(config.books))
    traders = traders_of(config)
    found = [Slot(at.FUNDAMENTAL, None, 0), *(Slot(at.NOISE_SOURCE, None, book) for book in books)]
    for kind, code in _KINDS:
        mine = [trader for trader in traders if trader.kind == kind]
        found += [Slot(code, trader, book) for book in books for trader in mine]
    return tuple(found)


def _unlike(source: Memory, diversity: float, *values: float) -> list[float]:
    """Each value times a number whose logarithm is normal, with median 1."""
    return [value * kernel.lognormal(source.ctypes.data, diversity) for value in values]


def write_slot(words: Memory, floats: Floats, slot: Slot, config: PrismConfig, seed: int) -> None:
    """Fill in what a slot is and how its trader trades, in its rows of the two arrays."""
    words[at.KIND], words[at.BOOK] = slot.kind, slot.book
    who = slot.trader.name if slot.trader else "market"
    words[at.RANDOM] = np.uint64(derive_seed(seed, "prism", who, slot.book, slot.kind)).astype(np.int64)
    if slot.trader is None:
        return
    character = derive_seed(seed, "prism character", who)  # The same in all books.
    source = np.array([character], dtype=np.uint64).view(np.int64)
    book = config.books[slot.book]
    terms = config.traders(slot.trader.kind)
    floats[at.LATENCY_NS] = terms.latency.floor_us * _MICROSECOND
    floats[at.LATENCY_MORE_NS] = terms.latency.extra_us * _MICROSECOND
    floats[at.INVENTORY_MAX] = max(terms.inventory_clips * book.clip_lots, 1.0)
    (size,) = _unlike(source, config.diversity, terms.clips)
    floats[at.SIZE] = max(size * book.clip_lots, 1.0)
    if isinstance(terms, Makers | Informed | Momentum):
        (floats[at.EVERY_NS],) = _unlike(source, config.diversity, terms.every_s * _SECOND)
    match terms:
        case Makers():
            _write_maker(floats, terms, book, source, config.diversity)
        case Noise():
            _write_noise(floats, terms, source, config.diversity)
        case Informed():
            _write_informed(floats, terms, source, config.diversity)
        case Momentum():
            _write_momentum(floats, terms, source, config.diversity)


def volatility_a_second(book: Book) -> float:
    """Of the value in calm times, in a square root of a second."""
    return float(book.volatility / math.sqrt(SECONDS_A_YEAR))


def least_half(gamma: float, kappa: float) -> float:
    """Half the spread of a maker that runs no risk, basis points: ln(1 + gamma / kappa) / gamma."""
    return ln(1.0 + gamma / kappa) / gamma


def _write_maker(floats: Floats, terms: Makers, book: Book, source: Memory, diversity: float) -> None:
    floats[at.GAMMA], floats[at.KAPPA] = _unlike(source, diversity, terms.gamma, terms.kappa)
    floats[at.HORIZON_S], floats[at.LEVELS], floats[at.SPACING] = terms.horizon_s, terms.levels, terms.spacing
    floats[at.TOLERANCE], floats[at.VARIANCE_HALF_LIFE_S] = terms.tolerance, terms.half_life_s
    sigma = volatility_a_second(book)
    floats[at.VARIANCE] = sigma * sigma
    floats[at.LEAST_HALF] = least_half(float(floats[at.GAMMA]), float(floats[at.KAPPA]))


def _write_noise(floats: Floats, terms: Noise, source: Memory, diversity: float) -> None:
    floats[at.MARKET_SHARE], floats[at.RUN_TAIL], floats[at.RUN_MAX] = (
        terms.market_share, terms.run_tail, terms.run_max,
    )  # fmt: skip
    floats[at.SIZE_SIGMA], floats[at.REACH_TAIL] = terms.size_sigma, terms.reach_tail
    (floats[at.REACH_BPS],) = _unlike(source, diversity, terms.reach_bps)
    floats[at.IMPROVE_SHARE], floats[at.CAPTURE_SHARE] = terms.improve_share, terms.capture_share
    floats[at.KEEPS] = terms.keeps


def _write_informed(floats: Floats, terms: Informed, source: Memory, diversity: float) -> None:
    sigma, entry, urgent = _unlike(source, diversity, terms.signal_bps, terms.entry_bps, terms.urgent_bps)
    floats[at.SIGNAL_SIGMA], floats[at.ENTRY_BPS] = sigma * 1e-4, entry
    floats[at.URGENT_BPS], floats[at.GAIN] = max(urgent, entry), terms.gain


def _write_momentum(floats: Floats, terms: Momentum, source: Memory, diversity: float) -> None:
    fast, slow, threshold = _unlike(source, diversity, terms.fast_s, terms.slow_s, terms.threshold)
    floats[at.FAST_S], floats[at.SLOW_S] = min(fast, slow), max(fast, slow)
    floats[at.THRESHOLD], floats[at.TARGET_GAIN] = threshold, terms.gain


def _chance(rate: float, values: Values) -> float:
    """That something with this rate a second happens in a step of the values."""
    return 1.0 - exp(-rate * (values.step_s * _SECOND * 1e-9))


def write_book(floats: Floats, book: Book, config: PrismConfig, start_ns: int) -> None:
    """Fill in what a book's value and its noise are, in its row of floats."""
    floats[at.LOG_VALUE], floats[at.MID] = ln(float(book.price_ticks)), book.price_ticks
    noise = config.noise
    floats[at.EXCESS_NS], floats[at.BASE_RATE] = start_ns, noise.per_s
    floats[at.EXCITATION], floats[at.DECAY] = noise.branching * noise.decay_per_s, noise.decay_per_s
    floats[at.SIGMA], floats[at.LOADING] = volatility_a_second(book), book.loading
    floats[at.JUMP_CHANCE] = _chance(book.jumps_per_day / 86_400.0, config.values)
    floats[at.JUMP_SIGMA] = book.jump_bps * 1e-4


def write_values(floats: Floats, config: PrismConfig) -> None:
    """Fill in how values move, in the header of the floats."""
    values = config.values
    floats[at.STEP_NS], floats[at.TURBULENCE] = values.step_s * _SECOND, values.turbulence
    floats[at.TURBULENT_CHANCE] = _chance(1.0 / values.calm_s, values)
    floats[at.CALM_CHANCE] = _chance(1.0 / values.turbulent_s, values)
    floats[at.NEWS_WIDENING], floats[at.NEWS_HALF_LIFE_S] = values.news_widening, values.news_half_life_s
    floats[at.NEWS_REACTION_NS] = values.news_reaction_s * _SECOND
