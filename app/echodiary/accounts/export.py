"""Everything of one account as JSON, written page by page: a diary of a lifetime takes no more memory than one of a day."""

import json
from collections.abc import AsyncIterator

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from echodiary.accounts.schemas import AccountOut, TokenOut
from echodiary.models import Account, Entry, SignedIn, Token
from echodiary.schemas import EntryOut

PAGE = 200


async def everything(sessions: async_sessionmaker[AsyncSession], account: Account) -> AsyncIterator[str]:
    yield f'{{"account": {AccountOut.of(account).model_dump_json()}'
    async with sessions() as db:
        tokens = await db.scalars(select(Token).where(Token.account_id == account.id).order_by(Token.id))
        yield f', "tokens": [{", ".join(TokenOut.model_validate(token).model_dump_json() for token in tokens)}]'
        signed_in = await db.scalars(select(SignedIn).where(SignedIn.account_id == account.id).order_by(SignedIn.created_at))
        yield f', "sessions": {json.dumps([_session(one) for one in signed_in])}'
    yield ', "entries": ['
    async for part in _entries(sessions, account.id):
        yield part
    yield "]}\n"


def _session(one: SignedIn) -> dict[str, str]:
    times = {"created_at": one.created_at, "used_at": one.used_at, "expires_at": one.expires_at}
    return {name: time.isoformat() for name, time in times.items()}


async def _entries(sessions: async_sessionmaker[AsyncSession], owner: int) -> AsyncIterator[str]:
    """Each page on its own: a client that reads slowly holds no connection."""
    query = select(Entry).where(Entry.owner_id == owner).order_by(Entry.created_at, Entry.id).limit(PAGE)
    next_page, before = query, ""
    while True:
        async with sessions() as db:
            page = [EntryOut.model_validate(entry) for entry in await db.scalars(next_page)]
        if not page:
            return
        yield before + ",\n".join(entry.model_dump_json() for entry in page)
        next_page = query.where(tuple_(Entry.created_at, Entry.id) > tuple_(page[-1].created_at, page[-1].id))
        before = ",\n"
