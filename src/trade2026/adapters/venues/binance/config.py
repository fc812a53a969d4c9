"""What an operator says of a Binance account: where it is, what is traded there, how patient to be."""

from typing import Final

import msgspec

from trade2026.model.enums import Environment
from trade2026.ports.venue import IdRule, VenueTerms
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

_WINDOW_MS_MAX: Final = 60_000


class Hosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the venue is: the origin of its REST API, and the whole address of its WebSocket API."""

    rest_url: str
    ws_url: str


REAL: Final = Hosts("https://api.binance.com", "wss://ws-api.binance.com:443/ws-api/v3")
TEST_NET: Final = Hosts("https://testnet.binance.vision", "wss://ws-api.testnet.binance.vision/ws-api/v3")


class BinanceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account at one host; times in milliseconds, as the protocol has them. No secret is in here.

    Attributes
    ----------
    account_id : str
        What the desk calls the account that the key belongs to.
    symbols : dict
        From instrument ids to symbols there: {"BTCUSDT.BINANCE": "BTCUSDT"}. Prices, quantities and amounts
        are raw integers of 1e-9 on our side, decimals on theirs, so no scale has to be said.
    environment : Environment
        LIVE at the real exchange and nowhere else.
    venue : str
        The venue as instruments name it.
    recv_window_ms : int
        The venue refuses a request that reaches it later than this after its stamp.
    request_timeout_ms : int
        After so long an answer is not waited for any more.
    heartbeat_ms : int
        How often the stream is asked whether it lives.
    history_lag_ms : int
        How long after an event a question may still miss it.
    settled_ms : int
        What is older than this is taken to be in its final place in the venue's lists, and not read again.
    requests_per_10s : int
        Requests that the desk may make in ten seconds, questions included. A question may cost the venue
        several requests, one for each symbol and thousand rows.
    cancel_reserve : int
        How many of them are kept for cancels.
    ignored_assets : tuple of str
        Coins in the account that the desk leaves alone; all others have to agree with its books.
    self_trade_prevention : str
        What is asked for where an order would trade with another of the account, in the venue's words; "" for
        what the venue does by itself.
    proxy : str
        URL of an HTTP proxy; "" for none. The environment's proxies are passed over.
    """

    account_id: str
    symbols: dict[str, str]
    hosts: Hosts = TEST_NET
    environment: Environment = Environment.PAPER
    venue: str = "BINANCE"
    recv_window_ms: int = 2_500
    request_timeout_ms: int = 4_000
    heartbeat_ms: int = 1_000
    history_lag_ms: int = 500
    settled_ms: int = 60_000
    requests_per_10s: int = 80
    cancel_reserve: int = 20
    ignored_assets: tuple[str, ...] = ()
    self_trade_prevention: str = ""
    proxy: str = ""

    @property
    def terms(self) -> VenueTerms:
        """What may be relied on there; spot has no dead-man switch."""
        return VenueTerms(
            request_window_ns=self.recv_window_ms * MILLISECOND_NS,
            history_lag_ns=self.history_lag_ms * MILLISECOND_NS, id_rule=IdRule.OPEN_ORDERS,
            heartbeat_ns=2 * self.heartbeat_ms * MILLISECOND_NS,  # There and back, and some patience.
            requests_per_window=self.requests_per_10s, window_ns=10 * SECOND_NS,
            cancel_reserve=self.cancel_reserve,
        )  # fmt: skip


def check_config(config: BinanceConfig) -> BinanceConfig:
    """Return it when every field is usable, else raise InputError naming field and value."""
    check_identifier(config.account_id, "account_id")
    check_identifier(config.venue, "venue")
    _check_symbols(config)
    _check_numbers(config)
    _check_hosts(config.hosts)
    if (config.hosts == REAL) != (config.environment is Environment.LIVE):
        raise InputError(
            f"environment must be LIVE at the real exchange and only there, was {config.environment} "
            f"at {config.hosts.rest_url}"
        )
    if config.environment is Environment.BACKTEST:
        raise InputError("environment must not be BACKTEST: the venue has a clock of its own")
    return config


def _check_symbols(config: BinanceConfig) -> None:
    if not config.symbols:
        raise InputError("symbols must name at least one instrument, was empty")
    for instrument_id, symbol in config.symbols.items():
        check_identifier(instrument_id, "symbols")
        if not instrument_id.endswith(f".{config.venue}"):
            raise InputError(f"symbols must be of venue {config.venue!r}, was {instrument_id!r}")
        if not (symbol.isascii() and symbol.isalnum() and symbol.isupper()):
            raise InputError(f"a symbol must be capital letters and digits, was {symbol!r}")
    if len(set(config.symbols.values())) != len(config.symbols):
        raise InputError("symbols must not name one symbol twice")


def _check_numbers(config: BinanceConfig) -> None:
    if not 0 < config.recv_window_ms <= _WINDOW_MS_MAX:
        raise InputError(f"recv_window_ms must be 1 to {_WINDOW_MS_MAX}, was {config.recv_window_ms}")
    for name in ("request_timeout_ms", "heartbeat_ms", "settled_ms", "requests_per_10s"):
        if getattr(config, name) <= 0:
            raise InputError(f"{name} must be positive, was {getattr(config, name)}")
    for name in ("history_lag_ms", "cancel_reserve"):
        if getattr(config, name) < 0:
            raise InputError(f"{name} must not be negative, was {getattr(config, name)}")
    if config.cancel_reserve >= config.requests_per_10s:
        raise InputError(f"cancel_reserve must be below requests_per_10s, was {config.cancel_reserve}")


def _check_hosts(hosts: Hosts) -> None:
    """Keys travel encrypted, unless to this machine."""
    for url, plain, secure in (
        (hosts.rest_url, "http://", "https://"),
        (hosts.ws_url, "ws://", "wss://"),
    ):
        is_here = url.startswith((f"{plain}127.0.0.1", f"{plain}localhost", f"{plain}[::1]"))
        if not url.startswith(secure) and not is_here:
            raise InputError(f"a host must begin with {secure} unless it is this machine, was {url!r}")
