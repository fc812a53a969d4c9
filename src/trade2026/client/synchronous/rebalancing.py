"""From weights to orders: proposals, made, confirmed once, withdrawn."""

from collections.abc import Mapping
from typing import Final

from trade2026.client.call import PREFIX, Call, decoder, get, post, rows_decoder, segment
from trade2026.client.results.rebalancing import Confirmed, Proposal
from trade2026.client.rows import Rows
from trade2026.client.synchronous.line import Line
from trade2026.client.values import Amount, amount_text
from trade2026.model.enums import OrderType, TimeInForce

_PROPOSAL: Final = decoder(Proposal)
_PROPOSALS: Final = rows_decoder(Proposal)
_CONFIRMED: Final = decoder(Confirmed)


class Rebalancing(Line):
    """Requests about rebalancing proposals."""

    def propose(
        self,
        account_id: str,
        weights: Mapping[str, Amount] | None = None,
        *,
        job_id: str | None = None,
        capital: Amount | None = None,
        close_others: bool = False,
        order_type: OrderType | str = OrderType.LIMIT,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        offset_bps: int = 10,
        min_trade: Amount = 0,
    ) -> Proposal:
        """Propose the orders that lead to weights, or to those that an analysis found; nothing is sent.

        Parameters
        ----------
        weights : mapping
            Shares of the capital by instrument; either these or `job_id`.
        capital : Amount, optional
            What they are shares of; without it all that is not in positions that are kept.
        close_others : bool
            Whether positions that are not named are closed.
        offset_bps : int
            How far limits go through the touch; below zero they wait.
        min_trade : Amount
            Orders worth less are left out.
        """
        body = {
            "account_id": account_id, "job_id": job_id, "others": "CLOSE" if close_others else "KEEP",
            "weights": None
            if weights is None
            else {name: amount_text(each, f"weights.{name}") for name, each in weights.items()},
            "capital": None if capital is None else amount_text(capital, "capital"),
            "order_type": str(order_type), "time_in_force": str(time_in_force), "offset_bps": offset_bps,
            "min_trade": amount_text(min_trade, "min_trade"),
        }  # fmt: skip
        return self._send(post(_PROPOSAL, "/portfolio/rebalancing", body, is_repeatable=True))

    def proposals(self, *, account_id: str | None = None, limit: int = 20) -> Rows[Proposal]:
        """The newest proposals, with what became of their orders."""
        query = {"account_id": account_id, "limit": limit}
        return self._send(get(_PROPOSALS, "/portfolio/rebalancing", query))

    def proposal(self, proposal_id: str) -> Proposal:
        """One proposal as it is now."""
        return self._send(get(_PROPOSAL, f"/portfolio/rebalancing/{segment(proposal_id)}"))

    def confirm_proposal(self, proposal_id: str, *, key: str | None = None) -> Confirmed:
        """Send its orders, each once however often this is asked; or complete what was begun.

        Raises
        ------
        Conflict
            It expired, the market moved, or risk would refuse an order; nothing was sent.
        OutcomeUnknown
            Not all orders are known to be sent: confirm it again, nothing is sent twice.
        """
        path = f"/portfolio/rebalancing/{segment(proposal_id)}/confirm"
        return self._send(post(_CONFIRMED, path, {}, key=key or self._make_key()))

    def withdraw_proposal(self, proposal_id: str) -> Proposal:
        """Have it not confirmed any more, or what is not sent yet not sent."""
        path = f"{PREFIX}/portfolio/rebalancing/{segment(proposal_id)}"
        return self._send(Call("DELETE", path, None, _PROPOSAL, is_repeatable=True))
