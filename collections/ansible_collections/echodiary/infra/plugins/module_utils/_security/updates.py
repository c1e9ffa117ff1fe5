# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packages apt would replace, by lists as fresh as they are there: fetched into a directory that is thrown away."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile

from .._host.run import run, tail
from .shapes import Said

FETCH, LOOK = 180.0, 120.0
#: who fetches, where it is there
_FETCHER = "_apt"


def pending() -> Said:
    """What ``apt-get -s dist-upgrade`` says."""
    if not shutil.which("apt-get"):
        return {"text": "", "why": "apt-get: not installed; this host's distribution has another one"}
    place = tempfile.mkdtemp(prefix="echodiary-lists.")
    try:
        return _asked(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _asked(place: str) -> Said:
    os.chmod(place, 0o755)  # noqa: S103 - lists are no secret, and apt's own user has to reach them
    os.mkdir(os.path.join(place, "partial"))
    _give(os.path.join(place, "partial"))
    own = ["-o", f"Dir::State::Lists={place}/", "-o", f"Dir::Log={place}", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]
    fetched = run(["apt-get", "-q", *own, "-o", "APT::Update::Error-Mode=any", "update"], FETCH)
    if fetched.code != 0:
        return {"text": "", "why": f"its package lists could not be fetched: {' '.join(tail(fetched.output, 2).split())[:300]}"}
    said = run(["apt-get", "-q", "-s", *own, "dist-upgrade"], LOOK)
    why = "" if said.code == 0 else f"apt-get ended with {said.code}: {' '.join(tail(said.output, 2).split())[:300]}"
    return {"text": said.output, "why": why}


def _give(path: str) -> None:
    """To apt's own user, who may nothing else."""
    with contextlib.suppress(LookupError, OSError):  # else apt fetches as root
        shutil.chown(path, _FETCHER)
