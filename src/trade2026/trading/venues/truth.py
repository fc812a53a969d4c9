"""What a venue says is true, and what comparing it with our books leads to: the words of a reconciliation."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from trade2026.model.commands.desk import Difference
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import VenueOrder

OPEN: Final = "OPEN"
"""An order that may still fill, in the words of a difference."""

EXTERNAL_PREFIX: Final = "external:"
"""Begins the client order id that we give an order which was placed elsewhere and has none."""


class Truth(NamedTuple):
    """What a venue answered about one account, all of it complete.

    Attributes
    ----------
    since_ns : int
        From when on `orders` and `executions` are all there are, by the venue's clock; 0 for ever.
    orders : dict
        By the venue's order id.
    is_whole : bool
        Whether nothing more could be asked for: there is nothing before `since_ns` that is to be looked at.
    """

    account_id: str
    since_ns: int
    orders: dict[str, VenueOrder]
    executions: tuple[ExecutionReport, ...]
    is_whole: bool = True


class Repair(NamedTuple):
    """A report that tells us what we did not know, and the line for it where one is worth a line."""

    report: ExecutionReport
    note: Difference | None


class Findings(NamedTuple):
    """What a comparison led to.

    Attributes
    ----------
    repairs : tuple of Repair
        What we did not know, in the order to feed it: per order the fills, then the status.
    absent : tuple of str
        Client order ids of requests that nobody answered and the venue shows no trace of.
    unsettled : tuple of str
        Client order ids whose story is not whole yet: a later or a wider answer must tell.
    doubted : tuple of str
        Client order ids of which the venue counts fewer fills than we have, or others.
    differences : tuple of Difference
        What a person must decide (`action` ""), or need not: what is left alone.
    """

    repairs: tuple[Repair, ...]
    absent: tuple[str, ...]
    unsettled: tuple[str, ...]
    doubted: tuple[str, ...]
    differences: tuple[Difference, ...]


def merge_orders(answers: Iterable[Iterable[VenueOrder]]) -> dict[str, VenueOrder]:
    """Orders of several queries by the venue's id, each as it was stated last."""
    merged: dict[str, VenueOrder] = {}
    for answer in answers:
        for order in answer:
            known = merged.get(order.venue_order_id)
            if known is None or recency(order) > recency(known):
                merged[order.venue_order_id] = order
    return dict(sorted(merged.items()))


def recency(order: VenueOrder) -> tuple[int, bool, int]:
    """Which of two statements about an order is the later one: the larger."""
    return order.ts_event, not order.is_open, order.cum_qty


def external_id(venue_order_id: str) -> str:
    """The client order id of an order that was placed without one: always the same for the same order."""
    return f"{EXTERNAL_PREFIX}{venue_order_id}"[:64]
