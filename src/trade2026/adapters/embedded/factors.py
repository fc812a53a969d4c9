"""Five factor funds that ship with the package: adjusted daily closes, 2014 to 2022."""

from typing import Final

from trade2026.adapters.embedded.daily_sample import DailySample, Sample

NAME: Final = "factors"
FILE_NAME: Final = "factors_dataset.csv.gz"
SHA256: Final = "6eb089953db90c9a38d3283582751701a90db6f59965847fd64b0578de497161"

_ARCA: Final = frozenset({"SIZE"})
"""Listed on NYSE Arca on the sample's last day; the rest on Cboe BZX."""

LIMITS: Final = (
    "Closing prices only: no open, high, low or volume, so orders fill at the next close and no "
    "participation cap applies.",
    "Prices are adjusted for splits and dividends with later knowledge: they are not what was paid on the "
    "day; per-share fees are refused.",
    "Funds, not factors: MTUM (momentum), QUAL (quality), SIZE (small size), USMV (low volatility) and VLUE "
    "(value) hold shares only, pay fees and move with the market; their correlations are high. They are not "
    "the long-short factors of Fama and French.",
    "SIZE followed an index weighted by risk until December 2018, so it is not one factor throughout.",
    "Its source gives it for tests and examples only, not for investment: it is old and not authoritative.",
    "Prices are rounded by the source to three decimals; the price tick is 0.001.",
    "Venues are those of the last day as far as known; funds changed their listing.",
)


class FactorsSource(DailySample):
    """Daily bars of the five funds."""

    def __init__(self) -> None:
        super().__init__(
            Sample(NAME, FILE_NAME, SHA256, LIMITS, lambda each: "ARCX" if each in _ARCA else "BATS")
        )
