"""Binary frames: a few bytes of one subscription before bytes that are shared by all who see the same.

A frame is a msgpack map whose first two fields, `s` and `q`, belong to the subscription. The rest is
encoded once and joined behind them, so that a frame for a thousand clients costs one encoding and a
thousand short copies.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from trade2026.web.live.topics import View

_encoder: Final = msgspec.msgpack.Encoder()

_S: Final = b"\xa1s"
_Q: Final = b"\xa1q"
_CONFLATED_HEADER: Final = b"\x87"  # A map of seven: s, q and the five of `conflated_tail`.
_ROWS_HEADER: Final = b"\x84"  # A map of four: s, q and the two of `rows_tail`.


def conflated_head(subscription_id: int) -> bytes:
    """The bytes before `q` of every conflated frame of a subscription."""
    return _CONFLATED_HEADER + _S + _encoder.encode(subscription_id) + _Q


def rows_head(subscription_id: int) -> bytes:
    """The bytes before `q` of every state or lossless frame of a subscription."""
    return _ROWS_HEADER + _S + _encoder.encode(subscription_id) + _Q


def join(head: bytes, q: int, tail: bytes) -> bytes:
    """A whole frame."""
    return b"".join((head, _encoder.encode(q), tail))


def conflated_tail(
    t_ms: float,
    *,
    is_snapshot: bool,
    indices: npt.NDArray[np.uint32],
    columns: Mapping[str, npt.NDArray[np.float64]],
) -> bytes:
    """The shared part of a conflated frame.

    Parameters
    ----------
    t_ms : float
        When it was encoded, milliseconds since 1970.
    indices : shape (n_rows,)
        Which rows, as positions in the list of keys.
    columns : each of shape (n_rows,)
        Values in the order of `indices`; NaN is unknown.
    """
    encoded = _encoder.encode(
        {
            "t": t_ms,
            "n": int(indices.size),
            "snap": is_snapshot,
            "k": indices.astype("<u4", copy=False).tobytes(),
            "c": {name: values.astype("<f8", copy=False).tobytes() for name, values in columns.items()},
        }
    )
    return encoded[1:]  # Without the header of the map: it is part of the head.


def rows_tail(packed: Sequence[bytes], *, is_snapshot: bool) -> bytes:
    """The shared part of a state or lossless frame, from rows encoded by `pack`."""
    return _encoder.encode({"snap": is_snapshot, "rows": [msgspec.Raw(row) for row in packed]})[1:]


def pack(view: View) -> bytes:
    """A row with the names and values of its JSON: times and decimals are text, as REST sends them."""
    return _encoder.encode(msgspec.to_builtins(view))
