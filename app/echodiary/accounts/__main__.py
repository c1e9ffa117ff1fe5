"""`python -m echodiary.accounts`: what an operator does about accounts. Everything may be said again.

first        give the first account, whose the entries from before accounts are, an address and a way in
move-entries everything that one account wrote belongs to another from now on
token        make a token for a program: printed once, on standard output
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from echodiary import logs
from echodiary.accounts import commands
from echodiary.accounts.schemas import ADDRESS
from echodiary.database import create_engine, session_factory
from echodiary.settings import Settings, get_settings

Command = Callable[[AsyncSession, Settings, argparse.Namespace], Awaitable[str]]


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        settings = get_settings()
    except ValidationError as error:
        print(f"accounts: environment variable {_variable(error)}", file=sys.stderr)
        return 2
    logs.configure("WARNING")
    try:
        print(asyncio.run(_run(given.command, settings, given)))
    except commands.RefusedError as error:
        print(f"accounts: {error}", file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"accounts: the database did not do it ({type(error.orig).__name__}): see DATABASE_URL, then say it again", file=sys.stderr)
        return 1
    return 0


async def _run(command: Command, settings: Settings, given: argparse.Namespace) -> str:
    engine = create_engine(settings)
    try:
        async with session_factory(engine)() as db:
            said = await command(db, settings, given)
            await db.commit()
            return said
    finally:
        await engine.dispose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m echodiary.accounts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = parser.add_subparsers(required=True, metavar="COMMAND")
    first = known.add_parser("first", help="a way into the first account")
    first.add_argument("--email", required=True, type=_address)
    first.add_argument("--password-stdin", action="store_true", help="read the password from standard input; else a link is made")
    first.set_defaults(command=commands.first)
    move = known.add_parser("move-entries", help="from one account to another")
    move.add_argument("--from", dest="source", required=True, type=_who, metavar="EMAIL|first")
    move.add_argument("--to", dest="target", required=True, type=_who, metavar="EMAIL|first")
    move.set_defaults(command=commands.move_entries)
    token = known.add_parser("token", help="for a program")
    token.add_argument("--email", required=True, type=_who, metavar="EMAIL|first")
    token.add_argument("--name", required=True, help="of the program; a token of that name is replaced")
    token.add_argument("--token-stdin", action="store_true", help="the token is the one that standard input says, at least 32 characters")
    token.set_defaults(command=commands.token)
    return parser


def _address(text: str) -> str:
    if not re.fullmatch(ADDRESS, text.strip()):
        raise argparse.ArgumentTypeError("not an e-mail address")
    return text.strip().lower()


def _who(text: str) -> str:
    return text if text == "first" else _address(text)


def _variable(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"


if __name__ == "__main__":
    sys.exit(main())
