# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores into a new database, checks it against what the backup says of itself, and swaps by renaming. The old one is kept.

Until the swap nothing of the live database is touched, and what fails before it leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from . import make, rights, sql, toc
from .client import Client, blocks
from .errors import DumpError
from .store import Store

if TYPE_CHECKING:
    from .shapes import Backup, Content, Facts, Replaced, Result, Wanted


def restore(wanted: Wanted, check: bool) -> Result:
    """The login is of a role that may do this."""
    kept = Store(wanted["directory"])
    backup = kept.require(wanted["id"])
    damage = kept.damage(backup)
    if damage:
        raise DumpError(f"refused, and nothing was touched: {damage}; restore another backup")
    this = _Restore(kept.dump(backup["id"]), backup, wanted)
    preview = this.look()
    if check:
        return {**preview, "msg": this.foretell()}
    began = time.monotonic()
    done = this.run()
    said = f"{this.live} is what it was at {backup['time']} (revision {backup['revision'] or 'none'}, {backup['rows']} rows)"
    kept_as = f"; what it was until now is kept as {this.before}" if preview["replaced"] else ""
    return {
        **preview, "msg": said + kept_as, "warnings": done.warnings, "ended_sessions": done.ended,
        "seconds": round(time.monotonic() - began, 3),
    }  # fmt: skip


class _Done(NamedTuple):
    ended: int
    warnings: list[str]


class _Restore:
    def __init__(self, path: str, backup: Backup, wanted: Wanted) -> None:
        self.path, self.backup, self.wanted = path, backup, wanted
        self.live, self.owner = wanted["login"]["database"], wanted["owner"]
        self.fresh, self.before = f"{self.live}_restore_{backup['id']}", f"{self.live}_before_{backup['id']}"
        self.maintenance = wanted["maintenance_database"]
        self.client = Client(wanted["login"], wanted["timeout"])

    def look(self) -> Result:
        """What would be replaced by what. Raises for what stands in the way."""
        names = {"live": self.live, "fresh": self.fresh, "before": self.before, "owner": self.owner}
        self.facts: Facts = json.loads(self.client.sql(sql.LOOK, self.maintenance, **names))
        wrong = rights.missing(self.facts, self.live, self.before, self.owner)
        if wrong:
            raise DumpError(f"refused, and nothing was touched: {'; '.join(wrong)}")
        shown, replaced = self.backup.copy(), self._replaced()
        shown.pop("tables", None)
        return {
            "failed": False,
            "changed": True,
            "msg": "",
            "backup": shown,
            "replaced": replaced,
            "kept_as": self.before if replaced else None,
            "sessions": self.facts["sessions"],
            "tables": self.backup["tables"],
            "age": _span(time.time() - self.backup["timestamp"]),
        }

    def _replaced(self) -> Replaced | None:
        live = self.facts["databases"].get(self.live)
        if live is None:
            return None
        content = self._content(self.live)
        return {"size": live["size"], "revision": content["revision"], "rows": content["rows"]}

    def foretell(self) -> str:
        backup, sessions = self.backup, len(self.facts["sessions"])
        if self.live not in self.facts["databases"]:
            return f"would make {self.live} from {backup['id']} of {backup['time']}; there is none now"
        return f"would replace {self.live} by {backup['id']} of {backup['time']}, keep it as {self.before}, and end {sessions} sessions"

    def run(self) -> _Done:
        try:
            self._create()
            self._fill()
            self._check()
            warnings = self._describe()
            ended = self._swap()
        except DumpError:
            with contextlib.suppress(DumpError):
                self.client.sql(sql.DROP, self.maintenance, fresh=self.fresh)
            raise
        return _Done(ended, warnings)

    def _create(self) -> None:
        databases = self.facts["databases"]
        template, live = databases["template1"], databases.get(self.live) or databases["template1"]
        likeness = {"encoding": live["encoding"], "collate": live["collate"], "ctype": live["ctype"]}
        same = likeness == {"encoding": template["encoding"], "collate": template["collate"], "ctype": template["ctype"]}
        self.client.sql(sql.DROP, self.maintenance, fresh=self.fresh)
        self.client.sql(
            sql.CREATE if same else sql.CREATE_LIKE, self.maintenance, fresh=self.fresh, owner=self.owner, **({} if same else likeness)
        )

    def _fill(self) -> None:
        present = self._content(self.fresh)["extensions"]
        chosen = toc.without_extensions(make.listing(self.client, self.path), present)
        with _file("\n".join(chosen) + "\n") as listed:
            program = ["pg_restore", "--exit-on-error", "--no-owner", f"--role={self.owner}", f"--use-list={listed}"]
            program.append(f"--dbname={self.fresh}")
            with self.client.output(program, blocks(self.path), files=[listed]) as output:
                output.read()
        self.client.sql(sql.ANALYZE, self.fresh, owner=self.owner)

    def _check(self) -> None:
        tables = self.backup["tables"]
        counted = self.client.sql('SET ROLE :"owner";\n' + sql.counts(tables), self.fresh, owner=self.owner).split()
        found = dict(zip(tables, map(int, counted)))
        wrong = [f"{table}: {found.get(table)} rows instead of {rows}" for table, rows in tables.items() if found.get(table) != rows]
        content = self._content(self.fresh)
        if content["revision"] != self.backup["revision"]:
            wrong.append(f"revision {content['revision'] or 'none'} instead of {self.backup['revision'] or 'none'}")
        if content["invalid"]:
            wrong.append(f"{content['invalid']} invalid indexes")
        if wrong:
            raise DumpError(f"the restored database is not the backup ({'; '.join(wrong)}), so {self.live} was left as it is")

    def _describe(self) -> list[str]:
        """Limits, settings and grants of the database itself; one that cannot be copied does not stop a restore."""
        if self.live not in self.facts["databases"]:
            return []
        try:
            self.client.sql(sql.PROPERTIES, self.maintenance, live=self.live, fresh=self.fresh)
        except DumpError as error:
            return [f"settings or grants of the database itself may be missing: {error}"]
        return []

    def _swap(self) -> int:
        names = {"live": self.live, "fresh": self.fresh, "before": self.before}
        if self.live not in self.facts["databases"]:
            self.client.sql(sql.PLACE, self.maintenance, live=self.live, fresh=self.fresh)
            return 0
        try:
            return int(self.client.sql(sql.SWAP, self.maintenance, **names).split()[0])
        except DumpError as error:
            with contextlib.suppress(DumpError):
                self.client.sql(sql.REOPEN, self.maintenance, live=self.live)
            raise DumpError(f"{error}; {self.live} is open again and as it was: run again") from error

    def _content(self, database: str) -> Content:
        found: Content = json.loads(self.client.sql(sql.CONTENT, database))
        return found


def _span(seconds: float) -> str:
    minutes = max(0, int(seconds)) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


@contextlib.contextmanager
def _file(text: str) -> Iterator[str]:
    """A file that a container's nobody may read; the directory around it is nobody else's."""
    with tempfile.TemporaryDirectory(prefix="echodiary-dump-") as folder:
        path = os.path.join(folder, "list")
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.chmod(path, 0o644)
        yield path
