"""What the commands do. Each says in a line what is so now."""

import argparse
import sys

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from echodiary.accounts import keys, store, texts
from echodiary.accounts.mails import Mails
from echodiary.accounts.passwords import HASHER
from echodiary.models import FIRST_ACCOUNT, Account, Entry, Token
from echodiary.settings import Settings

#: entries that change hands in one transaction: nobody who writes waits for more
BATCH = 1000
SHORTEST_PASSWORD, SHORTEST_TOKEN = 10, 32


class RefusedError(Exception):
    """In a line: what is wrong, and what to do."""


async def first(db: AsyncSession, settings: Settings, given: argparse.Namespace) -> str:
    account = await _first(db)
    holder = await store.by_email(db, given.email)
    if holder is not None and holder.id != account.id:
        way = f"give it the entries with: python -m echodiary.accounts move-entries --from first --to {given.email}"
        raise RefusedError(f"{given.email} is account {holder.id} already; {way}")
    account.email, account.verified_at = given.email, account.verified_at or await store.now(db)
    await db.flush()
    if given.password_stdin:
        await store.set_password(db, account.id, HASHER.hash(_from_stdin("password", SHORTEST_PASSWORD)))
        return f"the first account is {given.email}, with that password"
    token = await store.new_link(db, account.id, "reset")
    # Before the mail leaves: its link has to be known.
    await db.commit()
    if settings.mail_url is not None and not settings.mail_url.get_secret_value().startswith("console:"):
        mails = Mails(settings)
        mails.post("reset", account.language, given.email, token)
        await mails.finish(60)
        return f"the first account is {given.email}; a link for its password was sent there"
    link = texts.link(settings.public_url or "", "reset", token)
    return f"the first account is {given.email}; this link sets its password, within an hour: {link}"


async def move_entries(db: AsyncSession, _settings: Settings, given: argparse.Namespace) -> str:
    source, target = await _account(db, given.source), await _account(db, given.target)
    moved = 0
    while source.id != target.id:
        some = select(Entry.id).where(Entry.owner_id == source.id).limit(BATCH)
        ids = (await db.scalars(update(Entry).where(Entry.id.in_(some)).values(owner_id=target.id).returning(Entry.id))).all()
        await db.commit()
        moved += len(ids)
        if not ids:
            break
    return f"{moved} entries moved from {given.source} to {given.target}"


async def token(db: AsyncSession, _settings: Settings, given: argparse.Namespace) -> str:
    account = await _account(db, given.email)
    text = _from_stdin("token", SHORTEST_TOKEN) if given.token_stdin else keys.new().text
    await db.execute(delete(Token).where(Token.account_id == account.id, Token.name == given.name))
    holder = await db.scalar(select(Token.account_id).where(Token.key == keys.key(text)))
    if holder is not None:
        raise RefusedError("that token is in use already under another name: choose another one")
    db.add(Token(key=keys.key(text), account_id=account.id, name=given.name))
    return f"token {given.name} is known" if given.token_stdin else text


async def _account(db: AsyncSession, who: str) -> Account:
    if who == "first":
        return await _first(db)
    found = await store.by_email(db, who)
    if found is None:
        raise RefusedError(f"no account has the address {who}: sign up first, or say first for the first account")
    return found


async def _first(db: AsyncSession) -> Account:
    found = await db.get(Account, FIRST_ACCOUNT)
    if found is None:
        raise RefusedError("the database has no first account: alembic upgrade head makes it")
    return found


def _from_stdin(what: str, shortest: int) -> str:
    text = sys.stdin.readline().rstrip("\r\n")
    if len(text) < shortest:
        raise RefusedError(f"the {what} on standard input has to have at least {shortest} characters")
    return text
