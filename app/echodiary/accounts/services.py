"""What the routes of accounts share in one worker."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from echodiary.accounts.background import Background
from echodiary.accounts.limiting import Limits
from echodiary.accounts.mails import Mails
from echodiary.accounts.passwords import Passwords
from echodiary.optional_redis import OptionalRedis
from echodiary.settings import Settings


@dataclass(frozen=True)
class Accounts:
    settings: Settings
    sessions: async_sessionmaker[AsyncSession]
    passwords: Passwords
    limits: Limits
    mails: Mails
    background: Background

    async def close(self) -> None:
        """What was promised is done first: a 202 has been answered for it."""
        await self.background.finish(5)
        await self.mails.finish(5)
        self.passwords.close()


def create(settings: Settings, sessions: async_sessionmaker[AsyncSession], redis: OptionalRedis | None) -> Accounts:
    return Accounts(settings, sessions, Passwords(settings.password_threads), Limits(redis), Mails(settings), Background())


def _of(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


Services = Annotated[Accounts, Depends(_of)]
