"""The monitor's own count of each order: how much of it may be out, and how much is."""

Key = tuple[str, str]
"""Account and client order id of one request."""


class Part:
    """What left under one client id: its quantity, what was filled of it, whether more may be.

    `asked` has the totals of replaces that the venue has not answered, by their client ids.
    """

    __slots__ = ("asked", "cum_qty", "executions", "is_changed", "is_open", "order_id", "order_qty")

    def __init__(self, order_id: int, order_qty: int) -> None:
        self.order_id = order_id
        self.order_qty = order_qty
        self.cum_qty = 0
        self.asked: dict[Key, int] = {}
        self.executions: set[str] | None = None  # Made with the first: most orders have none yet.
        self.is_open = True
        self.is_changed = False  # The venue took an execution back: what is filled is not counted any more.

    @property
    def out(self) -> int:
        """What may be filled of it in the end; of one that is filled no more, unless a replace is taken."""
        if not self.is_open or self.cum_qty >= self.order_qty:
            return min(self.cum_qty, self.order_qty)
        return max(self.order_qty, *self.asked.values()) if self.asked else self.order_qty


class Parent:
    """An order as it was approved: the largest total, its strategy, and the client ids of its parts."""

    __slots__ = ("keys", "order_qty", "strategy_id")

    def __init__(self, order_qty: int, strategy_id: str) -> None:
        self.order_qty = order_qty
        self.strategy_id = strategy_id
        self.keys: list[Key] = []


class Orders:
    """Orders that are not over by the journal; raw quantities. What is over is forgotten."""

    def __init__(self) -> None:
        self.parents: dict[int, Parent] = {}
        self._parts: dict[Key, Part] = {}

    def allow(self, order_id: int, order_qty: int, strategy_id: str = "") -> None:
        """Approved, up to a total of so much; a smaller total later takes nothing back."""
        parent = self.parents.get(order_id)
        if parent is None:
            self.parents[order_id] = Parent(order_qty, strategy_id)
        else:
            parent.order_qty = max(parent.order_qty, order_qty)

    def left(self, key: Key, order_id: int, order_qty: int) -> str:
        """A new part left; what is wrong with it, "" for nothing."""
        self._add(key, Part(order_id, order_qty))
        return self._excess(order_id)

    def asked(self, key: Key, orig: Key, order_id: int, order_qty: int) -> str:
        """Other terms were asked for; until they are answered the larger total counts."""
        part = self._parts.get(orig)
        if part is None:
            return ""
        part.asked[key] = order_qty
        self._add(key, part)
        return self._excess(order_id)

    def filled(self, key: Key, execution_id: str, last_qty: int) -> str:
        """The venue filled so much of what left under this id; of one not known nothing is said."""
        part = self._parts.get(key)
        if part is None or part.is_changed:
            return ""
        if part.executions is None:
            part.executions = set()
        if execution_id in part.executions:
            return ""
        part.executions.add(execution_id)
        part.cum_qty += last_qty
        if part.cum_qty > max(part.order_qty, *part.asked.values(), 0):
            return f"order {part.order_id}: {part.cum_qty} filled of {part.order_qty} that left"
        return ""

    def ended(self, key: Key) -> None:
        """The venue says that nothing more comes of it."""
        part = self._parts.get(key)
        if part is not None:
            part.is_open = False

    def changed(self, key: Key) -> None:
        """The venue takes an execution of it back, or states it anew."""
        part = self._parts.get(key)
        if part is not None:
            part.is_changed = True
            part.cum_qty = 0

    def replaced(self, key: Key, order_qty: int, *, unasked: bool) -> str:
        """The venue has other terms, an answer to this request or unasked; what is wrong with them."""
        part = self._parts.get(key)
        if part is None or not (unasked or key in part.asked):  # One that repeats itself changes nothing.
            return ""
        part.order_qty = order_qty
        part.asked.pop(key, None)
        return self._excess(part.order_id)

    def refused(self, key: Key) -> None:
        """The venue refused a request to change it."""
        part = self._parts.get(key)
        if part is not None:
            part.asked.pop(key, None)

    def forget(self, order_id: int) -> None:
        """It is over by the journal."""
        parent = self.parents.pop(order_id, None)
        for key in parent.keys if parent is not None else ():
            self._parts.pop(key, None)

    def strategy_of(self, order_id: int) -> str:
        """ "" for none, and for one not known."""
        parent = self.parents.get(order_id)
        return "" if parent is None else parent.strategy_id

    def _add(self, key: Key, part: Part) -> None:
        parent = self.parents.get(part.order_id)
        if parent is not None:  # Else there is nobody to forget it.
            self._parts[key] = part
            parent.keys.append(key)

    def _excess(self, order_id: int) -> str:
        parent = self.parents.get(order_id)
        if parent is None:
            return ""
        if len(parent.keys) == 1:
            out = self._parts[parent.keys[0]].out
        else:  # Each once: those that were replaced have several ids.
            out = sum(part.out for part in dict.fromkeys(self._parts[key] for key in parent.keys))
        if out > parent.order_qty:
            return f"order {order_id}: {out} of it are out, and {parent.order_qty} were approved"
        return ""
