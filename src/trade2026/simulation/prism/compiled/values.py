"""What the assets are worth, which no price shows directly: correlated jump diffusions with two regimes.

In every step the logarithm of each value moves by a normal number with the regime's sigma, correlated over
the books by what they share. Jumps come at a rate of their own (Merton, 1976); a jump is news: makers widen
their quotes for a while, and informed traders look again soon.
"""

import math

from trade2026.matching.compiled.keeping import part, rare
from trade2026.matching.compiled.layout import Memory
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import book_floats, exponential, normal, uniform
from trade2026.simulation.prism.compiled.elementary import left_after
from trade2026.simulation.prism.compiled.layout import Floats
from trade2026.simulation.prism.compiled.queue import set_due

_SECOND = 1e-9
_FORGOTTEN = 64.0
"""Half-lives after which what is left of news is below what a number of 53 bits can be told from."""


@part
def news_level(w: Memory, x: Floats, number: int) -> float:
    """By how much makers widen now."""
    b = book_floats(w, number)
    if x[b + at.NEWS_LEVEL] == 0.0:
        return 0.0
    age = (w[at.NOW] - x[b + at.NEWS_NS]) * _SECOND
    if age > _FORGOTTEN * x[at.NEWS_HALF_LIFE_S]:
        return 0.0
    return x[b + at.NEWS_LEVEL] * left_after(age / x[at.NEWS_HALF_LIFE_S])


@rare
def tell_news(w: Memory, x: Floats, number: int, size: float) -> None:
    """The value of a book jumps by `size` (of its logarithm), and everybody hears that something happened."""
    b = book_floats(w, number)
    before = news_level(w, x, number)
    x[b + at.LOG_VALUE] += size
    x[b + at.NEWS_LEVEL] = before + x[at.NEWS_WIDENING] * abs(size) / x[b + at.JUMP_SIGMA]
    x[b + at.NEWS_NS] = w[at.NOW]
    w[at.N_NEWS] += 1
    first = w[at.INFORMED_BEGIN] + number * w[at.INFORMED_COUNT]
    for slot in range(first, first + w[at.INFORMED_COUNT]):
        s = w[at.SLOTS] + slot * at.SLOT
        soon = w[at.NOW] + 1 + int(x[at.NEWS_REACTION_NS] * exponential(w, at.MARKET_RANDOM))
        w[s + at.NEXT_WAKE] = min(w[s + at.NEXT_WAKE], soon)
        if not w[s + at.IS_SENDING]:
            set_due(w, slot, min(w[w[at.TREE] + w[at.FIRST_LEAF] + slot], soon))


@rare
def step_values(w: Memory, x: Floats) -> None:
    """One step of all values."""
    chance = x[at.CALM_CHANCE] if x[at.IS_TURBULENT] else x[at.TURBULENT_CHANCE]
    if uniform(w, at.MARKET_RANDOM) < chance:
        x[at.IS_TURBULENT] = 1.0 - x[at.IS_TURBULENT]
    scale = math.sqrt(x[at.STEP_NS] * _SECOND) * (x[at.TURBULENCE] if x[at.IS_TURBULENT] else 1.0)
    shared = normal(w, at.MARKET_RANDOM)
    for number in range(w[at.N_BOOKS]):
        b = book_floats(w, number)
        loading, own = x[b + at.LOADING], normal(w, at.MARKET_RANDOM)
        z = loading * shared + math.sqrt(1.0 - loading * loading) * own
        x[b + at.LOG_VALUE] += x[b + at.SIGMA] * scale * z
        if uniform(w, at.MARKET_RANDOM) < x[b + at.JUMP_CHANCE]:
            tell_news(w, x, number, x[b + at.JUMP_SIGMA] * normal(w, at.MARKET_RANDOM))
