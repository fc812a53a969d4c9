"""Backtests: recorded market data through the same sequencer, engines and journal as live trading.

What differs from live is the venue behind the port and where time comes from. It may import `trading`,
`simulation.paper` and everything below. Start with `driver`; `context` is what a strategy sees.
"""

from trade2026.simulation.backtest.config import BacktestConfig
from trade2026.simulation.backtest.driver import Backtest
from trade2026.simulation.backtest.result import BacktestResult, EquitySample, FillRecord, StrategyError

__all__ = ["Backtest", "BacktestConfig", "BacktestResult", "EquitySample", "FillRecord", "StrategyError"]
