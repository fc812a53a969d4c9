"""How much one request may compute: refused before it starts, as what does not fit in memory is."""

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
    advice = (
        f"ask for {largest:,} at most, or for fewer assets"
        if largest >= 1
        else "one alone is too much; ask for fewer assets or a shorter period"
    )
    raise InputError(
        f"{field} must be at most {largest:,} {of}, was {wanted:,}: they would take about "
        f"{wanted * each:.2g} operations, where a request may take {WORK_MAX:.2g}; {advice}"
    )
