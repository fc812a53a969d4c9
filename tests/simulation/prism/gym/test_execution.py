"""Execution: what an order costs is what the accounts say, and never more is traded than was ordered."""

from typing import Any

import numpy as np
import pytest

from tests.simulation.prism.gym.helpers import actions, held, repeat, resting
from tests.simulation.prism.helpers import SECOND, without
from trade2026.model.enums import Side
from trade2026.simulation.prism.config import Latency
from trade2026.simulation.prism.gym.base import ONE_BOOK, START_NS
from trade2026.simulation.prism.gym.execution import ExecutionEnv
from trade2026.simulation.prism.gym.policies import Idle, Immediate, Patient, Twap, play
from trade2026.simulation.prism.gym.terms import ExecutionTerms
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.scenarios import NewsShock

SLOW = Latency(floor_us=1e6, extra_us=2e6)
"""Longer than a step now and then."""


def costs_bps(policy, seeds, **terms):
    """The mean over buying and selling, so that where the price went anyway is not in it; one a seed."""
    both = [
        [-play(ExecutionEnv(side=side, **terms), policy, seed).reward for seed in seeds]
        for side in ("BUY", "SELL")
    ]
    return np.array(both).mean(axis=0)


@pytest.mark.parametrize("side", ["BUY", "SELL"])
@pytest.mark.parametrize("latency", [Latency(), SLOW], ids=["quick", "slow"])
@pytest.mark.parametrize("seed", range(4))
def test_rewards_add_up_to_minus_the_shortfall_that_the_accounts_show(side, latency, seed):
    env = ExecutionEnv(side=side, horizon_s=60.0, step_s=2.0, latency=latency, clips=20.0)
    _, info = env.reset(seed=seed)
    sign = 1 if side == "BUY" else -1
    cash, stock = held(env, "USDT"), held(env, "BTC")
    arrival = info["arrival_mid_ticks"]
    whole = info["lots"] * arrival * env.listing.unit
    total, fills, costs = 0.0, [], []
    for action in actions(env, seed):
        action[0] *= 0.2
        _, reward, is_over, is_cut, info = env.step(action)
        total += reward
        fills += info["fills"]
        costs.append(info["shortfall"]["total_bps"])
        assert -reward == pytest.approx(costs[-1] - (costs[-2] if len(costs) > 1 else 0.0), abs=1e-9)
        assert not is_cut
        assert info["left_lots"] >= 0
        if is_over:
            break
    traded = sign * (held(env, "BTC") - stock) // env.listing.lot_size
    assert traded == env.lots - info["left_lots"] == sum(fill.lots for fill in fills)
    paid = cash - held(env, "USDT") - sign * traded * arrival * env.listing.unit
    dust = info["shortfall"]["unfilled_bps"]
    assert -total == pytest.approx(paid / whole * 1e4 + dust, abs=1e-7)
    parts = [info["shortfall"][f"{name}_bps"] for name in ("timing", "execution", "fees", "unfilled")]
    assert sum(parts) == pytest.approx(info["shortfall"]["total_bps"], abs=1e-9)
    assert info["left_lots"] < 20
    assert all(fill.side is Side(side) for fill in fills)
    assert env.me.resting(env._order) is None


@pytest.mark.parametrize("seed", range(3))
def test_what_waits_and_what_is_left_never_exceed_the_order(seed):
    env = ExecutionEnv(side="EITHER", horizon_s=40.0, step_s=1.0, latency=SLOW, clips=15.0)
    env.reset(seed=seed)
    for action in actions(env, seed):
        _, _, is_over, _, info = env.step(action)
        assert 0 <= info["resting_lots"] <= info["left_lots"]
        if is_over:
            break


def test_a_large_order_costs_more_at_once_than_in_parts():
    terms: dict[str, Any] = {"clips": 160.0, "horizon_s": 300.0, "step_s": 10.0}
    at_once = costs_bps(Immediate(), range(6), **terms)
    in_parts = costs_bps(Twap(ExecutionTerms(**terms)), range(6), **terms)
    assert at_once.mean() > in_parts.mean() + 0.3
    assert in_parts.min() > 1.9  # Takers pay two basis points, and the spread.
    assert (at_once > 2.5).all()


