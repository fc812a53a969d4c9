"""Rows as the desk sends them."""

ORDER = {
    "order_id": 7, "seq": 7, "created_seq": 7, "account_id": "PAPER", "client_order_id": "key-1",
    "trader_id": "ann", "strategy_id": "", "instrument_id": "KO.XNYS", "side": "BUY", "order_type": "MARKET",
    "time_in_force": "DAY", "order_qty": "100", "limit_price": None, "status": "PENDING_NEW", "cum_qty": "0",
    "leaves_qty": "100", "average_price": None, "venue_order_id": "", "pending_order_qty": None,
    "pending_limit_price": None, "text": "", "failures": [], "largest_qty": None,
    "created": "1990-01-02T21:00:00Z", "created_wall": None, "updated": "1990-01-02T21:00:00.123456789Z",
    "updated_wall": None,
}  # fmt: skip


def order(seq: int, **changes: object) -> dict[str, object]:
    return {**ORDER, "seq": seq, "created_seq": seq, "order_id": seq, **changes}
