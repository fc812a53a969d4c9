"""Both environments as Gymnasium sees them: its checker, its names, its vectors, its seeds."""

import copy
import warnings
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from tests.simulation.prism.gym.helpers import actions, episode, repeat
from tests.simulation.prism.helpers import SECOND, TWO_BOOKS
from trade2026.matching.session import SessionRules
from trade2026.matching.words import Phase
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.config import Latency
from trade2026.simulation.prism.gym import (
    EXECUTION,
    MARKET_MAKING,
    ExecutionEnv,
    ExecutionVector,
    MarketMakingEnv,
    MarketMakingVector,
    register,
)
from trade2026.simulation.prism.gym.base import START_NS
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.scenarios import FlashCrash, NewsShock

NAMES = (EXECUTION, MARKET_MAKING)
SHORT: dict[str, Any] = {"horizon_s": 6.0, "step_s": 2.0, "warm_up_s": 5.0}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "terms", [{}, SHORT, {"config": TWO_BOOKS, "book": 1}], ids=["usual", "short", "other book"]
)
def test_the_checker_of_gymnasium_finds_nothing(name, terms):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(name, **terms).unwrapped)


def test_canary_the_checker_finds_an_observation_out_of_bounds():
    class Wrong(ExecutionEnv):
        def _look(self):
            observation, resting = super()._look()
            return observation + np.float32(2.0), resting

    with pytest.raises((AssertionError, UserWarning)):
        check_env(Wrong(**SHORT), skip_render_check=True)


def test_names_are_entered_once():
    register()
    assert [gymnasium.spec(name).id for name in NAMES] == list(NAMES)
    kinds = [type(gymnasium.make(name).unwrapped) for name in NAMES]
    assert kinds == [ExecutionEnv, MarketMakingEnv]


@pytest.mark.parametrize("kind", [ExecutionEnv, MarketMakingEnv])
def test_the_same_seed_and_actions_give_the_same_bytes(kind):
    env = kind(**SHORT)
    first = episode(env, 3)
    assert episode(env, 3) == first
    assert episode(kind(**SHORT), 3) == first
    assert episode(env, 4) != first
    assert episode(env, 3, action_seed=1) != first


@pytest.mark.parametrize("kind", [ExecutionEnv, MarketMakingEnv])
def test_what_the_agent_does_does_not_change_the_next_market(kind):
    def next_market(action_seed: int):
        env = kind(**SHORT)
        episode(env, 3, action_seed)
        return env.reset()[1]["market_seed"]

    assert next_market(0) == next_market(1)


@pytest.mark.parametrize("kind", [ExecutionEnv, MarketMakingEnv])
def test_an_agent_that_does_nothing_changes_nothing(kind):
    env = kind(**{**SHORT, "horizon_s": 20.0})
    _, info = env.reset(seed=5)
    for _ in range(9):
        env.step(np.zeros(env.action_space.shape, np.float32))
    plain = PrismMarket(env.config, info["market_seed"], START_NS)
    plain.run_until(START_NS + 23 * SECOND)
    assert plain.now_ns == env.market.now_ns
    assert plain.quote(0) == env.market.quote(0)
    assert plain.values() == env.market.values()


@pytest.mark.parametrize(
    ("name", "vector"), [(EXECUTION, ExecutionVector), (MARKET_MAKING, MarketMakingVector)]
)
def test_a_vector_s_markets_are_those_of_single_environments(name, vector):
    together: Any = gymnasium.make_vec(name, num_envs=3, **SHORT)
    by_library: Any = gymnasium.make_vec(name, num_envs=3, vectorization_mode="sync", **SHORT)
    assert type(together) is vector
    alone: list[Any] = [gymnasium.make(name, **SHORT) for _ in range(3)]
    observations = together.reset(seed=7)[0]
    assert np.array_equal(observations, by_library.reset(seed=7)[0])
    assert np.array_equal(observations, [env.reset(seed=7 + n)[0] for n, env in enumerate(alone)])
    action = np.full((3, *together.single_action_space.shape), 0.3, np.float32)
    for _ in range(3):
        observations, rewards, over, _, _ = together.step(action)
        told = [env.step(action[n]) for n, env in enumerate(alone)]
        assert np.array_equal(observations, [one[0] for one in told])
        assert rewards.tolist() == [one[1] for one in told]
        assert over.tolist() == [one[2] for one in told]
        assert np.array_equal(observations, by_library.step(action)[0])
    for env in (together, by_library, *alone):
        env.close()


