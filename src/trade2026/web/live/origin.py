"""Whether a connection comes from our own page, and the token its cookie carries."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers

SESSION_COOKIE: Final = "trade2026_session"
_PAGE_SCHEMES: Final = {"ws": "http", "wss": "https"}


def is_own(headers: Headers, scheme: str, allowed: Sequence[str], *, is_required: bool) -> bool:
    """Whether the Origin is this server's own or an allowed one.

    Parameters
    ----------
    scheme : str
        Of the connection: "ws" or "wss".
    allowed : sequence of str
        Other origins, as "https://desk.example".
    is_required : bool
        Whether a connection without an Origin is refused; browsers always send one, other clients need not.
    """
    origins = headers.getlist("origin")
    if not origins:
        return not is_required
    if len(origins) > 1:
        return False
    origin = origins[0].lower()
    if origin in allowed:
        return True
    host = headers.get("host", "").lower()
    return bool(host) and origin == f"{_PAGE_SCHEMES.get(scheme, scheme)}://{host}"
