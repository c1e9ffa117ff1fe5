# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked, seen and answered of roles and grants. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, Union

#: a field's value: text, whether, how many, or a set
Value = Union[str, bool, int, "list[str]"]
#: resource -> field -> value, wanted or seen
State = dict[str, dict[str, Value]]


class Server(TypedDict):
    """``ca_certificate``: PEM text."""

    host: str
    port: int
    sslmode: str
    ca_certificate: str


class Login(TypedDict):
    user: str
    password: str


class Role(TypedDict):
    """A login. ``password``: empty where it is not looked after. ``acts_as``: the role that its sessions become. ``member_of``: as
    ``words`` of memberships say them; ``exact``: and of no others. ``connections``: -1 for any number."""

    name: str
    password: str
    acts_as: str
    member_of: list[str]
    exact: bool
    connections: int
    createdb: bool
    createrole: bool


class Wanted(TypedDict):
    """``serving``: logins that serve, the first of them has the grants. ``visitors``: others that may connect and use the schemas.
    ``sessions``: regular expression of the application_name of the component's own sessions; empty: nobody is looked for."""

    database: str
    maintenance_database: str
    owner: str
    serving: list[str]
    visitors: list[str]
    roles: list[Role]
    schemas: list[str]
    extensions: list[str]
    sessions: str


class Manifest(TypedDict):
    """``state``: present, as ``login`` (the server's administrator); or read, as ``login`` (who serves)."""

    state: str
    check: bool
    server: Server
    login: Login
    wanted: Wanted


class Membership(TypedDict):
    role: str
    admin: bool
    inherit: bool
    set: bool
    grantor: str


class SeenRole(TypedDict):
    """``mine``: who asks may change it; ``usable``, ``settable``: and has its rights, may become it."""

    login: bool
    superuser: bool
    createdb: bool
    createrole: bool
    replication: bool
    bypassrls: bool
    inherit: bool
    connections: int
    acts_as: str
    member_of: list[Membership]
    mine: bool
    usable: bool
    settable: bool


class Cluster(TypedDict):
    """``grantable``: of PostgreSQL's own roles, those that who asks may give. ``serving_as``: logins of the component's own sessions."""

    me: str
    superuser: bool
    createrole: bool
    createdb: bool
    roles: dict[str, SeenRole]
    grantable: list[str]
    databases: dict[str, SeenDatabase]
    serving_as: list[str]


class SeenDatabase(TypedDict):
    """``connect``: roles to which that is granted by name."""

    owner: str
    connect: list[str]


#: who -> privileges
Grants = dict[str, "list[str]"]


class SeenSchema(TypedDict):
    """``creates``: whether the owner of the database may make something in it."""

    owner: str
    creates: bool
    grants: Grants


class Relation(TypedDict):
    """``kind``: table (or whatever is read and written as one) or sequence; ``tied``: one that belongs to a table's column."""

    kind: str
    schema: str
    name: str
    owner: str
    tied: bool
    grants: Grants


class Default(TypedDict):
    """What new things of the owner are granted; ``kind`` as of a relation."""

    kind: str
    schema: str
    grants: Grants


class Inside(TypedDict):
    """What one database holds. ``owns``: what logins that serve own in it, in words."""

    schemas: dict[str, SeenSchema]
    relations: list[Relation]
    defaults: list[Default]
    extensions: list[str]
    owns: dict[str, list[str]]


class Seen(TypedDict):
    """``inside`` is None where there is no such database; ``opens``: roles whose password opens it."""

    cluster: Cluster
    inside: Inside | None
    opens: list[str]


class Field(TypedDict):
    before: Value
    after: Value


class Changed(TypedDict):
    resource: str
    fields: dict[str, Field]


class _Result(TypedDict):
    failed: bool
    changed: bool
    msg: str


class Result(_Result, total=False):
    """``serving_as``: as which logins the component's own sessions are there. ``findings``: why a login should not serve."""

    changes: list[Changed]
    warnings: list[str]
    serving_as: list[str]
    findings: list[str]
