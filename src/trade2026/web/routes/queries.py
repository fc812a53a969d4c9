"""Queries and bodies that many routes take: strict, bounded, and unknown fields refused."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from trade2026.application.identity.passwords import LENGTH_MAX, LENGTH_MIN
from trade2026.application.period import parse_period
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX
from trade2026.web.errors import invalid

IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._:/+-]*$"


class Strict(BaseModel):
    """A body: no field that is not named, no value that is nearly of its type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Empty(Strict):
    """A body without fields; may be left out."""


class Loose(BaseModel):
    """A query: texts become numbers, fields that are not named are refused."""

    model_config = ConfigDict(extra="forbid")


class Paged(Loose):
    """A part of a list: at most `limit` items, from `cursor`, the `next_cursor` of the part before."""

    limit: int = Field(100, ge=1, le=1000, description="At most so many items.")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the part before.")


class Nothing(Loose):
    """A query without parameters."""


Id = Annotated[str, Field(min_length=1, max_length=64, pattern=IDENTIFIER)]
Text = Annotated[str, Field(max_length=500)]
NewPassword = Annotated[
    str,
    # The rule is identity's, whose words are better; the bound here only keeps hashing cheap.
    Field(
        min_length=1,
        max_length=1024,
        json_schema_extra={"minLength": LENGTH_MIN, "maxLength": LENGTH_MAX, "format": "password"},
    ),
]
OrderId = Annotated[int, Path(ge=1, le=INT64_MAX, description="The platform's number of the order.")]
Name = Annotated[str, Path(min_length=1, max_length=64)]
NoQuery = Annotated[Nothing, Query()]


class Span(Loose):
    """From `start` to before `end`: days (YYYY-MM-DD; the last one included) or instants with a zone."""

    start: str | None = Field(None, max_length=40, examples=["1990-01-02"])
    end: str | None = Field(None, max_length=40, examples=["1990-12-31"])

    def bounds(self) -> tuple[int | None, int | None]:
        """UTC nanoseconds [start, end); raises ProblemRaised naming the field."""
        try:
            return parse_period(self.start or "", self.end or "")
        except InputError as error:
            text = str(error).replace("--from", "start").replace("--to", "end")
            field = "end" if text.startswith("end") else "start"
            raise invalid(field, text, getattr(self, field), "give a day as YYYY-MM-DD") from None
        except OverflowError:
            raise invalid("start", "start and end must be days a calendar has") from None


def plain(parameters: dict[str, Any]) -> str:
    """A JSON object as text, for those that read it again."""
    import msgspec

    return msgspec.json.encode(parameters).decode()
