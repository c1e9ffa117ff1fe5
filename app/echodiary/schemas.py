"""What the API takes and gives."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

Mood = Literal["awful", "bad", "neutral", "good", "great"]
# PostgreSQL's text cannot hold NUL, so it is refused here rather than by the database. A title is more than spaces.
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Body = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]


#: by status: what the API says of answers that are no success
Responses = dict[int | str, dict[str, Any]]


class Problem(BaseModel):
    """Why there is no other answer."""

    detail: str


UNREADABLE: Responses = {400: {"model": Problem, "description": "The body is no text of any known encoding."}}


class EntryIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    body: Body = ""
    mood: Mood | None = None


def _has_no_default(schema: JsonDict) -> None:
    """What is not sent stays as it is: nothing takes its place."""
    schema.pop("default", None)


class EntryPatch(BaseModel):
    """Only the fields that are sent change; `"mood": null` removes the mood."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    title: Title = Field(default="", json_schema_extra=_has_no_default)
    body: Body = Field(default="", json_schema_extra=_has_no_default)
    mood: Mood | None = Field(default=None, json_schema_extra=_has_no_default)

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one of title, body, mood")
        return self


class EntryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    body: str
    mood: Mood | None
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[EntryOut]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next, older page; null on the last.")


class Month(BaseModel):
    month: str = Field(examples=["2026-11"])
    entries: int


class Day(BaseModel):
    day: date
    entries: int
    mood: float | None = Field(description="The mean, from 1 (awful) to 5 (great); null when no entry has one.")


class Statistics(BaseModel):
    entries: int
    characters: int
    moods: dict[str, int]
    days: list[Day] = Field(description="Of the last 90 that have an entry, oldest first; days of UTC.")
    cached: bool = False
