"""Two environments over the simulated exchange, and what the baselines make of them."""

import gymnasium
import numpy as np

from trade2026.simulation.prism.gym import EXECUTION, MARKET_MAKING, ExecutionEnv, MarketMakingEnv
from trade2026.simulation.prism.gym.policies import (
    AvellanedaStoikov,
    Idle,
    Immediate,
    Patient,
    Policy,
    Twap,
    play,
)

# Buy or sell 40 times the usual size within five minutes, deciding every five seconds.
print("Execution: implementation shortfall in bps, mean over buying and selling and 10 seeds")
orders: dict[str, Policy] = {
    "immediate": Immediate(), "twap": Twap(ExecutionEnv().terms), "patient": Patient()
}  # fmt: skip
for name, policy in orders.items():
    told = [
        play(ExecutionEnv(side=side, clips=40.0), policy, seed).info["shortfall"]
        for side in ("BUY", "SELL")
        for seed in range(10)
    ]
    means = {part: np.mean([one[part] for one in told]) for part in told[0]}
    print(
        f"  {name:10}", "  ".join(f"{part.removesuffix('_bps')} {value:.2f}" for part, value in means.items())
    )

# Quote on both sides for five minutes, anew every second.
print("Market making: reward in bps of a clip, mean over 10 seeds")
maker = MarketMakingEnv()
makers: dict[str, Policy] = {"idle": Idle(4), "Avellaneda-Stoikov": AvellanedaStoikov(maker.terms)}
for name, policy in makers.items():
    earned = [play(maker, policy, seed).reward for seed in range(10)]
    print(f"  {name:20} {np.mean(earned):.1f}")

# The same by their names, and four markets at once.
env = gymnasium.make(EXECUTION, side="EITHER", clips=10.0)
observation, info = env.reset(seed=7)
print(info["side"], info["lots"], "lots, first mid", info["arrival_mid_ticks"], "ticks")
observation, reward, _, _, info = env.step(np.array([0.1, 1.0, 0.0], np.float32))
print(f"reward {reward:.3f}, left {info['left_lots']}, waiting {info['resting_lots']}")
for fill in info["fills"]:
    print(f"  {fill.lots} lots at {fill.price} ticks, fee {fill.fee / 1e9:.4f} USDT")

markets = gymnasium.make_vec(MARKET_MAKING, num_envs=4)
observations, infos = markets.reset(seed=7)
actions = np.tile(np.array([0.05, 0.0, 1.0, 1.0], np.float32), (4, 1))
for _step in range(10):
    observations, rewards, _, _, infos = markets.step(actions)
print("inventories after ten steps", infos["inventory_lots"].tolist())
