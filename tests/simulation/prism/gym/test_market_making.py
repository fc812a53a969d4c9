"""Making a market: wealth is what the accounts say, the inventory has a bound, quotes never take."""

import numpy as np
import pytest

from tests.simulation.prism.gym.helpers import actions, best_of_others, held, resting
from trade2026.model.enums import Side
from trade2026.simulation.prism.config import Latency
from trade2026.simulation.prism.gym.market_making import MarketMakingEnv
from trade2026.simulation.prism.gym.policies import AvellanedaStoikov, Idle, play

SLOW = Latency(floor_us=1e5, extra_us=1e6)


def near(env, seed: int):
    """Random quotes near the mid, which are filled."""
    for action in actions(env, seed):
        action[0] *= 0.1
        action[1] *= 0.1
        yield action


@pytest.mark.parametrize("latency", [Latency(), SLOW], ids=["quick", "slow"])
@pytest.mark.parametrize("seed", range(4))
def test_rewards_add_up_to_the_change_of_wealth_less_penalties(latency, seed):
    env = MarketMakingEnv(horizon_s=120.0, latency=latency, inventory_penalty_bps=0.01)
    _, info = env.reset(seed=seed)
    cash, stock, clip = held(env, "USDT"), held(env, "BTC"), env.book.clip_lots
    worth = clip * info["mid_ticks"] * env.listing.unit
    total = penalties = expected_penalties = 0.0
    inventory, lots = 0, 0
    for action in near(env, seed):
        expected_penalties += 0.01 * (inventory / clip) ** 2
        _, reward, is_over, is_cut, info = env.step(action)
        assert not is_cut
        total, penalties = total + reward, penalties + info["penalty_bps"]
        lots += sum(fill.lots for fill in info["fills"])
        inventory = (held(env, "BTC") - stock) // env.listing.lot_size
        assert inventory == info["inventory_lots"]
        gained = held(env, "USDT") - cash + inventory * info["mid_ticks"] * env.listing.unit
        assert info["wealth_bps"] == pytest.approx(gained / worth * 1e4, abs=1e-6)
        assert total + penalties == pytest.approx(gained / worth * 1e4, abs=1e-6)
        if is_over:
            break
    assert lots > 10 * clip
    assert penalties == pytest.approx(expected_penalties)
    assert penalties > 0


@pytest.mark.parametrize("latency", [Latency(), SLOW], ids=["quick", "slow"])
def test_the_inventory_has_a_bound_and_quotes_never_take(latency):
    env = MarketMakingEnv(horizon_s=300.0, latency=latency, clips=3.0, inventory_clips=4.0)
    reached = 0
    for seed in range(3):
        env.reset(seed=seed)
        for action in near(env, seed):
            action[2:] = 1.0
            observation, _, is_over, _, info = env.step(action)
            assert abs(info["inventory_lots"]) <= env.inventory_max
            assert info["inventory_lots"] + info["bid_lots"] <= env.inventory_max
            assert info["inventory_lots"] - info["ask_lots"] >= -env.inventory_max
            assert all(fill.is_maker for fill in info["fills"])
            assert observation[1] == pytest.approx(info["inventory_lots"] / env.inventory_max, rel=1e-6)
            reached = max(reached, abs(info["inventory_lots"]))
            if is_over:
                break
    assert reached > 0.9 * env.inventory_max


def test_the_mid_is_that_of_the_others():
    env = MarketMakingEnv(horizon_s=120.0)
    env.reset(seed=3)
    seen = 0
    for action in near(env, 3):
        _, _, is_over, _, info = env.step(action)
        bid, ask = best_of_others(env, Side.BUY)[0], best_of_others(env, Side.SELL)[0]
        assert info["mid_ticks"] == 0.5 * (bid + ask)
        seen += 0.5 * (env.market.quote(0).bid + env.market.quote(0).ask) != info["mid_ticks"]
        if is_over:
            break
    assert seen > 10  # The mid of the book is another one: the agent's own quotes are the best.


def test_quotes_are_where_the_action_says():
    env = MarketMakingEnv(horizon_s=60.0, step_s=1.0)
    env.reset(seed=5)
    mid = env.mid
    observation, _, _, _, info = env.step(np.array([0.8, 0.2, 0.5, 1.0], np.float32))
    bid, ask = (resting(env, order) for order in env._orders)
    assert (bid.lots, ask.lots) == (5_000, 10_000) == (info["bid_lots"], info["ask_lots"])
    assert bid.price == int(np.floor(mid * (1 + (0.2 - 0.8) * 5e-4)))
    assert ask.price == pytest.approx(mid * (1 + (0.2 + 0.8) * 5e-4), abs=1)
    assert observation[9] == 0.5
    assert observation[12] == 1.0
    best = env.market.quote(0)
    assert observation[11] == pytest.approx((best.bid - bid.price) / env.mid * 1e4, rel=1e-4)
    assert observation[14] == pytest.approx((ask.price - best.ask) / env.mid * 1e4, rel=1e-4)


def test_to_do_nothing_is_nothing():
    env = MarketMakingEnv(horizon_s=60.0)
    idle = play(env, Idle(4), 1)
    assert idle.reward == 0.0
    assert idle.steps == 60
    assert idle.info["wealth_bps"] == 0.0


def test_the_baseline_earns_the_rebate_and_more_than_doing_nothing():
    env = MarketMakingEnv()
    policy = AvellanedaStoikov(env.terms)
    rewards = np.array([play(env, policy, seed).reward for seed in range(24)])
    assert rewards.mean() > 2 * rewards.std() / 24**0.5


def test_the_baseline_leans_against_what_it_holds():
    env = MarketMakingEnv()
    policy = AvellanedaStoikov(env.terms)
    observation = np.array([1.0, *[0.0] * 6, 1.0, *[0.0] * 7], np.float32)
    flat = policy(observation)
    observation[1] = 0.5
    long = policy(observation)
    observation[1] = -0.5
    short = policy(observation)
    assert flat[1] == 0.0
    assert long[1] < 0 < short[1]
    assert long[1] == -short[1]
    assert flat[0] == long[0] > 0
    assert all(env.action_space.contains(action) for action in (flat, long, short))
