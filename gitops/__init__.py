# SPDX-License-Identifier: GPL-3.0-or-later
"""GitOps over ansible-runner: one command that says what differs, plans, puts right, waits, remembers and watches.

The report model and its renderings belong to the collection, which is found in the checkout this runs in.
"""

from __future__ import annotations

import sys
from pathlib import Path


def _find_collections() -> None:
    """An installed command runs in a checkout, too: the nearest directory above that has the collection."""
    for directory in (Path(__file__).resolve().parent.parent, Path.cwd(), *Path.cwd().parents):
        found = directory / "collections"
        if (found / "ansible_collections/echodiary/infra/plugins").is_dir():
            if str(found) not in sys.path:
                sys.path.insert(0, str(found))
            return


_find_collections()
