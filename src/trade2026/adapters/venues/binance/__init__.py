"""The venue behind Binance's spot protocol: the real exchange, its test net, or any door that speaks it.

`BinanceVenue` is a `ports.venue.LiveVenue` for one account. Orders and questions go over REST (`rest`), what
becomes of them comes over the user data stream of the WebSocket API (`stream`); `outgoing` and `incoming`
translate, `names` says how client order ids are written there. It may import `ports`, `model`, `primitives`,
httpx and websockets. Start at `venue`.
"""

from trade2026.adapters.venues.binance.config import REAL, TEST_NET, BinanceConfig, Hosts
from trade2026.adapters.venues.binance.signing import Signer, make_signer
from trade2026.adapters.venues.binance.venue import BinanceVenue

__all__ = ["REAL", "TEST_NET", "BinanceConfig", "BinanceVenue", "Hosts", "Signer", "make_signer"]
