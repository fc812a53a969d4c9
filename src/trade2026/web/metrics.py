"""Figures for Prometheus: requests by route, orders by outcome, and how far the parts of the desk are."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """All figures of the process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "trade2026_http_request_seconds", "Time from request to answer, by route template and status.",
            ("method", "route", "status"), buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self._orders = Counter(
            "trade2026_orders", "Requests about orders, by what was asked and how it was answered.",
            ("request", "outcome"), registry=registry,
        )  # fmt: skip
        self._gauges = {
            name: Gauge(f"trade2026_{name}", text, registry=registry)
            for name, text in (
                ("journal_seq", "Highest number of the journal this process knows to be durable."),
                ("read_model_seq", "Last number of the journal that the read models show."),
                ("read_model_lag", "Numbers of the journal that the read models have yet to show."),
                ("feed_age_seconds", "Real time since the feed last told something; NaN before that."),
                ("websocket_clients", "Open connections of the live socket."),
                ("core_connected", "1 while the trading core answers, else 0."),
                ("runner_connected", "1 while the runner answers, else 0."),
            )
        }
        self._observed: dict[tuple[str, str, int], Histogram] = {}
        self._counted: dict[tuple[str, str], Counter] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; `route` is the template, never the path, so that there are few of them."""
        key = method, route, status
        found = self._observed.get(key)
        if found is None:
            found = self._observed[key] = self._requests.labels(method, route, str(status))
        found.observe(seconds)

    def count_order(self, request: str, outcome: str, count: int = 1) -> None:
        """Requests about orders and their outcome: "submit", "approved"."""
        key = request, outcome
        found = self._counted.get(key)
        if found is None:
            found = self._counted[key] = self._orders.labels(request, outcome)
        found.inc(count)

    def set(self, name: str, value: float) -> None:
        """Set a figure that is read when it is asked for."""
        self._gauges[name].set(value)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
