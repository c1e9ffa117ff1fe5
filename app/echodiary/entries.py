"""The diary: create, list, read, update and delete entries."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response, status
from fastapi.exceptions import RequestValidationError
from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from echodiary import metrics, paging
from echodiary.database import Session
from echodiary.models import Entry
from echodiary.schemas import EntryIn, EntryOut, EntryPatch, Page, Problem, Responses

router = APIRouter(prefix="/entries", tags=["entries"])
EntryId = Annotated[int, Path(ge=1, lt=2**63)]
# Declared, and looked at by paging: it knows the cursors of the release before as well.
Cursor = Annotated[str | None, Query(json_schema_extra={"anyOf": [{"type": "string", "pattern": paging.FORM}, {"type": "null"}]})]
MISSING: Responses = {status.HTTP_404_NOT_FOUND: {"model": Problem, "description": "There is no such entry."}}
UNREADABLE: Responses = {status.HTTP_400_BAD_REQUEST: {"model": Problem, "description": "The body is no text of any known encoding."}}


@router.post("", status_code=status.HTTP_201_CREATED, response_model=EntryOut, responses=UNREADABLE)
async def create(new: EntryIn, session: Session, response: Response) -> Entry:
    entry = await insert(session, new)
    await session.commit()
    metrics.ENTRIES_CREATED.labels(entry.mood or "none").inc()
    metrics.CHARACTERS.inc(len(entry.title) + len(entry.body))
    response.headers["Location"] = f"/entries/{entry.id}"
    return entry


@router.get("", response_model=Page)
async def list_newest_first(session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: Cursor = None) -> Page:
    """One entry more than asked for is read: it says whether there is another page."""
    query = select(Entry).order_by(Entry.created_at.desc(), Entry.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(tuple_(Entry.created_at, Entry.id) < tuple_(*_place(cursor)))
    found = list(await session.scalars(query))
    page, more = found[:limit], len(found) > limit
    after = paging.encode(paging.Place(page[-1].created_at, page[-1].id)) if more else None
    return Page(items=[EntryOut.model_validate(entry) for entry in page], next_cursor=after)


@router.get("/{entry_id}", response_model=EntryOut, responses=MISSING)
async def read(entry_id: EntryId, session: Session) -> Entry:
    return await _get(session, entry_id)


@router.patch("/{entry_id}", response_model=EntryOut, responses=MISSING | UNREADABLE)
async def update(entry_id: EntryId, patch: EntryPatch, session: Session) -> Entry:
    entry = await change(session, entry_id, patch)
    await session.commit()
    metrics.ENTRIES_UPDATED.inc()
    changes = patch.model_dump(exclude_unset=True)
    metrics.CHARACTERS.inc(sum(len(changes.get(field, "")) for field in ("title", "body")))
    return entry


@router.delete("/{entry_id}", status_code=status.HTTP_204_NO_CONTENT, responses=MISSING)
async def delete(entry_id: EntryId, session: Session) -> None:
    await remove(session, entry_id)
    await session.commit()
    metrics.ENTRIES_DELETED.inc()


# What the routes above do to the database, all but the commit: the route that verifies a release does the same and takes it back.


async def insert(session: AsyncSession, new: EntryIn) -> Entry:
    entry = Entry(**new.model_dump())
    session.add(entry)
    await session.flush()
    await session.refresh(entry)
    return entry


async def change(session: AsyncSession, entry_id: int, patch: EntryPatch) -> Entry:
    entry = await _get(session, entry_id, lock=True)
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(entry, name, value)
    entry.updated_at = await session.scalar(select(func.clock_timestamp())) or entry.updated_at
    await session.flush()
    return entry


async def remove(session: AsyncSession, entry_id: int) -> None:
    await session.delete(await _get(session, entry_id, lock=True))
    await session.flush()


async def _get(session: Session, entry_id: int, lock: bool = False) -> Entry:
    """Locked when it is about to change, so that two writers follow each other instead of failing."""
    entry = await session.get(Entry, entry_id, with_for_update=lock or None)
    if entry is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no entry {entry_id}")
    return entry


def _place(cursor: str) -> paging.Place:
    try:
        return paging.decode(cursor)
    except ValueError:
        said = {
            "type": "value_error",
            "loc": ("query", "cursor"),
            "msg": "not one that this service gave out; start without it",
            "input": cursor,
        }
        raise RequestValidationError([said]) from None
