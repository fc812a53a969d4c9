"""All pages, checked once when this module is imported, and their JSON with its entity tag."""

from hashlib import sha256
from typing import Final

import msgspec

from trade2026.application.pages import (
    analyses,
    backtests,
    home,
    ops,
    oversight,
    portfolio,
    sim,
    strategies,
    trade,
)
from trade2026.application.pages.check import check_pages
from trade2026.application.pages.spec import PageSpec

_PAGES: Final = check_pages(
    (
        home.HOME,
        *trade.PAGES,
        *portfolio.PAGES,
        *analyses.PAGES,
        *strategies.PAGES,
        *backtests.PAGES,
        *sim.PAGES,
        *ops.PAGES,
        *oversight.PAGES,
    )
)
_LIST: Final = msgspec.json.encode(_PAGES)
_TAG: Final = sha256(_LIST).hexdigest()[:32]
_JSON: Final = b'{"pages":' + _LIST + b',"etag":"' + _TAG.encode() + b'"}'


def pages() -> tuple[PageSpec, ...]:
    """Every page, in the order of the navigation."""
    return _PAGES


def pages_json() -> bytes:
    """The answer to GET /ui/pages: {"pages": [...], "etag": TAG}; the same bytes for the same pages."""
    return _JSON


def pages_etag() -> str:
    """The value of the ETag header for `pages_json`, in its quotes."""
    return f'"{_TAG}"'
