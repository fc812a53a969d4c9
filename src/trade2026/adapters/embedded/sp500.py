"""The daily sample that ships with the package: adjusted closes of 20 large US shares, 1990 to 2022."""

from typing import Final

from trade2026.adapters.embedded.daily_sample import DailySample, Sample

NAME: Final = "sp500"
FILE_NAME: Final = "sp500_dataset.csv.gz"
SHA256: Final = "ee21cac28befb1d0a739a9ceb22184f995394726aa0cfde9a21941d1ac04ac0d"

_NASDAQ: Final = frozenset({"AAPL", "AMD", "MSFT", "PEP"})
"""Listed on Nasdaq on the sample's last day; the rest on the New York Stock Exchange."""

LIMITS: Final = (
    "Closing prices only: no open, high, low or volume, so orders fill at the next close and no "
    "participation cap applies.",
    "Prices are adjusted for splits and dividends with later knowledge: they are not what was paid on the "
    "day, and share counts are not those of the day; per-share fees are refused.",
    "The 20 shares were picked by hand among those still listed in 2022 (survivorship bias): "
    "results flatter.",
    "Prices are rounded by the source to three decimals, and the price tick is 0.001: returns of the early "
    "years, when adjusted prices were below a dollar, are coarse.",
    "Venues are those of the last day; several shares were listed elsewhere before.",
)


class Sp500Source(DailySample):
    """Daily bars of the sample."""

    def __init__(self) -> None:
        super().__init__(
            Sample(NAME, FILE_NAME, SHA256, LIMITS, lambda each: "XNAS" if each in _NASDAQ else "XNYS")
        )
