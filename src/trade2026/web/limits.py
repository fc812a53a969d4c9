"""How often someone may ask: token buckets by name or address, in bounded memory."""

from collections import OrderedDict

from trade2026.primitives.time import SECOND_NS


class Buckets:
    """A bucket of tokens for each key; a full one is the same as none.

    Parameters
    ----------
    rate : float
        Tokens a second; 0 for no limit.
    burst : float
        Tokens of a full bucket.
    capacity : int
        Keys remembered; the one that asked longest ago is forgotten first, which only favors it.
    """

    def __init__(self, rate: float, burst: float, capacity: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._capacity = capacity
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, now_ns: int, count: int = 1) -> int:
        """Take tokens of `key` at a monotonic time: 0, or the nanoseconds until there are so many.

        More than a full bucket is given to who has a full one, and has to be made up for afterwards.
        """
        if self._rate <= 0:
            return 0
        tokens, then = self._buckets.get(key, (self._burst, now_ns))
        tokens = min(self._burst, tokens + (now_ns - then) * self._rate / SECOND_NS)
        needed = min(count, max(self._burst, 1))
        wait = 0 if tokens >= needed else int((needed - tokens) / self._rate * SECOND_NS) + 1
        self._buckets[key] = (tokens if wait else tokens - count, now_ns)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._buckets)
