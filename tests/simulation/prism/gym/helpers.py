"""Ears for an episode, and books without the agent."""

import numpy as np

from tests.simulation.prism.helpers import Ear
from trade2026.model.enums import Side


def actions(env, seed: int):
    """Actions drawn at random, without end."""
    source = np.random.default_rng(seed)
    while True:
        yield source.uniform(env.action_space.low, env.action_space.high).astype(np.float32)


def episode(env, seed: int, action_seed: int = 0) -> tuple[bytes, ...]:
    """All that an episode of random actions shows, and what happened at the exchange."""
    observation, info = env.reset(seed=seed)
    ear = Ear(env.market)
    shown = [observation.tobytes(), repr(info).encode()]
    for action in actions(env, action_seed):
        observation, reward, is_over, _, info = env.step(action)
        shown += [observation.tobytes(), float(reward).hex().encode(), repr(info).encode()]
        if is_over:
            return (*shown, *ear.digest(), env.market.state_sha256().encode())
    raise AssertionError("an episode ends")


def best_of_others(env, side: Side, owner: str = "AGENT"):
    """Price and lots of the best without the agent's, from the whole book."""
    queue = env.market.exchange.books[0].queue(side)
    others = [order for order in queue if order.owner != owner]
    if not others:
        return 0, 0
    best = others[0].limit_price
    return best, sum(order.shown_qty for order in others if order.limit_price == best)


def repeat(env, action, times: int):
    """The same action so many times; what the last one gave."""
    told = [env.step(action) for _ in range(times)]
    return told[-1]


def resting(env, order: int):
    """An order that is in the book."""
    found = env.me.resting(order)
    assert found is not None
    return found


def held(env, asset: str):
    """What the agent has of an asset, raw, as the exchange's accounts say."""
    return env.market.exchange.clearing.holdings["AGENT", asset].total