def test_a_vector_begins_an_episode_anew_in_the_step_after_its_last():
    envs: Any = gymnasium.make_vec(MARKET_MAKING, num_envs=2, **SHORT)
    begun = envs.reset(seed=[11, 12])[0]
    action = np.zeros((2, 4), np.float32)
    assert repeat(envs, action, 3)[2].all()
    observations, rewards, over, _, infos = envs.step(action)
    assert not over.any()
    assert rewards.tolist() == [0.0, 0.0]
    assert (observations[:, 0] == 1.0).all()
    assert not np.array_equal(observations, begun)
    assert infos["_market_seed"].all()


def test_a_vector_that_begins_anew_in_the_same_step_keeps_what_was_last_seen():
    envs = gymnasium.make_vec(MARKET_MAKING, num_envs=2, autoreset_mode="SameStep", **SHORT)
    assert envs.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.SAME_STEP
    envs.reset(seed=1)
    observations, _, over, _, infos = repeat(envs, np.zeros((2, 4), np.float32), 3)
    assert over.all()
    assert (observations[:, 0] == 1.0).all()
    assert [last[0] for last in infos["final_obs"]] == [0.0, 0.0]


def test_scenarios_befall_the_episode():
    def mids(options) -> list[float]:
        env = MarketMakingEnv(horizon_s=120.0, step_s=10.0)
        env.reset(seed=2, options=options)
        idle = np.zeros(4, np.float32)
        return [env.step(idle)[4]["mid_ticks"] for _ in range(12)]

    plain, shocked = mids(None), mids({"scenarios": [NewsShock(symbol="BTCUSDT", after_s=15, move_bps=90)]})
    assert shocked[0] == plain[0]
    assert shocked[-1] / plain[-1] - 1 == pytest.approx(0.009, abs=0.003)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: ExecutionEnv(clipz=3), "clipz.*the terms are side, clips"),
        (lambda: ExecutionEnv(clips=-1.0), "clips must be above 0"),
        (lambda: ExecutionEnv(horizon_s=float("inf")), "horizon_s"),
        (lambda: ExecutionEnv(horizon_s=11.0, step_s=2.0), "horizon_s must be a multiple of step_s"),
        (lambda: ExecutionEnv(side="LONG"), "side must be one of BUY, SELL, EITHER, was 'LONG'"),
        (lambda: ExecutionEnv(book=1), "book must be below 1, was 1"),
        (lambda: MarketMakingEnv(inventory_clips=0.0), "inventory_clips"),
        (lambda: MarketMakingEnv(render_mode="human"), "render_mode"),
        (lambda: MarketMakingEnv(latency=Latency(floor_us=-1.0)), "floor_us"),
        (lambda: ExecutionEnv(**SHORT).reset(options={"side": "BUY"}), "options may have scenarios only"),
        (lambda: ExecutionEnv(**SHORT).step(np.zeros(3, np.float32)), "step must come after reset"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(make, field):
    with pytest.raises(InputError, match=field):
        make()


@pytest.mark.parametrize("action", [[0.0, 0.0], [0.0, float("nan"), 0.0]])
def test_an_action_is_finite_numbers(action):
    env = ExecutionEnv(**SHORT)
    env.reset(seed=0)
    with pytest.raises(InputError, match="action must be 3 finite numbers"):
        env.step(np.array(action, np.float32))


def test_an_environment_is_not_copied():
    with pytest.raises(InputError, match="make another"):
        copy.deepcopy(ExecutionEnv(**SHORT))


def test_a_halt_and_an_auction_are_survived():
    rules = SessionRules(
        volatility_auction_ns=10 * SECOND, trade_band_ppm=200, reference_every_ns=30 * SECOND
    )
    config = msgspec.structs.replace(TWO_BOOKS, session=rules)
    crash = {"scenarios": [FlashCrash(symbol="BTCUSDT", after_s=3.0, clips=300, for_s=5.0)]}
    for kind in (ExecutionEnv, MarketMakingEnv):
        env = kind(config, horizon_s=60.0, step_s=1.0)
        env.reset(seed=1, options=crash)
        phases, is_over = set(), False
        for action in actions(env, 1):
            action[0] *= 0.05
            observation, reward, is_over, _, _ = env.step(action)
            assert env.observation_space.contains(observation)
            assert np.isfinite(reward)
            phases.add(env.market.exchange.books[0].phase)
            if is_over:
                break
        assert Phase.AUCTION in phases


def test_an_episode_that_is_over_takes_no_step():
    env = ExecutionEnv(**SHORT)
    env.reset(seed=0)
    assert env.step(np.array([1.0, 0.0, 0.0], np.float32))[2]
    with pytest.raises(InputError, match="call reset"):
        env.step(np.zeros(3, np.float32))
