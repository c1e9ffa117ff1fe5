# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a host the long contents that it lacks: by the connection's own file transfer, into a directory that is the login user's alone.

The host's half copies them out of there into a place of root's, checks their digests, and takes them away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import contents

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from ...module_utils._converge.exchange import Lacking

Say = Callable[[str], None]


class Delivery:
    """What one task brought one host. The action plugin knows the connection."""

    def __init__(self, action: ActionBase, known: Mapping[str, contents.Long]) -> None:
        self._action = action
        self._known = known
        self._sent: set[str] = set()
        self._directory = ""
        #: digest -> path on the host, for the next call
        self.waiting: dict[str, str] = {}

    def bring(self, lacking: list[Lacking], say: Say) -> str:
        """Why it could not be brought; empty when it was, and ``waiting`` then tells where."""
        for one in lacking:
            sha256 = one["sha256"]
            if sha256 in self.waiting:
                continue
            if sha256 in self._sent:
                return f"{one['path']} was sent and is asked for again; see what became of it there: ls -l /var/lib/echodiary/contents"
            say(f"sends {one['path']} ({one['size'] / 1e6:.1f} MB)")
            self._sent.add(sha256)
            self.waiting[sha256] = self._transfer(sha256)
        return ""

    def _transfer(self, sha256: str) -> str:
        shell = self._action._connection._shell
        self._directory = self._directory or self._action._make_tmp_path()
        remote = shell.join_path(self._directory, sha256)
        with contents.as_file(self._known[sha256]) as local:
            self._action._transfer_file(local, remote)
        return str(remote)

    def taken(self) -> dict[str, str]:
        """What the call that is about to be made finds on the host; it is told once."""
        waiting, self.waiting = self.waiting, {}
        return waiting

    def clean(self) -> None:
        """The directory goes, with what a call that never came would have taken from it."""
        if self._directory:
            self._action._remove_tmp_path(self._directory, force=True)
            self._directory = ""
