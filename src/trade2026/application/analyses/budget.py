"""How much one request may compute: refused before it starts, as what does not fit in memory is.

`costs` says what estimators and methods take.
"""

from typing import Final

from trade2026.primitives.errors import InputError

WORK_MAX: Final = 3.6e12
"""Operations of one request: an hour of one core at a thousand million a second. Below it a job runs, tells
how far it is and can be canceled."""


def check_work(field: str, wanted: int, each: float, of: str) -> None:
    """Refuse what would take more than `WORK_MAX`.

    Parameters
    ----------
    field : str
        Of the request, which says how often something is done.
    wanted : int
        Its value.
    each : float
        Operations of one time, about: only the order of size is meant.
    of : str
        What one time is, with its sizes: "solutions for 500 assets and 2,500 periods".

    Raises
    ------
    InputError
        Names the field, its value and the largest that may be asked for.
    """
    if wanted * each <= WORK_MAX:
        return
    largest = int(WORK_MAX // each)
    raise InputError(
        f"{field} must be at most {largest:,} {of}, was {wanted:,}: they {_takes(wanted * each)}; "
        f"{_advice(largest, f'{largest:,} at most')}"
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
        As for `check_work`.

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


def _times(periods: int, every: int) -> int:
    return -(-periods // every)


def _takes(operations: float) -> str:
    return f"would take about {operations:.2g} operations, where a request may take {WORK_MAX:.2g}"


def _advice(times: int, wanted: str) -> str:
    if times >= 1:
        return f"ask for {wanted}, or for fewer assets"
    return "one alone is too much; ask for fewer assets or a shorter period"
