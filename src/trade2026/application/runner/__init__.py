"""The runner: strategies that trade live and jobs that take their time, each in a process of its own.

`manager` makes running processes match what the journal says is to run, `jobs` keeps the queue of backtests;
`service` joins both for the line of `ports.runner_link`. What runs inside a child is `host` for a strategy
and `job` for a backtest. It imports trading, simulation and everything below, never an adapter. Start at
`service`; `host` is where a strategy meets the market.
"""
