"""The diary: create, list, read, update and delete entries."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response, status
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from echodiary import metrics, paging
from echodiary.accounts.who import KNOWN, NOBODY, Owner
from echodiary.database import Session
from echodiary.models import Entry
from echodiary.schemas import UNREADABLE, EntryIn, EntryOut, EntryPatch, Month, Page, Problem, Responses

router = APIRouter(prefix="/entries", tags=["entries"])
EntryId = Annotated[int, Path(ge=1, lt=2**63)]
# Declared, and looked at by paging: it knows the cursors of the release before as well.
Cursor = Annotated[str | None, Query(json_schema_extra={"anyOf": [{"type": "string", "pattern": paging.FORM}, {"type": "null"}]})]
# Reads the entries of one account, which are few enough.
Searched = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="Stands in title or body.")]
InMonth = Annotated[str | None, Query(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$", description="Of UTC.", examples=["2026-11"])]
MISSING: Responses = {status.HTTP_404_NOT_FOUND: {"model": Problem, "description": "There is no such entry."}}


@router.post("", status_code=status.HTTP_201_CREATED, response_model=EntryOut, responses=UNREADABLE | KNOWN)
async def create(new: EntryIn, owner: Owner, session: Session, response: Response) -> Entry:
    entry = await insert(session, owner, new)
    await session.commit()
    metrics.ENTRIES_CREATED.labels(entry.mood or "none").inc()
    metrics.CHARACTERS.inc(len(entry.title) + len(entry.body))
    response.headers["Location"] = f"/entries/{entry.id}"
    return entry


@router.get("", response_model=Page, responses=NOBODY)
async def list_newest_first(
    owner: Owner,
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Cursor = None,
    q: Searched = None,
    month: InMonth = None,
) -> Page:
    """One entry more than asked for is read: it says whether there is another page."""
    query = _found(owner, q, month).order_by(Entry.created_at.desc(), Entry.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(tuple_(Entry.created_at, Entry.id) < tuple_(*_place(cursor)))
    found = list(await session.scalars(query))
    page, more = found[:limit], len(found) > limit
    after = paging.encode(paging.Place(page[-1].created_at, page[-1].id)) if more else None
    return Page(items=[EntryOut.model_validate(entry) for entry in page], next_cursor=after)


@router.get("/months", responses=NOBODY)
async def months(owner: Owner, session: Session) -> list[Month]:
    """Those that have entries, newest first; months of UTC."""
    month = func.to_char(func.timezone("UTC", Entry.created_at), "YYYY-MM")
    rows = await session.execute(select(month, func.count()).where(Entry.owner_id == owner).group_by(month).order_by(month.desc()))
    return [Month(month=name, entries=count) for name, count in rows]


@router.api_route("/months", methods=["PATCH", "DELETE"], include_in_schema=False)
async def no_entry_of_that_name() -> None:
    """The routes below would take the word for an entry's number."""
    raise HTTPException(status.HTTP_405_METHOD_NOT_ALLOWED)


@router.get("/{entry_id}", response_model=EntryOut, responses=MISSING | NOBODY)
async def read(entry_id: EntryId, owner: Owner, session: Session) -> Entry:
    return await _get(session, owner, entry_id)


@router.patch("/{entry_id}", response_model=EntryOut, responses=MISSING | UNREADABLE | KNOWN)
async def update(entry_id: EntryId, patch: EntryPatch, owner: Owner, session: Session) -> Entry:
    entry = await change(session, owner, entry_id, patch)
    await session.commit()
    metrics.ENTRIES_UPDATED.inc()
    changes = patch.model_dump(exclude_unset=True)
    metrics.CHARACTERS.inc(sum(len(changes.get(field, "")) for field in ("title", "body")))
    return entry


@router.delete("/{entry_id}", status_code=status.HTTP_204_NO_CONTENT, responses=MISSING | KNOWN)
async def delete(entry_id: EntryId, owner: Owner, session: Session) -> None:
    await remove(session, owner, entry_id)
    await session.commit()
    metrics.ENTRIES_DELETED.inc()


# What the routes above do to the database, all but the commit: the route that verifies a release does the same and takes it back.


async def insert(session: AsyncSession, owner: int, new: EntryIn) -> Entry:
    entry = Entry(owner_id=owner, **new.model_dump())
    session.add(entry)
    await session.flush()
    await session.refresh(entry)
    return entry


async def change(session: AsyncSession, owner: int, entry_id: int, patch: EntryPatch) -> Entry:
    entry = await _get(session, owner, entry_id, lock=True)
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(entry, name, value)
    entry.updated_at = await session.scalar(select(func.clock_timestamp())) or entry.updated_at
    await session.flush()
    return entry


async def remove(session: AsyncSession, owner: int, entry_id: int) -> None:
    await session.delete(await _get(session, owner, entry_id, lock=True))
    await session.flush()


async def _get(session: AsyncSession, owner: int, entry_id: int, lock: bool = False) -> Entry:
    """Locked when it is about to change, so that two writers follow each other instead of failing. Somebody else's is not there."""
    query = select(Entry).where(Entry.id == entry_id, Entry.owner_id == owner)
    entry = await session.scalar(query.with_for_update() if lock else query)
    if entry is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no entry {entry_id}")
    return entry


def _found(owner: int, q: str | None, month: str | None) -> Select[Entry]:
    query = select(Entry).where(Entry.owner_id == owner)
    if q is not None:
        query = query.where(or_(Entry.title.icontains(q, autoescape=True), Entry.body.icontains(q, autoescape=True)))
    if month is not None:
        year, number = int(month[:4]), int(month[5:])
        following = (year + 1, 1) if number == 12 else (year, number + 1)
        query = query.where(
            Entry.created_at >= datetime(year, number, 1, tzinfo=UTC), Entry.created_at < datetime(*following, 1, tzinfo=UTC)
        )
    return query


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
