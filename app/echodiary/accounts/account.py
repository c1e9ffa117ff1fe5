"""What somebody does with their account: change it, take everything along, leave."""

from fastapi import APIRouter, HTTPException, Request, Response, status
from fastapi.responses import StreamingResponse

from echodiary import metrics
from echodiary.accounts import audit, cookies, export, store
from echodiary.accounts.schemas import REFUSED, TOO_MANY, AccountOut, ChangedPassword, Confirmed, NewLanguage
from echodiary.accounts.services import Accounts, Services
from echodiary.accounts.who import NOBODY, Known
from echodiary.database import Session
from echodiary.models import Account
from echodiary.schemas import UNREADABLE

router = APIRouter(prefix="/account", tags=["accounts"])


@router.patch("", responses=NOBODY | REFUSED | TOO_MANY | UNREADABLE)
async def change(patch: NewLanguage | ChangedPassword, caller: Known, request: Request, db: Session, services: Services) -> AccountOut:
    """A new password ends every other session."""
    account = caller.account
    if isinstance(patch, NewLanguage):
        account.language = patch.language
        await db.commit()
        return AccountOut.of(account)
    # Nobody's connection waits for a hash.
    await db.commit()
    await _confirm(services, account, patch.password)
    await store.set_password(db, account.id, await services.passwords.hash(patch.new_password))
    await store.end_sessions(db, account.id, but=caller.session_key)
    await store.forget_links(db, account.id)
    await db.commit()
    audit.write("password changed", request, account.id)
    return AccountOut.of(account)


@router.get(
    "/export", response_class=StreamingResponse, responses=NOBODY | {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
)
async def take_along(caller: Known, request: Request, services: Services) -> StreamingResponse:
    """Everything of this account."""
    audit.write("export", request, caller.account.id)
    headers = {"Content-Disposition": 'attachment; filename="echodiary.json"', "Cache-Control": "no-store"}
    return StreamingResponse(export.everything(services.sessions, caller.account), media_type="application/json", headers=headers)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=NOBODY | REFUSED | TOO_MANY | UNREADABLE)
async def leave(given: Confirmed, caller: Known, request: Request, response: Response, db: Session, services: Services) -> None:
    """Entries, sessions and tokens go with it."""
    await db.commit()
    await _confirm(services, caller.account, given.password)
    await store.remove(db, caller.account.id)
    await db.commit()
    cookies.take(response, services.settings)
    audit.write("account deleted", request, caller.account.id)


async def _confirm(services: Accounts, account: Account, password: str | None) -> None:
    """Whoever finds a browser open does not get further than reading."""
    if account.password is None:
        return
    limit = services.settings.sign_in_limit_account
    await services.limits.spend(limit, "confirm", str(account.id))
    if not await services.passwords.verify(password or "", account.password):
        metrics.SIGN_INS.labels("wrong").inc()
        raise HTTPException(status.HTTP_403_FORBIDDEN, "the password is wrong")
    await services.limits.forgive(limit, "confirm", str(account.id))
