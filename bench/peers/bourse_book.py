# pip: bourse==0.4.0 numpy
"""Operations a CPU second of bourse's order book on a stream that is handed in: places and cancels.

Its queue is sorted by price and time, so the clock is moved on before every order.
"""

import argparse
import importlib.metadata
import json
import statistics
import time

from bourse.core import OrderBook

parser = argparse.ArgumentParser()
parser.add_argument("stream", help="JSON: two lists of [op, order, side, price, quantity]")
parser.add_argument("--reps", type=int, required=True)
arguments = parser.parse_args()
with open(arguments.stream) as file:
    before, timed = json.load(file)


def play(book, numbers, rows):
    """The rows, on a book that is there."""
    place, cancel, set_time = book.place_order, book.cancel_order, book.set_time
    for op, order_id, side, price, quantity in rows:
        if op == 2:
            cancel(numbers[order_id])
        else:
            set_time(order_id)
            numbers[order_id] = place(side == 0, quantity, 0, price=price)


rates = []
touch = None
for _ in range(arguments.reps):
    book, numbers = OrderBook(0, 1), {}
    play(book, numbers, before)
    begin = time.process_time()
    play(book, numbers, timed)
    rates.append(len(timed) / (time.process_time() - begin))
    touch = list(map(int, book.bid_ask()))
print(
    json.dumps(
        {
            "version": importlib.metadata.version("bourse"),
            "ops_per_cpu_s": round(statistics.median(rates)),
            "ops_per_cpu_s_min": round(min(rates)),
            "ops_per_cpu_s_max": round(max(rates)),
            "touch": touch,
        }
    )
)
