"""What a new desk trades on, written down at its first start, so that it stays with it."""

from typing import Any, Final

import msgspec

from trade2026.application.live.config import DEFAULT, FILE, AccountConfig, DeskConfig
from trade2026.application.requests import CostRequest, DataRequest
from trade2026.ports.prism import DATA, VENUE
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError

_SIMULATED: Final = DeskConfig(
    data=DataRequest(names=(DATA,)),
    accounts=(AccountConfig(account_id="SIM", currency="USDT", venue=VENUE),),
    costs=CostRequest(fees="2bps"),
)
"""One account at the simulated market, which takes two basis points from who takes."""

MARKETS: Final = {DATA: _SIMULATED, "sp500": DEFAULT}
"""What a new desk may trade on, the first one unless something else is asked for."""


def begin_desk(storage: Storage, market: str, *, is_new: bool) -> None:
    """Write down what the desk trades on, where that is not settled yet.

    Parameters
    ----------
    market : str
        One of `MARKETS`; "" for the first of them.
    is_new : bool
        Whether the desk has no journal yet. One that has, and no configuration, goes on with the default.

    Raises
    ------
    InputError
        There is no such market, or the desk trades on another one already.
    StoreUnavailable
        It cannot be written.
    """
    if market and market not in MARKETS:
        raise InputError(f"--market must be one of {', '.join(MARKETS)}, was {market!r}")
    if storage.exists(FILE) or not is_new:
        if market:
            raise InputError(
                f"--market goes with a new desk, and the one in {storage.folder} is not; change its {FILE}, "
                f"or set TRADE2026_HOME to another folder"
            )
        return
    config = MARKETS[market or DATA]
    encoded = msgspec.json.format(msgspec.json.encode(_said(config)), indent=2)
    storage.replace(FILE, encoded + b"\n")


def _said(config: DeskConfig) -> dict[str, Any]:
    """Only what differs from the defaults: what those become later is to reach this desk too."""
    plain, found = msgspec.to_builtins(DeskConfig()), msgspec.to_builtins(config)
    said = {name: value for name, value in found.items() if value != plain[name]}
    if "accounts" in said:
        default = msgspec.to_builtins(AccountConfig())
        said["accounts"] = [
            {name: value for name, value in account.items() if value != default[name]}
            for account in found["accounts"]
        ]
    for part in ("data", "costs", "replay"):
        if part in said:
            said[part] = {name: value for name, value in found[part].items() if value != plain[part][name]}
    said["data"] = {"names": found["data"]["names"], **said.get("data", {})}
    return said
