"""Tokens of programs: what a command line, a phone or a gate brings instead of a cookie."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, status
from sqlalchemy import delete, func, select

from echodiary.accounts import audit, store
from echodiary.accounts.schemas import NO_TOKEN, TokenIn, TokenMade, TokenOut
from echodiary.accounts.who import KNOWN, NOBODY, Known
from echodiary.database import Session
from echodiary.models import Token
from echodiary.schemas import UNREADABLE, Problem, Responses

router = APIRouter(prefix="/tokens", tags=["accounts"])
#: of one account
MOST = 100
FULL: Responses = {409: {"model": Problem, "description": f"There are {MOST} tokens already."}}


@router.get("", responses=NOBODY)
async def list_tokens(caller: Known, db: Session) -> list[TokenOut]:
    found = await db.scalars(select(Token).where(Token.account_id == caller.account.id).order_by(Token.id))
    return [TokenOut.model_validate(token) for token in found]


@router.post("", status_code=status.HTTP_201_CREATED, responses=KNOWN | FULL | UNREADABLE)
async def make(new: TokenIn, caller: Known, request: Request, db: Session) -> TokenMade:
    there = await db.scalar(select(func.count()).where(Token.account_id == caller.account.id))
    if (there or 0) >= MOST:
        raise HTTPException(status.HTTP_409_CONFLICT, f"there are {MOST} tokens already; remove one that is not used any more")
    token, text = await store.new_token(db, caller.account.id, new.name)
    await db.commit()
    audit.write("token made", request, caller.account.id, token=str(token.id))
    return TokenMade(id=token.id, name=token.name, token=text)


@router.delete("/{token_id}", status_code=status.HTTP_204_NO_CONTENT, responses=KNOWN | NO_TOKEN)
async def remove(token_id: Annotated[int, Path(ge=1, lt=2**63)], caller: Known, request: Request, db: Session) -> None:
    own = (Token.id == token_id, Token.account_id == caller.account.id)
    removed = await db.scalar(delete(Token).where(*own).returning(Token.id))
    if removed is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no token {token_id}")
    await db.commit()
    audit.write("token removed", request, caller.account.id, token=str(token_id))
