"""Whose request is this? One indexed query where somebody brings something, none where nobody does."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends, HTTPException, Request, Response, Security, status
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from echodiary.accounts import cookies, keys, store
from echodiary.database import Session
from echodiary.models import FIRST_ACCOUNT, Account, SignedIn, Token
from echodiary.schemas import Problem, Responses
from echodiary.settings import Settings

NOBODY: Responses = {401: {"model": Problem, "description": "Sign in, or bring a token."}}
FORGED: Responses = {403: {"model": Problem, "description": "X-CSRF-Token is missing or not the cookie's."}}
KNOWN: Responses = NOBODY | FORGED
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: how old the note of the last use may get: each use would be a write otherwise
_NOTED = timedelta(days=1)
_bearer = HTTPBearer(auto_error=False, description="A program's token.")
_cookie = APIKeyCookie(name=cookies.SESSION, auto_error=False, description="A browser's session. Unsafe methods need X-CSRF-Token as well.")


class Caller(NamedTuple):
    account: Account
    #: of the browser's session; a program has none
    session_key: bytes | None = None


async def _maybe(
    request: Request,
    response: Response,
    db: Session,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Caller | None:
    """Nobody when nothing is brought; what is brought and is wrong is refused."""
    response.headers["Cache-Control"] = "no-store"
    if bearer is not None:
        return await _by_token(db, bearer.credentials)
    if cookie is not None:
        return await _by_session(db, cookie, request, response)
    return None


async def _known(caller: Annotated[Caller | None, Depends(_maybe)]) -> Caller:
    if caller is None:
        raise nobody("sign in, or bring a token")
    return caller


async def _owner(request: Request, caller: Annotated[Caller | None, Depends(_maybe)]) -> int:
    settings: Settings = request.app.state.settings
    if caller is not None:
        return caller.account.id
    if settings.sign_in == "open":
        return FIRST_ACCOUNT
    raise nobody("sign in, or bring a token")


#: who is known, whatever SIGN_IN says
Known = Annotated[Caller, Depends(_known)]
#: whose entries a request is about
Owner = Annotated[int, Depends(_owner)]


def nobody(why: str) -> HTTPException:
    return HTTPException(status.HTTP_401_UNAUTHORIZED, why, {"WWW-Authenticate": "Bearer"})


async def _by_token(db: AsyncSession, token: str) -> Caller:
    key = keys.key(token)
    found = (
        await db.execute(select(Account, Token.used_at).join(Token, Token.account_id == Account.id).where(Token.key == key))
    ).one_or_none()
    if found is None:
        raise nobody("the token is unknown, or was removed")
    if _is_old(found.used_at):
        # Many requests at once may find it old, and one of them notes it.
        old = (Token.used_at.is_(None)) | (Token.used_at < func.now() - _NOTED)
        await db.execute(update(Token).where(Token.key == key, old).values(used_at=func.now()))
        await db.commit()
    return Caller(found.Account)


async def _by_session(db: AsyncSession, cookie: str, request: Request, response: Response) -> Caller:
    if request.method not in _SAFE:
        _refuse_forged(request, cookie)
    key = keys.key(cookie)
    session = select(Account, SignedIn.used_at).join(SignedIn, SignedIn.account_id == Account.id)
    found = (await db.execute(session.where(SignedIn.key == key, SignedIn.expires_at > func.now()))).one_or_none()
    if found is None:
        raise nobody("the session is over; sign in again")
    if _is_old(found.used_at):
        used = update(SignedIn).where(SignedIn.key == key).values(used_at=func.now(), expires_at=func.now() + store.SESSION)
        await db.execute(used)
        await db.commit()
        cookies.give(response, request.app.state.settings, cookie)
    return Caller(found.Account, key)


def _is_old(used_at: datetime | None) -> bool:
    return used_at is None or datetime.now(UTC) - used_at > _NOTED


def _refuse_forged(request: Request, cookie: str) -> None:
    """Another site's page makes a browser send its cookies, and can read none of them."""
    sent = request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(sent.encode(), keys.csrf(cookie).encode()):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "X-CSRF-Token must be what the cookie echodiary_csrf says")
