"""What a running desk is set up with: data, accounts, costs and limits; `desk/config.json` in its home."""

from typing import Annotated, Final

import msgspec

from trade2026.application.live.replay_feed import why_not_speed
from trade2026.application.monitor.config import MonitorConfig
from trade2026.application.requests import CostRequest, DataRequest
from trade2026.model.enums import AccountType
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX, parse_raw
from trade2026.primitives.identifiers import check_identifier
from trade2026.primitives.time import parse_date
from trade2026.trading.journal.config import MIB, JournalConfig

FILE: Final = "config.json"
_COUNT = Annotated[int, msgspec.Meta(ge=0)]
_AT_LEAST_ONE = Annotated[int, msgspec.Meta(ge=1)]
_AT_LEAST_TWO = Annotated[int, msgspec.Meta(ge=2)]


class AccountConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One paper account as it is opened; decimals as text. Changing it later changes nothing.

    Attributes
    ----------
    cash, max_leverage : str
        Starting cash in `currency`, and worst-case gross exposure over equity (MARGIN accounts only).
    max_order_notional : str
        Largest value of one order.
    max_open_orders : int
        Of the account as a whole, and in each instrument.
    venue : str
        The venue behind a line that holds the account, which then trades there alone; "" for paper.
    """

    account_id: str = "PAPER"
    account_type: AccountType = AccountType.MARGIN
    currency: str = "USD"
    cash: str = "1000000"
    max_leverage: str = "2"
    max_order_notional: str = "10000000"
    max_open_orders: _COUNT = 10_000
    price_collar_bps: _COUNT = 1_000
    market_protection_bps: _COUNT = 500
    venue: str = ""


class ReplayConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How recorded data is played.

    Attributes
    ----------
    start : str
        First day, YYYY-MM-DD; "" for the data's first.
    speed : float
        Steps a second, a step being all events of one time: with daily bars a day. 0 is as fast as it goes.
    is_paused : bool
        Whether a desk starts paused.
    """

    start: str = ""
    speed: float = 1.0
    is_paused: bool = False

    def __post_init__(self) -> None:
        if refused := why_not_speed(self.speed):
            raise InputError(f"replay.{refused}")
        if self.start:
            parse_date(self.start, "replay.start")


class JournalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the journal is kept over the years.

    Attributes
    ----------
    snapshot_every_frames : int
        Frames of the journal between two snapshots of the state: what a start after a kill has to replay, or
        nearly. Under a flood of orders five times as many, so that they do not wait for snapshots.
    snapshots_kept : int
        How many stay; older ones are removed.
    segments_kept : int
        Segments, of 64 MiB each, that stay as they are. Older ones are compressed once every snapshot kept is
        behind them; they are read as before.
    disk_warning_mib, disk_low_mib, disk_high_mib : int
        Free MiB on the journal's disk: below the first the desk says so, below the second it takes no new
        orders until the third is free again; cancels and halts pass throughout. 0 switches one off.
    """

    snapshot_every_frames: _AT_LEAST_ONE = 100_000
    snapshots_kept: _AT_LEAST_ONE = 3
    segments_kept: _AT_LEAST_ONE = 2
    disk_warning_mib: _COUNT = 2048
    disk_low_mib: _COUNT = 256
    disk_high_mib: _COUNT = 512

    def __post_init__(self) -> None:
        if self.disk_low_mib > self.disk_high_mib:
            raise InputError(
                f"journal.disk_low_mib must be at most disk_high_mib = {self.disk_high_mib}, "
                f"was {self.disk_low_mib}"
            )

    def layout(self, identity: bytes) -> JournalConfig:
        """The journal's configuration."""
        return JournalConfig(
            warn_bytes=self.disk_warning_mib * MIB,
            low_water_bytes=self.disk_low_mib * MIB,
            high_water_bytes=self.disk_high_mib * MIB,
            signed=True,
            identity=identity,
        )


class DeskConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of it; every part has a default that works.

    With more than `closed_orders_in_memory` the older half of them goes to the index on disk; what is asked
    about one of those is answered as before.
    """

    data: DataRequest = DataRequest(names=("sp500",))
    accounts: tuple[AccountConfig, ...] = (AccountConfig(),)
    costs: CostRequest = CostRequest()
    replay: ReplayConfig = ReplayConfig()
    journal: JournalSettings = JournalSettings()
    monitor: MonitorConfig = MonitorConfig()
    closed_orders_in_memory: _AT_LEAST_TWO = 20_000

    def __post_init__(self) -> None:
        if not self.accounts:
            raise InputError("accounts must name at least one account, was empty")
        seen: dict[str, None] = {}
        for account in self.accounts:
            check_identifier(account.account_id, "account_id")
            check_identifier(account.currency, "currency")
            if account.account_id in seen:
                raise InputError(f"account_id must be given once, was {account.account_id!r} twice")
            seen[account.account_id] = None
            for name, maximum in (
                ("cash", MONEY_MAX), ("max_leverage", INT64_MAX), ("max_order_notional", INT64_MAX),
            ):  # fmt: skip
                if parse_raw(getattr(account, name), name, maximum=maximum) <= 0:
                    raise InputError(f"{name} must be above zero, was {getattr(account, name)}")


DEFAULT: Final = DeskConfig(replay=ReplayConfig(start="1995-01-03"))
"""The desk without a file: some years into the sample, so that a strategy that looks back sees something."""


def load_desk_config(storage: Storage) -> DeskConfig:
    """Read `config.json` of the desk's folder, or the defaults where there is none.

    Raises
    ------
    InputError
        The file is no JSON, has an unknown name or a value that cannot be used; the message names it.
    """
    if not storage.exists(FILE):
        return DEFAULT
    try:
        return msgspec.json.decode(storage.read(FILE), type=DeskConfig)
    except (InputError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{storage.folder}/{FILE} cannot be used: {error}; correct or remove it") from None
