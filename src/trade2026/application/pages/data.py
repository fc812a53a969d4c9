"""The choice of data by its name, in every form that takes it."""

from typing import Any, Final

from trade2026.application.pages.spec import Source

DATA_SOURCE: Final = Source(path="/data", optional=True)
"""To be called `names` among a page's sources; without it a name is typed."""
DATA_CHOICE: Final[dict[str, Any]] = {
    "x-choices": {"data": "/names/items", "value": "name", "title": "text", "search": True}
}
"""Of a field of a form on such a page."""
