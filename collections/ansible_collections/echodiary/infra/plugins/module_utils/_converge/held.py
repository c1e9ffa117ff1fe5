# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that may cut the host off is held until somebody came by a new connection: a dead man's switch.

Before tables of nftables change, what brings them back is written down, and a timer of systemd's is told to do that. Whoever changed them
then has to connect anew. Where nobody does, the timer brings tables and their files back, whatever became of the run that changed them; a
reboot meanwhile does so as well (the unit that loads them looks for it). Whoever renames the folder first has decided. The component's
journal stays open until then.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from typing import TYPE_CHECKING

from .._host.run import must, run
from .._kinds import model, nftables
from .._ledger import files

if TYPE_CHECKING:
    from . import planning
    from .view import View

#: for a new connection (s)
SECONDS = 50
TOO_LATE = f"nobody came by a new connection within {SECONDS} s: the rules of before are in force again; converge again"
_PARTS = ("paths", "units", "processes")


class Held:
    """Of one component."""

    def __init__(self, view: View) -> None:
        self.folder = os.path.join(view.host.state_dir, "held", view.name)
        self._unit = f"echodiary-held-{view.name}"
        self._plan = view.plan
        # a file may not be there yet
        self._tables = {path: nftables.named(view.want.files[path].content.decode()) for path in view.spec["nftables"]}
        self._before: dict[str, str] | None = None

    def arm(self) -> None:
        """What is held already goes back to what was there before it."""
        self._stop()
        if not os.path.exists(self.folder):
            self._before = self._listed()
            self._write_down(f"{self.folder}.new")
        must(["systemd-run", "-q", "--collect", f"-u{self._unit}", f"--on-active={SECONDS}", "--timer-property=AccuracySec=1s",
              "/bin/sh", f"{self.folder}/back"])  # fmt: skip

    def _listed(self) -> dict[str, str]:
        return {path: nftables.listed(table) for path, table in self._tables.items()}

    def _write_down(self, fresh: str) -> None:
        for left in (fresh, f"{self.folder}.done"):
            shutil.rmtree(left, ignore_errors=True)
        files.make_directories(fresh, 0o700)
        # a killed run may have left its own, into which mv would move this one
        script = [f"[ -d {self.folder} ] || exit 0", f"rm -rf {self.folder}.back", f"mv {self.folder} {self.folder}.back || exit 0"]
        script += [f"cd {self.folder}.back"]
        for number, (path, before) in enumerate((self._before or {}).items()):
            table = self._tables[path]
            files.write(f"{fresh}/{number}.nft", f"table {table}\ndelete table {table}\n{before}\n", 0o600)
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(path, f"{fresh}/{number}.file")
            place = shlex.quote(path)
            script += [f"{nftables.NFT} -f {number}.nft", f"cp -p {number}.file {place} || rm -f {place}"]
        told = {part: [one.as_dict() for one in getattr(self._plan, part)] for part in _PARTS}
        files.write_json(f"{fresh}/plan", told, 0o600)
        files.write(f"{fresh}/back", "\n".join([*script, f"rm -r {self.folder}.back", ""]), 0o600)
        os.rename(fresh, self.folder)

    def moved(self) -> bool:
        """Is any table another one than it was?"""
        return self._listed() != self._before

    def release(self) -> bool:
        """False where it is taken back already."""
        try:
            os.rename(self.folder, f"{self.folder}.done")
        except FileNotFoundError:
            return False
        self._stop()
        shutil.rmtree(f"{self.folder}.done")
        return True

    def restore(self) -> None:
        run(["/bin/sh", f"{self.folder}/back"])
        self._stop()

    def planned(self, plan: planning.Plan) -> planning.Plan:
        """What the call planned that changed it."""
        told = files.read_json(f"{self.folder}/plan") or {}
        return plan._replace(**{part: [model.Change.of(one) for one in several] for part, several in told.items()})

    def _stop(self) -> None:
        run(["systemctl", "stop", f"{self._unit}.timer"])
