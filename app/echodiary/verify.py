"""Can this release write? What users do to an entry, done to one that is never committed.

A deploy asks before it lets a release near users. The application answers with what a user would have got.
"""

from typing import Literal

from fastapi import APIRouter, HTTPException, Request, status
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from echodiary import entries
from echodiary.deadline import within
from echodiary.models import FIRST_ACCOUNT, Entry
from echodiary.schemas import EntryIn, EntryOut, EntryPatch

router = APIRouter(tags=["operations"])
Step = Literal["create", "change", "delete"]


class Verified(BaseModel):
    status: Literal["ok"] = "ok"
    verified: list[Step]


@router.post("/verify", response_model=Verified)
async def verify(request: Request) -> Verified:
    seconds: float = request.app.state.settings.verify_timeout
    try:
        return Verified(verified=await within(seconds, _rolled_back(request.app.state.sessions, seconds)))
    except TimeoutError:
        raise HTTPException(
            status.HTTP_503_SERVICE_UNAVAILABLE, f"not verified within {seconds:g} s; try again", {"Retry-After": "1"}
        ) from None


async def _rolled_back(sessions: async_sessionmaker[AsyncSession], seconds: float) -> list[Step]:
    async with sessions() as session:
        try:
            # The server gives up by itself as well, so that what was given up here holds no lock there.
            await session.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
            return await _steps(session)
        finally:
            await session.rollback()


async def _steps(session: AsyncSession) -> list[Step]:
    created = EntryOut.model_validate(
        await entries.insert(session, FIRST_ACCOUNT, EntryIn(title="verify", body="never committed", mood="neutral"))
    )
    changed = EntryOut.model_validate(await entries.change(session, FIRST_ACCOUNT, created.id, EntryPatch(title="verified", mood=None)))
    _expect("change", (changed.title, changed.body, changed.mood), ("verified", created.body, None))
    await entries.remove(session, FIRST_ACCOUNT, created.id)
    _expect("delete", await session.get(Entry, created.id), None)
    return ["create", "change", "delete"]


def _expect(step: Step, found: object, wanted: object) -> None:
    if found != wanted:
        raise RuntimeError(f"verify: {step} left {found!r} instead of {wanted!r}")