def test_either_side_is_drawn_and_is_that_of_the_seed():
    env = ExecutionEnv(side="EITHER", warm_up_s=1.0)
    drawn = [env.reset(seed=seed)[1]["side"] for seed in range(12)]
    assert set(drawn) == {"BUY", "SELL"}
    assert [env.reset(seed=seed)[1]["side"] for seed in range(12)] == drawn


def test_at_the_end_the_mid_is_that_of_the_end():
    env = ExecutionEnv(horizon_s=60.0, step_s=30.0, clips=5.0)
    _, info = env.reset(seed=3)
    idle = np.zeros(3, np.float32)
    env.step(idle)
    cost = env.step(idle)[4]["shortfall"]
    twin = PrismMarket(env.config, info["market_seed"], START_NS)
    twin.run_until(START_NS + 120 * SECOND)
    mid = 0.5 * (twin.quote(0).bid + twin.quote(0).ask)
    assert cost["timing_bps"] == pytest.approx((mid / info["arrival_mid_ticks"] - 1) * 1e4, rel=1e-6)


def test_immediate_is_one_step_and_twap_is_all_in_equal_parts():
    env = ExecutionEnv(horizon_s=60.0, step_s=5.0, clips=30.0)
    once = play(env, Immediate(), 1)
    assert once.steps == 1
    assert once.info["left_lots"] == 0
    env.reset(seed=1)
    policy, seen, is_over = Twap(env.terms), [], False
    observation = env.reset(seed=1)[0]
    while not is_over:
        observation, _, is_over, _, info = env.step(policy(observation))
        seen.append(sum(fill.lots for fill in info["fills"]))
    assert len(seen) == 12
    assert max(seen) - min(seen) <= 1


def test_to_do_nothing_is_to_trade_it_all_at_the_end():
    env = ExecutionEnv(horizon_s=30.0, step_s=5.0, clips=10.0)
    idle = play(env, Idle(3), 2)
    assert idle.steps == 6
    assert idle.info["left_lots"] == 0
    assert all(not fill.is_maker for fill in idle.info["fills"])


def test_who_waits_pays_the_maker_s_fee_and_earns_on_the_spread():
    env = ExecutionEnv(horizon_s=300.0, step_s=5.0, clips=5.0)
    fee_bps = env.listing.maker_fee_ppm / 100
    assert fee_bps < env.listing.taker_fee_ppm / 100
    found = [play(env, Patient(), seed).info["shortfall"] for seed in range(4)]
    assert np.mean([cost["execution_bps"] for cost in found]) < 0
    assert np.mean([cost["fees_bps"] for cost in found]) == pytest.approx(fee_bps, abs=0.02)


@pytest.mark.parametrize(("side", "sign"), [("BUY", 1), ("SELL", -1)])
def test_a_rising_price_costs_the_buyer_and_pays_the_seller(side, sign):
    env = ExecutionEnv(side=side, clips=10.0, horizon_s=120.0, step_s=10.0)
    policy = Twap(env.terms)
    news = {"scenarios": [NewsShock(symbol="BTCUSDT", after_s=5.0, move_bps=100.0)]}
    observation, info = env.reset(seed=3, options=news)
    is_over = False
    while not is_over:
        observation, _, is_over, _, info = env.step(policy(observation))
    assert sign * info["shortfall"]["timing_bps"] > 30
    assert sign * observation[9] > 1
    assert sign * info["shortfall"]["total_bps"] > 25


def test_an_order_that_stays_keeps_its_place_in_the_queue(monkeypatch):
    env = ExecutionEnv(horizon_s=60.0, step_s=0.5, clips=10.0, reach_bps=20.0)
    env.reset(seed=1)
    behind = np.array([0.0, 1.0, -1.0], np.float32)
    env.step(behind)
    first = resting(env, env._order)
    monkeypatch.setattr(env, "_price", lambda quote, place: first.price)
    observation = repeat(env, behind, 5)[0]
    assert resting(env, env._order).order_id == first.order_id
    assert observation[11] == 1.0
    env.step(np.array([0.0, 0.5, -1.0], np.float32))
    assert resting(env, env._order).order_id != first.order_id


