"""Cross-sections and markets with known factors that tests and golden numbers share; numpy alone."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Section(NamedTuple):
    """One period: returns, exposures (market, styles, sectors), weights, shares of the sectors."""

    returns: Array
    exposures: Array
    weights: Array
    shares: Array


def section(seed: int, assets: int, styles: int, sectors: int) -> Section:
    """Returns of assets in one period, and exposures that explain part of them."""
    rng = np.random.default_rng(seed)
    caps = rng.lognormal(2.0, 1.0, assets)
    columns = [np.ones((assets, 1)), rng.standard_normal((assets, styles))]
    member = np.arange(assets) % max(sectors, 1)
    if sectors:
        columns.append((member[:, None] == np.arange(sectors)).astype(np.float64))
    exposures = np.concatenate(columns, axis=1)
    slopes = 0.01 * rng.standard_normal(exposures.shape[1])
    returns = exposures @ slopes + 0.02 * rng.standard_normal(assets)
    shares = np.array([caps[member == each].sum() for each in range(sectors)]) / caps.sum()
    return Section(returns, exposures, np.sqrt(caps), shares)


def serial_returns(seed: int, periods: int, factors: int) -> Array:
    """Returns of factors that depend on one another and on the period before, shape (T, K)."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((periods + 1, factors)) @ rng.standard_normal((factors, factors)) * 0.01
    return np.asarray(shocks[1:] + 0.4 * shocks[:-1] + 0.001)


class Truth(NamedTuple):
    """A market whose factors are known."""

    returns: Array
    factor_returns: Array
    caps: Array
    book: Array
    sectors: tuple[str, ...]
    exposures: Array


def known_market(seed: int, periods: int, assets: int, noise: float, power: float = 0.0) -> Truth:
    """Returns made from a market, size, value and three sectors, exposures by the plainest code there is.

    Caps and book values do not change. The noise of an asset goes with a power of its cap. Sectors' returns
    times their shares of caps sum to zero.
    """
    rng = np.random.default_rng(seed)
    caps = rng.lognormal(3.0, 1.0, assets)
    book = caps * rng.lognormal(-0.5, 0.4, assets)
    member = np.arange(assets) % 3
    styles = [plain_standard(np.log(caps), caps, 3.0), plain_standard(book / caps, caps, 3.0)]
    exposures = np.column_stack([np.ones(assets), *styles, *(member == each for each in range(3))])
    factor_returns = rng.standard_normal((periods, 6)) * [0.01, 0.004, 0.003, 0.004, 0.004, 0.004]
    shares = np.array([caps[member == each].sum() for each in range(3)]) / caps.sum()
    factor_returns[:, 3:] -= (factor_returns[:, 3:] @ shares)[:, None]
    own = noise * rng.standard_normal((periods, assets)) * (caps / caps.mean()) ** power
    names = tuple(f"sector {each}" for each in member)
    return Truth(factor_returns @ exposures.T + own, factor_returns, caps, book, names, exposures)


def plain_standard(raw: Array, caps: Array, winsor: float) -> Array:
    """Winsorised, centred by caps, scaled by the equal-weighted deviation; one value after the other."""
    mean, spread = sum(raw) / len(raw), float(np.std(raw))
    kept = np.array([min(max(each, mean - winsor * spread), mean + winsor * spread) for each in raw])
    centre = sum(c * each for c, each in zip(caps, kept, strict=True)) / sum(caps)
    return np.asarray((kept - centre) / np.std(kept))
