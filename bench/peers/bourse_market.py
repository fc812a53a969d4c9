# pip: bourse==0.4.0 numpy
"""Orders a CPU second of bourse's simulated market: forty of its random agents, in Python or vectorised."""

import argparse
import importlib.metadata
import json
import statistics
import time

import bourse
from bourse.step_sim.agents import NumpyRandomAgents, RandomAgent

SEED, TICK, STEP = 7, 1, 1_000

parser = argparse.ArgumentParser()
parser.add_argument("--agents", type=int, required=True)
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--reps", type=int, required=True)
arguments = parser.parse_args()
figures = {"version": importlib.metadata.version("bourse")}
for kind in ("python", "numpy"):
    rates = []
    for _ in range(arguments.reps):
        if kind == "python":
            market = bourse.core.StepEnv(SEED, 0, TICK, STEP)
            agents = [RandomAgent(n, 0.5, (90, 110), (10, 50), TICK) for n in range(arguments.agents)]
        else:
            market = bourse.core.StepEnvNumpy(SEED, 0, TICK, STEP)
            agents = [NumpyRandomAgents(arguments.agents, (90, 110), (10, 50), TICK)]
        begin = time.process_time()
        bourse.step_sim.run(
            market, agents, arguments.steps, SEED, show_progress=False, use_numpy=kind == "numpy"
        )
        rates.append(len(market.get_orders()) / (time.process_time() - begin))
    figures[f"{kind}_orders_per_cpu_s"] = round(statistics.median(rates))
    figures[f"{kind}_orders_per_cpu_s_min"] = round(min(rates))
    figures[f"{kind}_orders_per_cpu_s_max"] = round(max(rates))
print(json.dumps(figures))
