# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the databases are that jobs save, from the components that declare them: nobody says it twice.

With the variables of a host that has the component: who saves may be another, which does not see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypedDict

from .._common.errors import SpecError
from .._component.names import listed, short
from .._database import declared
from . import releases

if TYPE_CHECKING:
    from .._component import roster

_PURPOSE = "created"


class Database(TypedDict):
    """Who reads all of it, and with which image. ``ca_certificate``: a file on the host that saves; ``release``: what is started on it
    where it came back, None where nothing of the component answers requests."""

    host: str
    port: int
    name: str
    user: str
    password: str
    sslmode: str
    ca_certificate: str
    image: str
    release: releases.Release | None


class Databases:
    """As templates ask for them: whoever does not call it pays nothing, and needs no secret."""

    def __init__(self, hosts: roster.Roster) -> None:
        self._hosts = hosts

    def variables(self) -> dict[str, Callable[[Iterable[str]], dict[str, Database]]]:
        return {"component_databases": self.of}

    def of(self, components: Iterable[str]) -> dict[str, Database]:
        return {component: self._one(component) for component in components}

    def _one(self, component: str) -> Database:
        host, name = self._where(component)
        source = self._hosts.source(host, name)
        given = source.spec.get(declared.KEY)
        if given is None:
            raise SpecError(
                f"backup_jobs: {declared.undeclared(short(component))}; declare it (docs/backup.md), or save it by another kind"
            )
        asked, where = declared.wanted(source.name, given, _PURPOSE), f"{source.name}/component.yml"
        found = declared.read(source.name, self._hosts.rendered(host, source, asked, where))
        return told(found, releases.told(found, self._hosts.rendered(host, source, releases.wanted(source.spec), where)))

    def _where(self, component: str) -> tuple[roster.Host, str]:
        here = self._hosts.here
        others = (self._hosts.host(name) for name in self._hosts.names())
        for host in (here, *others):
            name = listed(component, host.components)
            if name:
                return host, name
        raise SpecError(f"backup_jobs: no host of the inventory has component {component}; correct its name")


def told(found: declared.Declared, release: releases.Release | None = None) -> Database:
    """Pure. SpecError for what a dump cannot do without."""
    login, saved = found.dumps, found.backup
    missing = [f"database: {key}" for key in declared.missing(found, login, ("host", "name", "user", "password"))]
    missing += [] if saved and saved.image else ["database: backup: image"]
    if missing:
        raise SpecError(f"backup_jobs: {found.component}: component.yml does not say {', '.join(missing)}; see docs/backup.md")
    return {
        "host": found.host,
        "port": found.port,
        "name": found.name,
        "user": login.user,
        "password": login.password,
        "sslmode": found.sslmode,
        "ca_certificate": saved.ca_certificate if saved else "",
        "image": saved.image if saved else "",
        "release": release,
    }
