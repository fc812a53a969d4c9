"""The workload in front of venue sessions: every type of order, lists and brackets, and no transfers.

Money that only the desk's books know of would be a difference to the venue's for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from tests.simulation.workload import Workload
from trade2026.model.commands import Command, ReplaceOrder, SubmitOrder, TransferCash
from trade2026.model.enums import (
    ContingencyType,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.model.instrument import Instrument
from trade2026.oms.state import Order
from trade2026.primitives.fixed_point import UNIT


@dataclass(slots=True)
class OrderWorkload(Workload):
    """Draws as `Workload`, and makes of plain orders others. `orders` are those of the desk as it is now."""

    orders: Callable[[], dict[int, Order]] = field(default=dict)
    reach_bps: int = 200
    """How far from the price a stop is at most, in basis points."""

    def _replace(self, now: int) -> ReplaceOrder:
        """Half of the time of an order that is filled in part, to a total near what is filled."""
        command = super(OrderWorkload, self)._replace(now)
        known = self.orders()
        partly = [
            order
            for approved in self.approved[-40:]
            if (order := known.get(approved.order_id)) is not None and 0 < order.cum_qty < order.order_qty
        ]
        if not partly or self.chance.random() < 0.5:
            return command
        order = self.chance.choice(partly)
        lot_size = self.goods.instruments[order.instrument_id].lot_size
        quantity = order.cum_qty + self.chance.choice((-1, 0, 0, 1)) * lot_size
        return msgspec.structs.replace(
            command,
            account_id=order.account_id,
            order_id=order.order_id,
            order_qty=max(quantity // lot_size, 1) * lot_size,
            limit_price=order.limit_price,
        )

    def _steer(self, now: int) -> Command:
        while True:
            command = super(OrderWorkload, self)._steer(now)
            if type(command) is not TransferCash:
                return command

    def _submit(self, now: int) -> SubmitOrder:
        command = super(OrderWorkload, self)._submit(now)
        instrument = self.goods.instruments.get(command.instrument_id)
        kind = self.chance.random()
        if instrument is None or command.reference_price is None or kind < 0.45:
            return command
        if kind < 0.6:
            return self._stop(command, instrument)
        if kind < 0.7:
            return self._shown(command, instrument)
        if kind < 0.76:
            return self._with(command, time_in_force=TimeInForce.GTC, is_limit=True, post_only=True)
        if kind < 0.8:
            return self._with(command, reduce_only=True)
        if kind < 0.86:
            seconds = self.chance.randint(1, 20)
            return self._with(command, time_in_force=TimeInForce.GTD, expire_time=now + seconds * 10**9)
        if kind < 0.9:
            return msgspec.structs.replace(command, time_in_force=TimeInForce.FOK)
        return self._listed(command)

    def _with(
        self,
        command: SubmitOrder,
        *,
        time_in_force: TimeInForce | None = None,
        is_limit: bool = False,
        **instructions: object,
    ) -> SubmitOrder:
        changes: dict[str, object] = {"instructions": OrderInstructions(**instructions)}  # type: ignore[arg-type]
        if time_in_force is not None:
            changes["time_in_force"] = time_in_force
        if is_limit and command.limit_price is None:
            changes |= {"order_type": OrderType.LIMIT, "limit_price": command.reference_price}
        return msgspec.structs.replace(command, **changes)

    def _stop(self, command: SubmitOrder, instrument: Instrument) -> SubmitOrder:
        """A stop, a stop-limit or a trailing stop, on the side of the price where it waits."""
        chance, reference = self.chance, command.reference_price
        assert reference is not None
        sign = 1 if command.side is Side.BUY else -1
        distance = reference * chance.randint(1, self.reach_bps) // 10_000
        trigger = (reference + sign * distance) // instrument.tick_size * instrument.tick_size
        source = chance.choice(list(TriggerSource))
        time_in_force = chance.choice(self.goods.times_in_force[:2])
        kind = chance.choice((OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP))
        if kind is OrderType.TRAILING_STOP:
            offset_type = chance.choice(list(TrailingOffsetType))
            offset = 50 * UNIT if offset_type is TrailingOffsetType.BASIS_POINTS else max(distance, 1)
            instructions = OrderInstructions(
                trigger_source=source, trailing_offset=offset, trailing_offset_type=offset_type
            )
        else:
            instructions = OrderInstructions(trigger_price=trigger, trigger_source=source)
        return msgspec.structs.replace(
            command,
            order_type=kind,
            time_in_force=time_in_force,
            limit_price=trigger if kind is OrderType.STOP_LIMIT else None,
            instructions=instructions,
        )

    def _shown(self, command: SubmitOrder, instrument: Instrument) -> SubmitOrder:
        lots = max(command.order_qty // instrument.lot_size, 1)
        shown = self.chance.randint(1, lots) * instrument.lot_size
        return self._with(command, time_in_force=TimeInForce.GTC, is_limit=True, display_qty=shown)

    def _listed(self, command: SubmitOrder) -> SubmitOrder:
        """A child of an order sent a moment ago, or one of a pair; a second of its kind soon follows."""
        recent = [each for each in self.sent[-12:] if type(each) is SubmitOrder]
        if not recent:
            return command
        like = self.chance.choice(recent)
        other = Side.SELL if like.side is Side.BUY else Side.BUY
        shared = {
            "account_id": like.account_id,
            "instrument_id": like.instrument_id,
            "strategy_id": like.strategy_id,
            "order_qty": like.order_qty,
            "reference_price": like.reference_price,
        }
        own = like.instructions
        if own is not None and own.contingency_type is not None:  # The other of the pair.
            instructions = own
            side = like.side
        elif self.chance.random() < 0.6:
            instructions = OrderInstructions(
                contingency_type=ContingencyType.OTO,
                list_id=f"l{self.number}",
                parent_client_order_id=like.client_order_id,
            )
            side = other
        else:
            instructions = OrderInstructions(contingency_type=ContingencyType.OCO, list_id=f"l{self.number}")
            side = like.side
        price = like.reference_price if like.limit_price is None else like.limit_price
        return msgspec.structs.replace(
            command,
            **shared,
            side=side,
            order_type=OrderType.LIMIT,
            limit_price=price,
            time_in_force=TimeInForce.GTC,
            instructions=instructions,
        )
