"""Requests over REST: each is sent once, signed, and comes to an answer, a definite no, or nothing known."""

from collections.abc import Mapping

import httpx

from trade2026.adapters.venues.binance.config import BinanceConfig
from trade2026.adapters.venues.binance.errors import error_of, unreachable
from trade2026.adapters.venues.binance.signing import Signer, signed_query
from trade2026.ports.clock import Clock
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MILLISECOND_NS

_WITH_BODY = frozenset({"POST", "PUT"})


class Rest:
    """A client of one host with one key; it connects when it is used, and again after `close`."""

    def __init__(self, config: BinanceConfig, signer: Signer, clock: Clock) -> None:
        self._config, self._signer, self._clock = config, signer, clock
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Let go of all connections; requests under way fail."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def public(self, path: str) -> bytes:
        """The body of an answer to what anybody may ask.

        Raises
        ------
        Refused, RateLimited, VenueUnreachable
            As `errors.error_of` has it; VenueUnreachable where no answer came, or no whole one.
        """
        return await self._send("GET", path, "")

    async def signed(
        self, method: str, path: str, params: Mapping[str, str], stamp_ns: int | None = None
    ) -> bytes:
        """The same, of what only the account may ask; `stamp_ns` (now, without one) is when it was asked."""
        stamp_ns = self._clock.now_ns() if stamp_ns is None else stamp_ns
        stamped = {
            **params, "recvWindow": str(self._config.recv_window_ms),
            "timestamp": str(stamp_ns // MILLISECOND_NS),
        }  # fmt: skip
        return await self._send(method, path, signed_query(self._signer, stamped))

    async def _send(self, method: str, path: str, query: str) -> bytes:
        url, content, headers = path, None, {"X-MBX-APIKEY": self._signer.api_key} if query else {}
        if method in _WITH_BODY:
            content = query.encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif query:
            url = f"{path}?{query}"
        try:
            answer = await self._connected().request(method, url, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            words = f"{method} {path}: {type(error).__name__}"  # Its own words may have the whole address.
            raise unreachable(words) from None
        if answer.status_code == 200:
            return answer.content
        raise error_of(answer.status_code, answer.content, answer.headers.get("retry-after"))

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            config = self._config
            try:
                self._client = httpx.AsyncClient(
                    base_url=config.hosts.rest_url, timeout=config.request_timeout_ms / 1_000,
                    trust_env=False, proxy=config.proxy or None, follow_redirects=False,
                )  # fmt: skip
            except ValueError as error:
                raise InputError(f"proxy cannot be used: {error}") from None
        return self._client
