"""How much one request may compute: refused before it starts, as what does not fit in memory is.

`costs` and `method_costs` say what estimators and methods take.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from trade2026.primitives.errors import InputError

WORK_MAX: Final = 3.6e12
"""Operations of one request: an hour of one core at a thousand million a second. Below it a job runs, tells
how far it is and can be canceled."""

_TOO_MUCH_ELSE: Final = "all else alone is too much; ask for less of it, for fewer assets or a shorter period"


class Part(NamedTuple):
    """What is done so often as a field of the request says.

    Attributes
    ----------
    field : str
    wanted : int
        Its value.
    each : float
        Operations of one time, about: only the order of size is meant.
    of : str
        What one time is, with its sizes: "solutions for 500 assets and 2,500 periods".
    """

    field: str
    wanted: int
    each: float
    of: str

    @property
    def work(self) -> float:
        """Operations of all times."""
        return self.wanted * self.each


def check_work(field: str, wanted: int, each: float, of: str, *, besides: float = 0.0) -> None:
    """Refuse a part (see `Part`) that would take, with `besides` operations of others, more than `WORK_MAX`.

    Raises
    ------
    InputError
        Names the field, its value and the largest that may be asked for.
    """
    total = wanted * each + besides
    if total <= WORK_MAX:
        return
    largest = max(int((WORK_MAX - besides) // each), 0) if each > 0.0 else 0
    more = " with all else that is asked for" if besides > 0.0 else ""
    advice = _advice(largest, f"{largest:,} at most") if besides < WORK_MAX else _TOO_MUCH_ELSE
    raise InputError(
        f"{field} must be at most {largest:,} {of}, was {wanted:,}: they {_takes(total, more)}; {advice}"
    )


def check_parts(*parts: Part) -> None:
    """Refuse parts that would take more than `WORK_MAX` together.

    Raises
    ------
    InputError
        Names the field of the part that takes the most, its value, and the largest beside the other parts.
    """
    dearest = max(parts, key=lambda part: part.work)
    check_work(*dearest, besides=sum(part.work for part in parts) - dearest.work)


def check_once(
    of: str, cost: Callable[[int, int], float], periods: int, assets: int, remedy: str, besides: float = 0.0
) -> None:
    """Refuse what is done once and would take more than `WORK_MAX`, with `besides` operations of the rest.

    Parameters
    ----------
    of : str
        What is done: "dcc_garch".
    cost : callable
        Operations for so many periods and assets; rises with both.
    periods, assets : int
    remedy : str
        What else helps: "a quicker estimator".

    Raises
    ------
    InputError
        Names the sizes, and the most assets and the most periods that would do.
    """
    if cost(periods, assets) + besides <= WORK_MAX:
        return
    fewer = _most(assets, lambda count: cost(periods, count) + besides)
    shorter = _most(periods, lambda count: cost(count, assets) + besides)
    sizes = [f"{fewer:,} assets at most"] if fewer else []
    sizes += [f"{shorter:,} periods at most"] if shorter else []
    told = _takes(cost(periods, assets) + besides)
    raise InputError(
        f"{of} of {assets:,} assets over {periods:,} periods {told}; ask for "
        f"{', or for '.join([*sizes, remedy])}"
    )


def check_every(field: str, every: int, periods: int, each: float, of: str) -> None:
    """Refuse what is done again so often that all times together take more than `WORK_MAX`.

    Parameters
    ----------
    field : str
        Of the request, which says after how many periods something is done again.
    every : int
        Its value, at least 1.
    periods : int
        Over which it is done.
    each, of
        As for `Part`.

    Raises
    ------
    InputError
        Names the field, its value and the smallest that may be asked for.
    """
    times = _times(periods, every)
    if times * each <= WORK_MAX:
        return
    largest = int(WORK_MAX // each)
    least = _times(periods, max(largest, 1))
    raise InputError(
        f"{field} must be at least {least:,} {of}, was {every:,}: {times:,} of them {_takes(times * each)}; "
        f"{_advice(largest, f'{least:,} or more')}"
    )


def _most(count: int, work: Callable[[int], float]) -> int:
    """The largest number below one that is too much, whose work is allowed; zero for none."""
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if work(middle) <= WORK_MAX else (low, middle)
    return low


def _times(periods: int, every: int) -> int:
    return -(-periods // every)


def _takes(operations: float, more: str = "") -> str:
    return f"would take{more} about {operations:.2g} operations, where a request may take {WORK_MAX:.2g}"


def _advice(times: int, wanted: str) -> str:
    if times >= 1:
        return f"ask for {wanted}, or for fewer assets"
    return "one alone is too much; ask for fewer assets or a shorter period"
