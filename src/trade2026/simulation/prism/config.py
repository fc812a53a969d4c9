"""What a simulated market is made of, checked when it is made: books, traders, values, the exchange's rules.

Everybody's orders are counted in clips, the usual size of an order in a book, so that one description of a
trader holds for every book. Rates and times are of simulated time.

What volatility, jumps and regimes are by default, and how large the orders of makers and of noise are, was
fitted to real tapes; `docs/prism-realism.md` says to which, how well, and what of them is not matched.
"""

import math
from typing import Final

import msgspec

from trade2026.matching.clearing import Listing
from trade2026.matching.session import SessionRules
from trade2026.primitives.errors import InputError

SECONDS_A_YEAR: Final = 365.0 * 86_400.0
"""Volatilities are for a year of 365 days of trading at all hours."""


class _Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Numbers that are finite and not negative; those named in `_positive` are above 0."""

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        above = getattr(type(self), "ABOVE_ZERO", ())
        shares = getattr(type(self), "SHARES", ())
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, int | float):
                continue
            where = f"{name} of {type(self).__name__}"
            if not math.isfinite(value) or value < 0 or (name in above and value == 0):
                raise InputError(f"{where} must be {'above' if name in above else 'at least'} 0, was {value}")
            if name in shares and value > 1:
                raise InputError(f"{where} must be a share of 1, was {value}")


class Latency(_Checked, frozen=True):
    """How long a message of a trader takes: `floor_us`, and an exponential time with mean `extra_us` more."""

    floor_us: float = 200.0
    extra_us: float = 300.0


class Traders(_Checked, frozen=True):
    """What all kinds of traders have.

    Attributes
    ----------
    count : int
        How many there are; each trades in every book.
    clips : float
        The size of an order.
    inventory_clips : float
        How far the inventory may be from what a trader began with.
    """

    count: int
    clips: float
    inventory_clips: float
    latency: Latency = Latency()


class Makers(Traders, frozen=True):
    """Market makers after Avellaneda and Stoikov; see `compiled.maker` for what the parameters mean.

    Attributes
    ----------
    gamma : float
        Aversion to risk, in one over basis points and clips.
    kappa : float
        How fast fills become rare with the distance, in one over basis points.
    horizon_s : float
        Over which the risk of an inventory is counted.
    levels : int
        Orders on each side, 1 to 8, each `spacing` half spreads farther away.
    tolerance : float
        Part of the half spread by which a quote may be off before it is replaced.
    """

    ABOVE_ZERO = (
        "gamma",
        "kappa",
        "horizon_s",
        "levels",
        "every_s",
        "clips",
        "inventory_clips",
        "half_life_s",
    )

    count: int = 5
    gamma: float = 0.02
    kappa: float = 2.5
    horizon_s: float = 10.0
    levels: int = 3
    spacing: float = 1.0
    tolerance: float = 0.2
    every_s: float = 0.25
    clips: float = 8.4
    inventory_clips: float = 180.0
    half_life_s: float = 60.0
    latency: Latency = Latency(floor_us=50.0, extra_us=50.0)

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        super().__post_init__()
        if self.levels > 8:
            raise InputError(f"levels of Makers must be at most 8, was {self.levels}")


class Noise(Traders, frozen=True):
    """Noise traders, who come in clusters; see `compiled.noise`.

    Attributes
    ----------
    per_s : float
        Arrivals a second in each book that nothing has set off.
    branching : float
        Mean number of arrivals that one sets off, below 1.
    decay_per_s : float
        How fast that wears off.
    run_tail : float
        Exponent of the tail of how many orders a trader keeps to a side, above 1.
    market_share : float
        Of the orders, those that take at once; the rest waits in the book.
    capture_share : float
        Of those that take, how many take no more than the next order shows.
    reach_bps, reach_tail : float
        How far limit prices are behind the best: a power law with this scale and exponent.
    improve_share : float
        Of limit orders, those that go inside the spread where there is room.
    keeps : int
        Orders that a trader leaves in a book at most, 1 to 16.
    """

    ABOVE_ZERO = (
        "per_s", "decay_per_s", "run_tail", "run_max", "clips", "inventory_clips", "reach_bps", "reach_tail",
        "keeps",
    )  # fmt: skip
    SHARES = ("market_share", "capture_share", "improve_share")

    count: int = 20
    per_s: float = 3.0
    branching: float = 0.7
    decay_per_s: float = 2.0
    run_tail: float = 1.5
    run_max: float = 200.0
    market_share: float = 0.35
    capture_share: float = 0.29
    size_sigma: float = 1.32
    clips: float = 0.174
    reach_bps: float = 2.0
    reach_tail: float = 1.5
    improve_share: float = 0.1
    keeps: int = 8
    inventory_clips: float = 200.0
    latency: Latency = Latency(floor_us=1_000.0, extra_us=5_000.0)

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        super().__post_init__()
        if self.keeps > 16:
            raise InputError(f"keeps of Noise must be at most 16, was {self.keeps}")
        if self.branching >= 1:
            raise InputError(
                f"branching of Noise must be below 1, was {self.branching}: arrivals would explode"
            )
        if self.run_tail <= 1:
            raise InputError(f"run_tail of Noise must be above 1, was {self.run_tail}: no run would end")


class Informed(Traders, frozen=True):
    """Traders with a noisy signal of the value, drawn anew at each look; see `compiled.takers`.

    Attributes
    ----------
    signal_bps : float
        Standard deviation of the signal's noise.
    entry_bps : float
        The gain that they ask for.
    urgent_bps : float
        From which distance of price and signal on they take at once.
    gain : float
        Clips more for each basis point of distance beyond `entry_bps`, in parts of `clips`.
    """

    ABOVE_ZERO = ("every_s", "clips", "inventory_clips")

    count: int = 10
    every_s: float = 4.0
    signal_bps: float = 3.0
    entry_bps: float = 2.0
    urgent_bps: float = 5.0
    gain: float = 0.3
    clips: float = 6.0
    inventory_clips: float = 300.0


class Momentum(Traders, frozen=True):
    """Traders who follow the trend of the mid; see `compiled.takers`.

    Attributes
    ----------
    fast_s, slow_s : float
        Times of the two exponential means whose difference is the trend, in deviations over `slow_s`.
    threshold : float
        Below which trend they hold nothing.
    gain : float
        Clips held for each standard deviation of trend.
    """

    ABOVE_ZERO = ("every_s", "fast_s", "slow_s", "clips", "inventory_clips")

    count: int = 5
    every_s: float = 2.0
    fast_s: float = 10.0
    slow_s: float = 60.0
    threshold: float = 0.3
    gain: float = 4.0
    clips: float = 1.0
    inventory_clips: float = 20.0


class Values(_Checked, frozen=True):
    """How the hidden values move; see `compiled.values`.

    Attributes
    ----------
    step_s : float
        Between two moves.
    turbulence : float
        By how much volatility is multiplied in turbulent times.
    calm_s, turbulent_s : float
        Mean lengths of calm and of turbulent times.
    news_widening : float
        By how much makers widen after a jump of one standard deviation, as a part of their half spread.
    news_half_life_s, news_reaction_s : float
        How long makers stay wide, and the mean time until an informed trader looks after news.
    """

    ABOVE_ZERO = ("step_s", "turbulence", "calm_s", "turbulent_s", "news_half_life_s", "news_reaction_s")

    step_s: float = 0.1
    turbulence: float = 2.8
    calm_s: float = 8_900.0
    turbulent_s: float = 2_770.0
    news_widening: float = 1.0
    news_half_life_s: float = 30.0
    news_reaction_s: float = 0.5


class Book(_Checked, frozen=True):
    """One book, and the asset's value.

    Attributes
    ----------
    price_ticks : int
        Price and value at the beginning.
    clip_lots : int
        The usual size of an order.
    volatility : float
        Of the value in calm times, for a year (see `SECONDS_A_YEAR`).
    loading : float
        Correlation of the value's moves with what all values share, below 1.
    jumps_per_day, jump_bps : float
        How often news comes, and the standard deviation of what it moves.
    """

    ABOVE_ZERO = ("price_ticks", "clip_lots", "jump_bps")
    SHARES = ("loading",)

    listing: Listing
    price_ticks: int
    clip_lots: int
    volatility: float = 0.28
    loading: float = 0.7
    jumps_per_day: float = 12.4
    jump_bps: float = 55.0


def _usdt(base: str, tick: int, lot: int, price_ticks: int, clip_lots: int, volatility: float) -> Book:
    """A book of the default set; makers pay nothing, takers 2 basis points."""
    listing = Listing(
        f"{base}USDT", base, "USDT", tick, lot, min_notional=5 * 10**9, maker_fee_ppm=0, taker_fee_ppm=200
    )
    return Book(listing=listing, price_ticks=price_ticks, clip_lots=clip_lots, volatility=volatility)


DEFAULT_BOOKS: Final = (
    _usdt("BTC", 10**7, 10**4, 6_000_000, 5_000, 0.276),
    _usdt("ETH", 10**7, 10**5, 300_000, 10_000, 0.37),
    _usdt("SOL", 10**7, 10**6, 15_000, 20_000, 0.49),
    _usdt("BNB", 10**7, 10**6, 60_000, 5_000, 0.34),
    _usdt("ADA", 10**5, 10**8, 5_000, 60_000, 0.49),
)
"""Five spot pairs against USDT; the volatility of the first is fitted, the others keep their ratio to it."""


class PrismConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole market.

    Attributes
    ----------
    diversity : float
        Standard deviation of the logarithm by which traders of a kind differ in pace, size and appetite.
    session : SessionRules
        Auctions and bounds of prices.
    """

    books: tuple[Book, ...] = DEFAULT_BOOKS
    makers: Makers = Makers()
    noise: Noise = Noise()
    informed: Informed = Informed()
    momentum: Momentum = Momentum()
    values: Values = Values()
    session: SessionRules = SessionRules()
    diversity: float = 0.3

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        if not self.books:
            raise InputError("books must have at least one, was empty")
        if not 0 <= self.diversity <= 2:
            raise InputError(f"diversity must be 0 to 2, was {self.diversity}")
        if any(book.loading == 1 for book in self.books):
            raise InputError("loading must be below 1: a value has something of its own")

    def traders(self, kind: str) -> Traders:
        """Those of a kind, by the name that accounts begin with."""
        found: dict[str, Traders] = {
            "noise": self.noise, "informed": self.informed, "maker": self.makers, "momentum": self.momentum,
        }  # fmt: skip
        return found[kind]


def decode_config(data: bytes, where: str) -> PrismConfig:
    """The market that JSON describes; InputError naming `where` it stands and what it has wrong."""
    try:
        return msgspec.json.decode(data, type=PrismConfig)
    except (msgspec.DecodeError, ValueError, InputError) as error:
        raise InputError(f"{where} must describe a market: {error}; mend or remove it") from error
