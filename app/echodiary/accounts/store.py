"""What the database does about accounts. Nothing here commits."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from echodiary.accounts import keys
from echodiary.models import FIRST_ACCOUNT, Account, Entry, MailLink, SignedIn, Token

SESSION = timedelta(days=30)
LINK = {"verify": timedelta(hours=24), "reset": timedelta(hours=1)}
#: what is kept of who never followed the link
UNVERIFIED = timedelta(days=7)


async def by_email(db: AsyncSession, email: str) -> Account | None:
    return await db.scalar(select(Account).where(Account.email == email))


async def find_or_make(db: AsyncSession, email: str, password: str | None, language: str) -> Account:
    """Two who sign up with one address at the same time get one account."""
    new = insert(Account).values(email=email, password=password, language=language).on_conflict_do_nothing(index_elements=["email"])
    await db.execute(new)
    return (await db.scalars(select(Account).where(Account.email == email))).one()


async def begin_session(db: AsyncSession, account: int) -> keys.NewToken:
    token = keys.new()
    db.add(SignedIn(key=token.key, account_id=account, expires_at=func.now() + SESSION))
    await db.flush()
    return token


async def end_session(db: AsyncSession, key: bytes) -> None:
    await db.execute(delete(SignedIn).where(SignedIn.key == key))


async def end_sessions(db: AsyncSession, account: int, but: bytes | None = None) -> None:
    ended = delete(SignedIn).where(SignedIn.account_id == account)
    await db.execute(ended if but is None else ended.where(SignedIn.key != but))


async def end_everything(db: AsyncSession, account: int) -> None:
    """Whoever had a way in has none left but the password."""
    for table in (SignedIn, Token, MailLink):
        await db.execute(delete(table).where(table.account_id == account))


async def new_token(db: AsyncSession, account: int, name: str) -> tuple[Token, str]:
    made = keys.new()
    token = Token(key=made.key, account_id=account, name=name)
    db.add(token)
    await db.flush()
    return token, made.text


async def new_link(db: AsyncSession, account: int, purpose: Literal["verify", "reset"], password: str | None = None) -> str:
    made = keys.new()
    db.add(MailLink(key=made.key, account_id=account, purpose=purpose, password=password, expires_at=func.now() + LINK[purpose]))
    await db.flush()
    return made.text


async def knows_link(db: AsyncSession, token: str, purpose: Literal["verify", "reset"]) -> bool:
    known = select(MailLink.key).where(MailLink.key == keys.key(token), MailLink.purpose == purpose, MailLink.expires_at > func.now())
    return await db.scalar(known) is not None


async def use_link(db: AsyncSession, token: str, purpose: Literal["verify", "reset"]) -> tuple[Account, str | None] | None:
    """The account and the password that the link carries; a second time there is none."""
    used = delete(MailLink).where(MailLink.key == keys.key(token), MailLink.purpose == purpose, MailLink.expires_at > func.now())
    row = (await db.execute(used.returning(MailLink.account_id, MailLink.password))).one_or_none()
    if row is None:
        return None
    account = (await db.scalars(select(Account).where(Account.id == row.account_id).with_for_update())).one()
    return account, row.password


async def forget_links(db: AsyncSession, account: int) -> None:
    await db.execute(delete(MailLink).where(MailLink.account_id == account))


async def set_password(db: AsyncSession, account: int, password: str) -> None:
    await db.execute(update(Account).where(Account.id == account).values(password=password))


async def now(db: AsyncSession) -> datetime:
    return (await db.execute(select(func.now()))).scalar_one()


async def remove(db: AsyncSession, account: int) -> None:
    """With all that is its own. The first account's row stays, empty: it is who entries of nobody else belong to."""
    if account != FIRST_ACCOUNT:
        await db.execute(delete(Account).where(Account.id == account))
        return
    await end_everything(db, account)
    await db.execute(delete(Entry).where(Entry.owner_id == account))
    empty = {"email": None, "password": None, "oidc_subject": None, "verified_at": None}
    await db.execute(update(Account).where(Account.id == account).values(empty))


async def tidy(db: AsyncSession) -> None:
    """What is too old to be used; and who signed up, never followed the link and has none left."""
    await db.execute(delete(SignedIn).where(SignedIn.expires_at < func.now()))
    await db.execute(delete(MailLink).where(MailLink.expires_at < func.now()))
    never = (Account.verified_at.is_(None), Account.email.is_not(None), Account.id != FIRST_ACCOUNT)
    left = select(MailLink.key).where(MailLink.account_id == Account.id).exists()
    await db.execute(delete(Account).where(*never, Account.created_at < func.now() - UNVERIFIED, ~left))
