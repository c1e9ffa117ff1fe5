"""Signing in and out."""

from fastapi import APIRouter, HTTPException, Request, Response, status

from echodiary import metrics
from echodiary.accounts import audit, cookies, store
from echodiary.accounts.limiting import address
from echodiary.accounts.schemas import TOO_MANY, UNVERIFIED, WRONG, AccountOut, Credentials, WaysIn
from echodiary.accounts.services import Accounts, Services
from echodiary.accounts.sign_up import new_verification
from echodiary.accounts.who import FORGED, KNOWN, NOBODY, Known
from echodiary.database import Session
from echodiary.models import Account
from echodiary.schemas import UNREADABLE

router = APIRouter(tags=["accounts"])


@router.get("/sign-in")
async def ways_in(services: Services) -> WaysIn:
    return WaysIn(sign_up=services.settings.offers_sign_up, question=services.settings.question_url is not None)


@router.post("/session", responses=WRONG | UNVERIFIED | TOO_MANY | UNREADABLE)
async def sign_in(given: Credentials, request: Request, response: Response, db: Session, services: Services) -> AccountOut:
    await _may_try(services, request, given.email)
    account = await store.by_email(db, given.email)
    # Nobody's connection waits for a hash.
    await db.commit()
    right = await services.passwords.verify(given.password, account.password if account else None)
    if account is None or not right:
        _failed(request, account)
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "no account, or another password", {"WWW-Authenticate": "Bearer"})
    if account.verified_at is None:
        metrics.SIGN_INS.labels("unverified").inc()
        services.background.start(new_verification(services, account))
        raise HTTPException(status.HTTP_403_FORBIDDEN, "the address is not verified; a new link was sent")
    token = await store.begin_session(db, account.id)
    await store.tidy(db)
    await db.commit()
    cookies.give(response, services.settings, token.text)
    response.headers["Cache-Control"] = "no-store"
    metrics.SIGN_INS.labels("ok").inc()
    audit.write("sign-in", request, account.id)
    await services.limits.forgive(services.settings.sign_in_limit_account, "account", given.email)
    return AccountOut.of(account)


@router.get("/session", responses=NOBODY)
async def who_am_i(caller: Known) -> AccountOut:
    return AccountOut.of(caller.account)


@router.delete("/session", status_code=status.HTTP_204_NO_CONTENT, responses=KNOWN)
async def sign_out(caller: Known, request: Request, response: Response, db: Session, services: Services) -> None:
    """Of a browser: a program's token is removed where tokens are."""
    if caller.session_key is not None:
        await store.end_session(db, caller.session_key)
        await db.commit()
    cookies.take(response, services.settings)
    audit.write("sign-out", request, caller.account.id)


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT, responses=NOBODY | FORGED)
async def sign_out_everywhere(caller: Known, request: Request, response: Response, db: Session, services: Services) -> None:
    """Every browser and every program."""
    await store.end_everything(db, caller.account.id)
    await db.commit()
    cookies.take(response, services.settings)
    audit.write("signed out everywhere", request, caller.account.id)


async def _may_try(services: Accounts, request: Request, email: str) -> None:
    settings = services.settings
    try:
        await services.limits.spend(settings.sign_in_limit_address, "address", address(request))
        await services.limits.spend(settings.sign_in_limit_account, "account", email)
    except HTTPException:
        metrics.SIGN_INS.labels("limited").inc()
        audit.write("sign-in failed", request, why="too many tries")
        raise


def _failed(request: Request, account: Account | None) -> None:
    metrics.SIGN_INS.labels("wrong").inc()
    audit.write("sign-in failed", request, account.id if account else None, why="wrong")
