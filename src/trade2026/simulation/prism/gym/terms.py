"""What an environment's episodes are like, checked when they are made; times are of simulated time."""

import math
from typing import Any, ClassVar, TypeVar

import msgspec

from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.config import Latency

SIDES: tuple[str, ...] = ("BUY", "SELL", "EITHER")


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all environments have; numbers are finite and above 0, those named in `AT_LEAST_0` at least 0.

    Attributes
    ----------
    book : int
        The number of the book that the agent trades in.
    horizon_s, step_s : float
        How long an episode is, and how long the agent's actions are apart; the one a multiple of the other.
    warm_up_s : float
        How long the market runs before the agent comes.
    latency : Latency
        How long the agent's messages take.
    """

    AT_LEAST_0: ClassVar[tuple[str, ...]] = ("book", "warm_up_s")

    book: int = 0
    horizon_s: float = 300.0
    step_s: float = 5.0
    warm_up_s: float = 60.0
    latency: Latency = Latency(floor_us=500.0, extra_us=500.0)

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, int | float):
                continue
            is_zero_fine = name in self.AT_LEAST_0
            if not math.isfinite(value) or value < 0 or (value == 0 and not is_zero_fine):
                what = "at least 0" if is_zero_fine else "above 0"
                raise InputError(f"{name} must be {what} and finite, was {value}")
        if abs(self.horizon_s / self.step_s - self.steps) > 1e-9:
            raise InputError(f"horizon_s must be a multiple of step_s ({self.step_s}), was {self.horizon_s}")

    @property
    def steps(self) -> int:
        """How many actions an episode has at most."""
        return round(self.horizon_s / self.step_s)

    @property
    def step_ns(self) -> int:
        """How long the agent's actions are apart."""
        return round(self.step_s * 1e9)


class ExecutionTerms(Terms, frozen=True):
    """An order to be executed.

    Attributes
    ----------
    side : str
        BUY or SELL, or EITHER for a side that is drawn in each episode.
    clips : float
        How much, in the book's usual size of an order.
    reach_bps : float
        How far behind the best of its side an action may place a limit order.
    unfilled_bps : float
        What each lot costs beyond the mid that cannot be traded even at the end.
    """

    side: str = "BUY"
    clips: float = 40.0
    reach_bps: float = 2.0
    unfilled_bps: float = 100.0

    def __post_init__(self) -> None:
        """Refuse what cannot be, naming the field."""
        super().__post_init__()
        if self.side not in SIDES:
            raise InputError(f"side must be one of {', '.join(SIDES)}, was {self.side!r}")


class MarketMakingTerms(Terms, frozen=True):
    """Quotes on both sides.

    Attributes
    ----------
    half_bps_max, skew_bps_max : float
        The largest half spread, and how far the middle of the quotes may be from the mid.
    clips : float
        The largest quote, in the book's usual size of an order.
    inventory_clips : float
        How far the inventory may be from none.
    inventory_penalty_bps : float
        What an inventory of one clip costs a second, in basis points of a clip; it grows with its square.
    """

    AT_LEAST_0: ClassVar[tuple[str, ...]] = ("book", "warm_up_s", "inventory_penalty_bps")

    step_s: float = 1.0
    half_bps_max: float = 5.0
    skew_bps_max: float = 5.0
    clips: float = 2.0
    inventory_clips: float = 20.0
    inventory_penalty_bps: float = 0.001


T = TypeVar("T", bound=Terms)


def terms_of(kind: type[T], given: dict[str, Any]) -> T:
    """Terms by their names; InputError for a name that there is not, or a value that cannot be."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{error}; the terms are {', '.join(kind.__struct_fields__)}") from None
