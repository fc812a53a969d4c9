"""The engine and instrument that both NautilusTrader scripts use."""

from decimal import Decimal

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.identifiers import TraderId, Venue
from nautilus_trader.model.objects import Money
from nautilus_trader.test_kit.providers import TestInstrumentProvider

INSTRUMENT = TestInstrumentProvider.default_fx_ccy("EUR/USD", Venue("SIM"))
TRADE_SIZE = Decimal(100_000)


def engine(oms_type: OmsType, *, bypass_risk: bool) -> BacktestEngine:
    """A quiet engine with one venue and ten million dollars."""
    made = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId("BT-001"),
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=bypass_risk),
            run_analysis=False,
        )
    )
    made.add_venue(
        Venue("SIM"),
        oms_type=oms_type,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(10_000_000, USD)],
    )
    made.add_instrument(INSTRUMENT)
    return made
