# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a release's own Python, and what it answers: JSON, both ways.

Only types are written here, which nobody asks for while a program runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alembic.migration import MigrationContext
    from alembic.runtime.migration import RevisionStep
    from sqlalchemy import MetaData
    from sqlalchemy.engine.interfaces import ExecutionContext

    from .._ledger.values import Json

    #: the database's heads and Alembic's context in, the steps to take out
    Work = Callable[[tuple[str, ...], MigrationContext], Iterable[RevisionStep]]
    #: what SQLAlchemy tells besides of a statement: its parameters, its context, and whether it is run for several
    Executed = Union[Mapping[str, Json], Sequence[Json], ExecutionContext, bool, None]
    #: name and schema of the table that holds the revision
    VersionTable = tuple[str, Union[str, None]]
    See = Callable[[tuple[str, ...], MigrationContext], None]


class Column(TypedDict):
    """``type`` as it is written in SQL, ``family`` as SQLAlchemy groups types; a default of the server's, or of the code's."""

    type: str
    family: str
    nullable: bool
    server_default: bool
    client_default: bool


Columns = dict[str, Column]
#: a table's name carries its schema, unless that is the default one
Tables = dict[str, Columns]


class Difference(TypedDict):
    """What the models have in one place, and the database in the same; both in words."""

    kind: str
    table: str
    name: str
    models: str
    database: str


class Step(TypedDict):
    """One revision on the way; ``direction`` is up or down. ``unreadable``: why its SQL cannot be had."""

    revision: str
    down_revision: str
    message: str
    direction: str
    sql: str
    unreadable: str


class Index(TypedDict):
    index: str
    table: str


class Server(TypedDict):
    """``version`` as PostgreSQL counts: 170004 is 17.4, and 0 is unknown. ``driver`` as SQLAlchemy has it in front of a URL."""

    version: int
    database: str
    driver: str


class Blocker(TypedDict):
    """A session that was in the way; ``age`` (s) of its transaction."""

    pid: int
    application_name: str
    user: str
    state: str
    age: float
    query: str


class Blocked(Blocker):
    attempt: int
    revision: str


class Limits(TypedDict):
    """Milliseconds."""

    lock_timeout: int
    statement_timeout: int
    concurrently_timeout: int


# -- requests ----------------------------------------------------------------------------------------------------------


class Wanted(TypedDict, total=False):
    """What to read: ``target`` is head, base, a revision or empty; ``want`` any of schema, models, revisions, differences.

    ``since``: a revision to start from without asking a database; ``lenient``: several heads are no reason to answer nothing.
    """

    target: str
    since: str | None
    want: list[str]
    lenient: bool


class Session(TypedDict):
    """One that is to be ended; when it was ``still`` its state may not have changed ``since``."""

    pid: int
    began: str
    since: str
    still: bool


class Asked(Wanted, total=False):
    """What a task asks: ``do`` is read, migrate, connections, sessions or password.

    migrate: ``expected`` revisions that were linted, ``key`` of the lock, ``lock_wait`` (s), ``limits``, ``tries``.
    """

    do: str
    expected: list[str]
    key: int
    lock_wait: int
    limits: Limits
    tries: int
    end: list[Session]
    role: str
    password: str
    look: bool


class Request(Asked, total=False):
    """With what every request has: where the project is, and ``options`` (ms) for PGOPTIONS."""

    config: str
    section: str
    options: dict[str, int]


class Login(TypedDict):
    """Who takes the place of whoever is named in the URL that ``variable`` of the environment has."""

    user: str
    password: str
    variable: str


class _Document(TypedDict):
    loader: str
    sources: dict[str, str]
    environment: dict[str, str]
    request: Request


class Document(_Document, total=False):
    """What a release's Python is started with."""

    login: Login


# -- answers -----------------------------------------------------------------------------------------------------------


class Facts(TypedDict, total=False):
    """What belongs to an error, by its kind."""

    heads: list[str]
    current: list[str] | None
    holder: str
    waited: float
    sqlstate: str
    revision: str
    statement: str
    outside: bool
    began_at: list[str] | None
    attempts: int
    blocked: list[Blocked]
    notes: list[str]
    invalid_indexes: list[Index]


class _Error(TypedDict):
    kind: str
    text: str


class Error(_Error, Facts):
    """Why there is no answer."""


class Like(TypedDict, total=False):
    """What of env.py's configuration shapes the SQL of a revision."""

    dialect_name: str
    target_metadata: MetaData | Sequence[MetaData] | None
    version_table: str
    version_table_schema: str | None


class Versions(TypedDict):
    alembic: str
    sqlalchemy: str


class _Answer(TypedDict, total=False):
    """``seconds`` that it took, as the host sees it."""

    versions: Versions
    seconds: float


class _Read(_Answer):
    current: list[str]
    heads: list[str]
    unknown: list[str]
    server: Server
    invalid_indexes: list[Index]
    steps: list[Step]
    schema: Tables | None
    models: Tables | None
    differences: list[Difference] | None
    version_table: str
    ancestors: list[str]


class Read(_Read, total=False):
    """Where the database is and what is pending; ``ancestors`` have been applied. ``schema`` and the two after it only where asked for."""

    revisions: list[str] | None
    notes: list[str]


_From = TypedDict("_From", {"from": "list[str] | None"})


class Migrated(_From, _Answer):
    """What became of it; ``waited`` (s) for the lock, which ``holders`` had; ``took`` (s) by revision."""

    applied: list[str]
    current: list[str]
    attempts: int
    blocked: list[Blocked]
    waited: float
    holders: list[str]
    notes: list[str]
    invalid_indexes: list[Index]
    schema: Tables | None
    took: dict[str, float]


class Role(TypedDict):
    """``limit`` is -1 for none."""

    name: str
    limit: int
    superuser: bool


class Database(TypedDict):
    name: str
    limit: int


class Group(TypedDict):
    """Sessions that one role has in one database under one application's name."""

    role: str
    database: str
    application: str
    count: int


class Connections(_Answer):
    """``reserved`` by setting."""

    server_version_num: int
    max_connections: int
    reserved: dict[str, int]
    role: Role
    database: Database
    sessions: list[Group]


class Seen(TypedDict):
    """A session, as _SESSIONS of ``sessions`` selects it; times in seconds."""

    pid: int
    role: str
    database: str
    application: str
    state: str
    kind: str
    client: str
    began: str
    since: str
    seconds: float
    transaction_seconds: float
    waits: bool
    query: str
    blocked_by: list[int]
    waits_seconds: float
    advisory: bool


class Most(TypedDict):
    """How many connections there may be, and how many of them are not for everybody."""

    most: int
    reserved: int


class Sessions(_Answer):
    """``refused``: pid -> why it was not ended."""

    sessions: list[Seen]
    limits: Most
    ended: list[int]
    refused: dict[str, str]


class Changed(_Answer):
    changed: bool


class Failed(_Answer):
    error: Error


Answer = Union[Read, Migrated, Connections, Sessions, Changed, Failed]
