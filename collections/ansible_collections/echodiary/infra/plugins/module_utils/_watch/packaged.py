# SPDX-License-Identifier: GPL-3.0-or-later
"""What packages brought to the directories that are watched. A host without dpkg knows nothing of that."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from .._host import dpkg

#: a clock's tick, and for how long a package's scripts go on at most after its files were unpacked (s)
SCRIPTS_BEFORE, SCRIPTS_AFTER = 2.0, 180.0


class Packaged(NamedTuple):
    """``conffiles``: path -> md5 as brought; ``due``: those that should be there; ``paths``: of all packages, as far as watched."""

    conffiles: Mapping[str, str] = {}
    due: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    unpacked: tuple[float, ...] = ()
    #: when dpkg last had something to write down (s, epoch)
    settled: float = 0.0

    def by_scripts(self, changed: float, since: float) -> bool:
        """Was it changed while some package was installed ``since``? Its scripts make what no list of files names."""
        during = (at for at in self.unpacked if at > since and -SCRIPTS_BEFORE <= changed - at <= SCRIPTS_AFTER)
        return changed <= self.settled + SCRIPTS_BEFORE and any(during)


def is_known() -> bool:
    return os.path.isfile(os.path.join(dpkg.ROOT, "status"))


def read(prefixes: tuple[str, ...]) -> Packaged:
    conffiles = {**dpkg.conffiles(), **dpkg.ucf()}
    return Packaged(conffiles, frozenset(dpkg.due()), dpkg.listed(prefixes), tuple(dpkg.unpacked()), dpkg.settled())


def md5(content: bytes) -> str:
    """From where no OpenSSL has to be loaded: most of what is compared is short."""
    try:
        from _md5 import md5 as algorithm  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from hashlib import md5 as algorithm
    digits: str = algorithm(content, usedforsecurity=False).hexdigest()
    return digits
