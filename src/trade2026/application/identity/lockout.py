"""How long somebody who keeps giving wrong passwords waits: by name and address, and by address.

An attempt counts as failed when it begins and is forgiven when it succeeds, so that a hundred at once count
as a hundred. A name is never locked as such: who attacks it from one address cannot keep its owner out at
another.
"""

import hashlib
import ipaddress
from collections import OrderedDict
from typing import Final

from trade2026.primitives.errors import LockedOut
from trade2026.primitives.time import HOUR_NS, MINUTE_NS, SECOND_NS

PAIR_FREE: Final = 5
PAIR_DELAY_MAX_NS: Final = 15 * MINUTE_NS
ADDRESS_FREE: Final = 40
ADDRESS_DELAY_MAX_NS: Final = MINUTE_NS
ENTRIES_MAX: Final = 20_000
"""Of each kind; beyond it the ones that failed longest ago are forgotten."""
_FIRST_DELAY_NS: Final = SECOND_NS
_FORGET_NS: Final = 12 * HOUR_NS
_KEY_BYTES: Final = 16


class LockOut:
    """The memory of failed attempts. Times are of the monotonic clock; a restart forgets."""

    def __init__(self) -> None:
        """Nobody has failed yet."""
        self._pairs = _Failures(PAIR_FREE, PAIR_DELAY_MAX_NS)
        self._addresses = _Failures(ADDRESS_FREE, ADDRESS_DELAY_MAX_NS)
        self._trusted: OrderedDict[bytes, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pairs) + len(self._addresses) + len(self._trusted)

    def begin(self, name: str, address: str, now: int) -> None:
        """Count an attempt as failed. Raises LockedOut, and counts nothing, when it comes too early.

        Who logged in from there before does not wait for what others do at the same address.
        """
        pair, place = _key(name, address), _key("", address)
        wait = self._pairs.wait(pair, now)
        if pair not in self._trusted:
            wait = max(wait, self._addresses.wait(place, now))
        if wait > 0:
            raise LockedOut(
                f"too many failed attempts from here; try again in {-(-wait // SECOND_NS)} seconds",
                retry_after_ns=wait,
            )
        self._pairs.count(pair, now)
        self._addresses.count(place, now)

    def forgive(self, name: str, address: str) -> None:
        """The attempt succeeded."""
        pair = _key(name, address)
        self._pairs.forget(pair)
        self._addresses.take_back(_key("", address))
        self.trust(name, address)

    def take_back(self, name: str, address: str) -> None:
        """The attempt was not looked at after all."""
        self._pairs.take_back(_key(name, address))
        self._addresses.take_back(_key("", address))

    def trust(self, name: str, address: str) -> None:
        """Remember that the user logged in from there."""
        pair = _key(name, address)
        self._trusted[pair] = None
        self._trusted.move_to_end(pair)
        if len(self._trusted) > ENTRIES_MAX:
            self._trusted.popitem(last=False)

    def is_trusted(self, name: str, address: str) -> bool:
        """Whether the user logged in from there before."""
        return _key(name, address) in self._trusted


class _Failures:
    """Count and time of the latest failure, by key."""

    def __init__(self, free: int, delay_max_ns: int) -> None:
        self._free, self._delay_max_ns = free, delay_max_ns
        self._entries: OrderedDict[bytes, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def wait(self, key: bytes, now: int) -> int:
        """Nanoseconds until the next attempt is looked at; not positive: now."""
        count, latest = self._entries.get(key, (0, now))
        over = count - self._free
        if over < 0:
            return 0
        delay = min(_FIRST_DELAY_NS << min(over, 40), self._delay_max_ns)
        return latest + delay - now

    def count(self, key: bytes, now: int) -> None:
        """One more failure."""
        count, latest = self._entries.get(key, (0, now))
        self._entries[key] = (1 if now - latest > _FORGET_NS else count + 1, now)
        self._entries.move_to_end(key)
        if len(self._entries) > ENTRIES_MAX:
            self._entries.popitem(last=False)

    def take_back(self, key: bytes) -> None:
        """One failure less."""
        count, latest = self._entries.get(key, (0, 0))
        if count > 1:
            self._entries[key] = (count - 1, latest)
        else:
            self._entries.pop(key, None)

    def forget(self, key: bytes) -> None:
        """None at all."""
        self._entries.pop(key, None)


def fold_address(address: str) -> str:
    """What counts as one address: IPv4 whole, of IPv6 the first 64 bits, anything else as it is."""
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False).network_address) + "/64"
    return str(parsed)


def _key(name: str, address: str) -> bytes:
    """The same few bytes however long the texts are."""
    digest = hashlib.blake2b(digest_size=_KEY_BYTES)
    for part in (name, address):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(4, "big"))
        digest.update(data)
    return digest.digest()
