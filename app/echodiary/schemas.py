"""What the API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Mood = Literal["awful", "bad", "neutral", "good", "great"]
# PostgreSQL's text cannot hold NUL, so it is refused here rather than by the database.
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Body = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]


class EntryIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    body: Body = ""
    mood: Mood | None = None


class EntryPatch(BaseModel):
    """Only the fields that are sent change; `"mood": null` removes the mood."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    body: Body | None = None
    mood: Mood | None = None

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one of title, body, mood")
        for field in ("title", "body"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be null")
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


class Statistics(BaseModel):
    entries: int
    characters: int
    moods: dict[str, int]
    cached: bool = False
