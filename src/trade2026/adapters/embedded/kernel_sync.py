"""Syncs that the Linux kernel does by itself while the event loop goes on: asynchronous I/O and an eventfd.

A thread that syncs takes Python's lock twice for each sync, from a loop that wants it back at once. With 500
syncs a second beside a busy loop that was a tenth of a processor, and a quarter of the longest waits of
orders. The kernel has workers of its own for it (`io_submit` with `IOCB_CMD_FDSYNC`, since Linux 4.18), and
tells through a descriptor when one has ended.

The C library has no functions for these calls: they are made by number. See io_submit(2).
"""

import asyncio
import ctypes
import errno
import os
import platform
import struct
import sys
from typing import Final

MOST: Final = 64
"""Syncs under way at once."""

_CALLS: Final = {
    "x86_64": {"setup": 206, "destroy": 207, "getevents": 208, "submit": 209},
    "aarch64": {"setup": 0, "destroy": 1, "submit": 2, "getevents": 4},
}
_FDSYNC: Final = 3
_TELL_DESCRIPTOR: Final = 1
# `struct iocb` of linux/aio_abi.h: data, key, rw_flags, opcode, priority, descriptor, buffer, length, offset,
# reserved, flags, descriptor to tell. Both machines are little-endian.
_REQUEST: Final = struct.Struct("<QIiHhIQQqQII")
_EVENT: Final = struct.Struct("<QQqq")
"""`struct io_event`: data, address of the request, result, second result."""


class Unsupported(Exception):
    """This system, or this file, does not do it; nothing has begun."""


class KernelSync:
    """Syncs files for one event loop, in which all its methods are called.

    Raises
    ------
    Unsupported
        The system is another one, forbids it or has no room for another context; or the loop has no readers.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        numbers = _CALLS.get(platform.machine()) if sys.platform == "linux" else None
        if numbers is None:
            raise Unsupported(f"{sys.platform} on {platform.machine()}")
        self.loop: Final = loop
        self._numbers: Final = numbers
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.restype = ctypes.c_long
        self._request = ctypes.create_string_buffer(_REQUEST.size)
        self._requests = (ctypes.c_void_p * 1)(ctypes.addressof(self._request))
        self._events = ctypes.create_string_buffer(_EVENT.size * MOST)
        self._pending: dict[int, asyncio.Future[None]] = {}
        self._asked = 0
        self._context = ctypes.c_ulong(0)
        try:
            self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        except OSError as error:  # Out of descriptors: a thread needs none.
            raise Unsupported(f"eventfd: {error.strerror}") from error
        try:
            self._call("setup", ctypes.c_uint(MOST), ctypes.byref(self._context))
        except Unsupported:
            os.close(self._bell)
            raise
        self._is_open = True
        try:
            loop.add_reader(self._bell, self._hear)
        except NotImplementedError as error:
            self.close()
            raise Unsupported("the event loop has no readers") from error

    @property
    def is_full(self) -> bool:
        """Whether as many are under way as can be."""
        return len(self._pending) >= MOST

    def sync(self, descriptor: int) -> "asyncio.Future[None]":
        """Begin to sync the data of a file; the future may have an OSError, as fdatasync raises it.

        Every write that returned before is part of it. The file may be closed meanwhile, and whoever waits
        may stop waiting. Raises Unsupported.
        """
        assert not self.is_full, "the caller looks first"
        self._asked += 1
        _REQUEST.pack_into(
            self._request, 0,
            self._asked, 0, 0, _FDSYNC, 0, descriptor, 0, 0, 0, 0, _TELL_DESCRIPTOR, self._bell,
        )  # fmt: skip
        self._call("submit", self._context, ctypes.c_long(1), self._requests)
        outcome = self._pending[self._asked] = self.loop.create_future()
        return outcome

    def close(self) -> None:
        """Wait for what is under way, and let go; a second call does nothing."""
        if not self._is_open:
            return
        self._is_open = False
        while self._pending:
            self._take(at_least=1)
        self._call("destroy", self._context)
        if not self.loop.is_closed():
            self.loop.remove_reader(self._bell)
        os.close(self._bell)

    def _hear(self) -> None:
        try:
            os.eventfd_read(self._bell)
        except BlockingIOError:  # Heard before.
            return
        self._take(at_least=0)

    def _take(self, *, at_least: int) -> None:
        """Take the outcomes that are there, or wait for so many."""
        fewest, most = ctypes.c_long(at_least), ctypes.c_long(MOST)
        for number in range(self._call("getevents", self._context, fewest, most, self._events, None)):
            asked, _, result, _ = _EVENT.unpack_from(self._events, number * _EVENT.size)
            outcome = self._pending.pop(asked)
            if outcome.done() or self.loop.is_closed():  # Nobody waits any more.
                continue
            if result < 0:
                outcome.set_exception(OSError(-result, os.strerror(-result)))
            else:
                outcome.set_result(None)

    def _call(self, name: str, *values: object) -> int:
        while (found := int(self._syscall(ctypes.c_long(self._numbers[name]), *values))) < 0:
            why = ctypes.get_errno()
            if why != errno.EINTR:
                raise Unsupported(f"io_{name}: {os.strerror(why)}")
        return found
