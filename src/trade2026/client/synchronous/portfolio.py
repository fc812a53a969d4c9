"""What accounts hold and are worth."""

from collections.abc import Iterator
from typing import Final

from trade2026.client.call import decoder, get, rows_decoder, segment
from trade2026.client.results.portfolio import Account, EquityPoint, LedgerEntry, Lot, Position
from trade2026.client.rows import Rows
from trade2026.client.synchronous.line import Line
from trade2026.client.values import Moment, moment_text

_ACCOUNT: Final = decoder(Account)
_ACCOUNTS: Final = rows_decoder(Account)
_POSITIONS: Final = rows_decoder(Position)
_LOTS: Final = rows_decoder(Lot)
_LEDGER: Final = rows_decoder(LedgerEntry)
_EQUITY: Final = rows_decoder(EquityPoint)


class Portfolio(Line):
    """Requests about accounts, positions and the ledger."""

    def accounts(self) -> Rows[Account]:
        """Accounts with their worth at the latest prices."""
        return self._send(get(_ACCOUNTS, "/accounts"))

    def account(self, account_id: str) -> Account:
        """One account."""
        return self._send(get(_ACCOUNT, f"/accounts/{segment(account_id)}"))

    def positions(self, *, account_id: str | None = None, instrument_id: str | None = None) -> Rows[Position]:
        """Positions at the latest prices."""
        query = {"account_id": account_id, "instrument_id": instrument_id}
        return self._send(get(_POSITIONS, "/positions", query))

    def lots(self, *, account_id: str | None = None, instrument_id: str | None = None) -> Rows[Lot]:
        """Open lots, the oldest of each position first."""
        query = {"account_id": account_id, "instrument_id": instrument_id}
        return self._send(get(_LOTS, "/lots", query))

    def ledger(
        self,
        *,
        account_id: str | None = None,
        instrument_id: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Rows[LedgerEntry]:
        """Balanced entries of the ledger, newest first, a part of them."""
        query = {
            "account_id": account_id, "instrument_id": instrument_id, "limit": limit, "cursor": cursor,
        }  # fmt: skip
        return self._send(get(_LEDGER, "/ledger", query))

    def each_ledger_entry(
        self, *, account_id: str | None = None, instrument_id: str | None = None
    ) -> Iterator[LedgerEntry]:
        """Every entry of the ledger, newest first."""
        query = {"account_id": account_id, "instrument_id": instrument_id, "limit": 1000}
        return self._each(lambda cursor: get(_LEDGER, "/ledger", {**query, "cursor": cursor}))

    def equity(
        self, account_id: str, *, start: Moment | None = None, end: Moment | None = None, limit: int = 1000
    ) -> Rows[EquityPoint]:
        """The newest `limit` official points of an account's worth, in order of time."""
        query = {
            "account_id": account_id, "start": moment_text(start, "start"), "end": moment_text(end, "end"),
            "limit": limit,
        }  # fmt: skip
        return self._send(get(_EQUITY, "/equity", query))
