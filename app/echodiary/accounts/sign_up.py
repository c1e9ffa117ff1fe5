"""Signing up, verifying an address, and a password that was forgotten. Every answer is the same whether or not there is an account."""

from fastapi import APIRouter, HTTPException, Request, status

from echodiary.accounts import audit, store
from echodiary.accounts.limiting import address
from echodiary.accounts.schemas import NO_SIGN_UP, OLD_LINK, TOO_MANY, Forgotten, LinkToken, Reset, SignUp
from echodiary.accounts.services import Accounts, Services
from echodiary.database import Session
from echodiary.models import Account
from echodiary.schemas import UNREADABLE

router = APIRouter(tags=["accounts"])


@router.post("/accounts", status_code=status.HTTP_202_ACCEPTED, responses=TOO_MANY | NO_SIGN_UP | UNREADABLE)
async def sign_up(new: SignUp, request: Request, db: Session, services: Services) -> None:
    """The rest happens by mail."""
    if not services.settings.offers_sign_up:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "nobody signs up here")
    await services.limits.spend(services.settings.sign_in_limit_address, "sign-up", address(request))
    # A database that is away is told before anything is promised.
    await _look(db, new.email)
    password = await services.passwords.hash(new.password)
    audit.write("sign-up", request)
    services.background.start(_invite(services, new.email, password, new.language))


@router.post("/accounts/verify", status_code=status.HTTP_204_NO_CONTENT, responses=OLD_LINK)
async def verify(link: LinkToken, request: Request, db: Session) -> None:
    found = await store.use_link(db, link.token, "verify")
    if found is None:
        raise _old_link()
    account, password = found
    if account.verified_at is None:
        account.verified_at, account.password = await store.now(db), password or account.password
        await db.flush()
        await store.forget_links(db, account.id)
    await db.commit()
    audit.write("verified", request, account.id)


@router.post("/password/forgotten", status_code=status.HTTP_202_ACCEPTED, responses=TOO_MANY | UNREADABLE)
async def forgotten(who: Forgotten, request: Request, db: Session, services: Services) -> None:
    await services.limits.spend(services.settings.sign_in_limit_address, "forgotten", address(request))
    await _look(db, who.email)
    services.background.start(_remind(services, who.email))


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT, responses=OLD_LINK)
async def reset(new: Reset, request: Request, db: Session, services: Services) -> None:
    """Who follows the link has the address; every browser that was signed in is not any more."""
    if not await store.knows_link(db, new.token, "reset"):
        raise _old_link()
    # Nobody's connection waits for a hash.
    await db.commit()
    password = await services.passwords.hash(new.password)
    found = await store.use_link(db, new.token, "reset")
    if found is None:
        raise _old_link()
    account, _ = found
    account.password, account.verified_at = password, account.verified_at or await store.now(db)
    await db.flush()
    await store.end_sessions(db, account.id)
    await store.forget_links(db, account.id)
    await db.commit()
    audit.write("password reset", request, account.id)


def _old_link() -> HTTPException:
    return HTTPException(status.HTTP_400_BAD_REQUEST, "the link is unknown, was used, or is too old; ask for a new one")


async def _look(db: Session, email: str) -> None:
    await store.by_email(db, email)
    await db.commit()


async def _invite(services: Accounts, email: str, password: str, language: str) -> None:
    if await too_many_mails(services, email):
        return
    async with services.sessions() as db:
        await store.tidy(db)
        account = await store.find_or_make(db, email, password, language)
        if account.verified_at is None:
            token = await store.new_link(db, account.id, "verify", password)
        else:
            token = await store.new_link(db, account.id, "reset")
        await db.commit()
    services.mails.post("verify" if account.verified_at is None else "known", account.language, email, token)


async def _remind(services: Accounts, email: str) -> None:
    async with services.sessions() as db:
        account = await store.by_email(db, email)
        if account is None or await too_many_mails(services, email):
            return
        token = await store.new_link(db, account.id, "reset")
        await db.commit()
    services.mails.post("reset", account.language, email, token)


async def new_verification(services: Accounts, account: Account) -> None:
    """For who has the password, and not the mail any more."""
    if account.email is None or await too_many_mails(services, account.email):
        return
    async with services.sessions() as db:
        token = await store.new_link(db, account.id, "verify", account.password)
        await db.commit()
    services.mails.post("verify", account.language, account.email, token)


async def too_many_mails(services: Accounts, email: str) -> bool:
    """Nobody fills somebody else's mailbox."""
    return await services.limits.wait(services.settings.mail_limit, "mail", email) > 0
