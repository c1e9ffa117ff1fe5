# SPDX-License-Identifier: GPL-3.0-or-later
"""A call whose work is done in a release's own Python: the host's half (``module_utils/_alembic``) starts it, ``_inside`` works there."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .._calls import packages
from .._calls.base import Args, HostCall

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Manifest, Run, Said

#: whose ``main`` starts the release's own Python, and what runs in that
HOST = "_alembic"
INSIDE = "_inside"


class InsideCall(HostCall[Args]):
    """An action plugin that asks a release."""

    PACKAGE = HOST

    def _in_release(self, *runs: Run) -> Said:
        """``runs``: what ``place.run`` made of a task. The host's ``answers``, one for each; or ``failed`` and ``msg``."""
        said: Said = self._ask(manifest(list(runs)))
        return said


def manifest(runs: list[Run]) -> Manifest:
    return {"loader": packages.source("_loader"), "sources": _sources(), "runs": runs}


@functools.cache
def _sources() -> dict[str, str]:
    return {file: packages.source(file) for file in packages.package(INSIDE).files}