def test_what_nobody_sells_costs_what_the_terms_say():
    nobody = without(ONE_BOOK, "makers", "noise", "informed", "momentum")
    env = ExecutionEnv(nobody, horizon_s=10.0, step_s=5.0, clips=2.0, unfilled_bps=70.0)
    found = play(env, Immediate(), 1)
    assert found.info["left_lots"] == env.lots
    assert found.reward == pytest.approx(-70.0, abs=1e-9)
    assert found.info["shortfall"]["unfilled_bps"] == pytest.approx(70.0, abs=1e-9)


def test_a_part_that_is_no_order_is_not_left_behind():
    env = ExecutionEnv(horizon_s=10.0, step_s=5.0, clips=1.0)
    env.reset(seed=1)
    env.step(np.array([0.9999, 0.0, 0.0], np.float32))
    assert env.left == 0


def test_observations_are_what_they_say():
    env = ExecutionEnv(side="SELL", horizon_s=60.0, step_s=5.0, clips=10.0)
    observation, _ = env.reset(seed=4)
    quote = env.market.quote(0)
    shown = quote.bid_lots + quote.ask_lots
    assert observation[0] == 1.0
    assert observation[1] == 1.0
    assert observation[2] == pytest.approx((quote.ask - quote.bid) / env.mid * 1e4, rel=1e-5)
    assert observation[3] == pytest.approx((quote.ask_lots - quote.bid_lots) / shown, rel=1e-5)
    assert observation[10] == pytest.approx(quote.bid_lots / env.lots, rel=1e-5)
    assert observation[11:].tolist() == [0.0, 1.0, 0.0]
    mids = [env.mid]
    told = [env.step(np.array([0.05, 0.4, -0.5], np.float32)) for _ in range(6)]
    observation, info = told[-1][0], told[-1][4]
    mids += [one[4]["mid_ticks"] for one in told]
    assert observation[0] == pytest.approx(0.5)
    assert observation[1] == pytest.approx(info["left_lots"] / env.lots, rel=1e-5)
    assert observation[11] == pytest.approx(info["resting_lots"] / env.lots, rel=1e-5)
    assert np.sign(observation[4]) == -np.sign(mids[-1] - mids[-2])
    assert np.sign(observation[5]) == -np.sign(mids[-1] - mids[-6])
    assert np.sign(observation[9]) == -np.sign(mids[-1] - mids[0])


@pytest.mark.parametrize("side", ["BUY", "SELL"])
@pytest.mark.parametrize("place", [-1.0, -0.5, 0.0])
def test_a_limit_order_waits_where_the_action_says(side, place):
    env = ExecutionEnv(side=side, horizon_s=10.0, step_s=0.01, clips=1.0)
    env.reset(seed=2)
    quote = env.market.quote(0)
    env.step(np.array([0.0, 1.0, place], np.float32))
    best, sign = (quote.bid, 1) if side == "BUY" else (quote.ask, -1)
    behind = sign * (best - resting(env, env._order).price)
    assert 0 <= behind + place * 2e-4 * best < 1.1


def test_a_limit_order_inside_the_spread_and_one_that_trades_at_once():
    env = ExecutionEnv(horizon_s=10.0, step_s=0.01, clips=0.1)
    env.reset(seed=2)
    quote = env.market.quote(0)
    env.step(np.array([0.0, 1.0, 0.5], np.float32))
    assert resting(env, env._order).price == (quote.bid + quote.ask) // 2
    env.reset(seed=2)
    _, _, is_over, _, info = env.step(np.array([0.0, 1.0, 1.0], np.float32))
    assert is_over
    assert [(fill.price, fill.is_maker) for fill in info["fills"]] == [(quote.ask, False)]
