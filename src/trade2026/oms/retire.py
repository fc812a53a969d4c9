"""Closed orders leave memory, and come back when somebody names them.

What can neither fill nor be changed any more need not be in memory, but its identifiers stay used for ever.
`facts_of` writes an order down with its requests and executions, to be kept in an index beside the journal;
`evolve_retired` lets go of it. Before a command that names it is decided, `evolve_recalled` puts it back as
it was, so that nothing else has to know that orders come and go. Facts stand in the command that recalls
them: state follows from the journal alone.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from trade2026.model.commands import RecallOrders, RetireOrders
from trade2026.model.events import OrdersRecalled, OrdersRetired
from trade2026.oms.state import AccountOrders, Booked, OmsState, Order, Request, Working, is_refused_order


class OrderFacts(msgspec.Struct, array_like=True, eq=False):
    """An order with all that hangs on it; `order` is None for a request that risk refused.

    `family` are the orders that leave and come back with it, itself among them, () where it is alone;
    `listed` the orders of its list, `children` those that its fills arm.
    """

    account_id: str
    order: Order | None
    requests: dict[str, Request]
    executions: dict[str, Booked]  # Of the order's instrument.
    family: tuple[int, ...] = ()
    listed: tuple[int, ...] = ()
    children: tuple[int, ...] = ()


class Kept(NamedTuple):
    """What an index has to keep: facts, and the keys that lead to them; `order_id` is 0 for a refusal."""

    order_id: int
    keys: tuple[bytes, ...]
    facts: bytes


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(OrderFacts)
_LIST_DECODER: Final = msgspec.msgpack.Decoder(list[OrderFacts])


def request_key(account_id: str, client_order_id: str) -> bytes:
    """What an index finds a client order id by."""
    return f"r{account_id}\0{client_order_id}".encode()


def execution_key(account_id: str, instrument_id: str, execution_id: str) -> bytes:
    """What an index finds an execution by; venues number their trades per instrument."""
    return f"x{account_id}\0{instrument_id}\0{execution_id}".encode()


def list_key(account_id: str, list_id: str) -> bytes:
    """What an index finds the orders of a list by."""
    return f"l{account_id}\0{list_id}".encode()


def may_retire(order: Order) -> bool:
    """Whether nothing is expected of the order any more; what comes all the same recalls it."""
    return (
        order.working is Working.DONE
        and not order.pending_cancel_id
        and not order.pending_replaces
        and not order.unknown_ids
    )


def family_of(state: OmsState, order: Order) -> tuple[int, ...]:
    """The orders that mean something to each other: a list, a parent and its children; () for one alone.

    Late fills of one change the others, so that they leave memory and come back together.
    """
    account = state.accounts[order.account_id]
    if order.instructions is None and not order.parent_id and order.order_id not in account.children:
        return ()
    found: dict[int, None] = {}
    look = [order.order_id]
    while look:
        order_id = look.pop()
        if order_id in found:
            continue
        found[order_id] = None
        each = state.orders[order_id]
        look += account.children.get(order_id, ())
        look += _listed(account, each)
        if each.parent_id:
            look.append(each.parent_id)
    return tuple(sorted(found)) if len(found) > 1 else ()


def _listed(account: AccountOrders, order: Order) -> tuple[int, ...]:
    instructions = order.instructions
    if instructions is None or not instructions.list_id:
        return ()
    return account.lists[instructions.list_id]


def decide_retire(state: OmsState, command: RetireOrders) -> OrdersRetired:
    """Those of the orders that may go, with their families or not at all, and those of the refused requests
    that are there."""
    orders, accounts = state.orders, state.accounts
    order_ids: dict[int, None] = {}
    for order_id in command.order_ids:
        order = orders.get(order_id)
        if order is None or order_id in order_ids or not may_retire(order):
            continue
        family = family_of(state, order)
        if all(may_retire(orders[each]) for each in family):
            order_ids |= dict.fromkeys(family or (order_id,))
    refused = [
        name
        for name in dict.fromkeys(command.refused)
        if name[0] in accounts and name[1] in accounts[name[0]].refused
    ]
    return OrdersRetired(command.now, tuple(order_ids), tuple(refused))


def facts_of(state: OmsState, event: OrdersRetired) -> list[Kept]:
    """What the event is about to take out of memory."""
    kept = [_order_facts(state, state.orders[order_id]) for order_id in event.order_ids]
    for account_id, client_order_id in event.refused:
        request = state.accounts[account_id].requests[client_order_id]
        facts = _ENCODER.encode(OrderFacts(account_id, None, {client_order_id: request}, {}))
        kept.append(Kept(0, (request_key(account_id, client_order_id),), facts))
    return kept


def _order_facts(state: OmsState, order: Order) -> Kept:
    account_id, instrument_id = order.account_id, order.instrument_id
    account = state.accounts[account_id]
    names, execution_ids = request_ids(order), order.execution_ids or ()
    requests = {name: account.requests[name] for name in names}
    booked = account.executions[instrument_id] if execution_ids else {}
    executions = {name: booked[name] for name in execution_ids}
    keys = [request_key(account_id, name) for name in names]
    keys += [execution_key(account_id, instrument_id, name) for name in execution_ids]
    listed = _listed(account, order)
    if listed:
        assert order.instructions is not None
        keys.append(list_key(account_id, order.instructions.list_id))
    children = account.children.get(order.order_id, ())
    family = family_of(state, order)
    facts = _ENCODER.encode(OrderFacts(account_id, order, requests, executions, family, listed, children))
    return Kept(order.order_id, tuple(keys), facts)


def request_ids(order: Order) -> Sequence[str]:
    """Every client id that was used for the order."""
    return (order.client_order_id,) if order.request_ids is None else order.request_ids


def evolve_retired(state: OmsState, event: OrdersRetired) -> None:
    """Let go of what the event names."""
    for order_id in event.order_ids:
        order = state.orders.pop(order_id)
        account = state.accounts[order.account_id]
        for name in request_ids(order):
            del account.requests[name]
        if order.execution_ids is not None:
            executions = account.executions[order.instrument_id]
            for name in order.execution_ids:
                del executions[name]
        if order.instructions is not None:
            account.lists.pop(order.instructions.list_id, None)
        account.children.pop(order_id, None)
    for account_id, name in event.refused:
        account = state.accounts[account_id]
        del account.requests[name], account.refused[name]
    state.retirements += 1


def decode_facts(facts: bytes) -> OrderFacts:
    """What `facts_of` wrote; raises msgspec.MsgspecError for anything else."""
    return _DECODER.decode(facts)


def join_facts(facts: Iterable[bytes]) -> bytes:
    """Facts of several orders, as `RecallOrders` has them."""
    return _ENCODER.encode([msgspec.Raw(each) for each in facts])


def decide_recall(state: OmsState, command: RecallOrders) -> OrdersRecalled:
    """The facts of what is not in memory: who is there already knows better."""
    found = _LIST_DECODER.decode(command.facts)
    missing = [facts for facts in found if not _is_in_memory(state, facts)]
    kept = command.facts if len(missing) == len(found) else _ENCODER.encode(missing)
    return OrdersRecalled(command.now, kept)


def _is_in_memory(state: OmsState, facts: OrderFacts) -> bool:
    if facts.order is not None:
        return facts.order.order_id in state.orders
    requests = state.accounts[facts.account_id].requests
    return any(name in requests for name in facts.requests)


def recalled(event: OrdersRecalled) -> tuple[list[Order], list[tuple[str, str]]]:
    """Copies of the orders that come back, and account and client order id of each refusal that does."""
    found = _LIST_DECODER.decode(event.facts)
    refused = [
        (facts.account_id, name)
        for facts in found
        for name, request in facts.requests.items()
        if facts.order is None and is_refused_order(request)
    ]
    return [facts.order for facts in found if facts.order is not None], refused


def evolve_recalled(state: OmsState, event: OrdersRecalled) -> None:
    """Put back what had left."""
    for facts in _LIST_DECODER.decode(event.facts):
        account = state.accounts[facts.account_id]
        account.requests.update(facts.requests)
        if facts.order is None:
            for name, request in facts.requests.items():
                if is_refused_order(request):
                    account.refused[name] = None
            continue
        order = facts.order
        state.orders[order.order_id] = order
        if facts.listed:
            assert order.instructions is not None
            account.lists[order.instructions.list_id] = facts.listed
        if facts.children:
            account.children[order.order_id] = facts.children
        if facts.executions:
            account.executions.setdefault(order.instrument_id, {}).update(facts.executions)
