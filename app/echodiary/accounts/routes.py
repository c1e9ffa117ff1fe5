"""Every route of accounts."""

from fastapi import APIRouter

from echodiary.accounts import account, sessions, sign_up, tokens

router = APIRouter()
for part in (sign_up, sessions, tokens, account):
    router.include_router(part.router)
