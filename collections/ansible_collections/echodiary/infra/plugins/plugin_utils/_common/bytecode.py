# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bytecode of this collection's modules is kept beside them, as Python keeps that of all others.

Ansible's own loader of collections compiles every module anew in every run.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

#: of which modules, such as ansible_collections.echodiary.infra.plugins.
OURS = __name__.rpartition("plugin_utils.")[0]


class Finder(MetaPathFinder):
    """Python's ordinary finder. What it does not find, a package without a file among them, is left to Ansible's."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if not fullname.startswith(OURS):
            return None
        specs = (_folder(folder).find_spec(fullname) for folder in path or ())
        return next((spec for spec in specs if spec is not None and spec.loader is not None), None)


@functools.cache
def _folder(path: str) -> FileFinder:
    return FileFinder(path, (SourceFileLoader, [".py"]))


def keep() -> None:
    """From now on; once is enough for a process and those it starts as copies of itself."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
