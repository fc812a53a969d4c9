"""The order state as canonical bytes: same state, same bytes, whatever order things were inserted in."""

import msgspec

from trade2026.oms.state import OmsState

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(OmsState)


def encode_state(state: OmsState) -> bytes:
    """MessagePack with sorted keys."""
    return _ENCODER.encode(state)


def decode_state(data: bytes) -> OmsState:
    """Inverse of `encode_state`."""
    return _DECODER.decode(data)
