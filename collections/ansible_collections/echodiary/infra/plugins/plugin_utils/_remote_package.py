# SPDX-License-Identifier: GPL-3.0-or-later
"""Any package of module_utils as one remote call: its files go in compressed, ``main.run(manifest)`` runs there, its answer comes back.

The way ``_remote`` sends ``converge``, for modules that share files with one another: each package keeps its name under one root, so
that ``from .._ledger import journal`` means the same on the host as on the controller.
"""

from __future__ import annotations

import functools
import json
import os
import zlib
from typing import Any, NamedTuple

from . import _remote


class NoAnswerError(Exception):
    """One line: the host said nothing that could be read, what it said instead, and what to look at."""


class Package(NamedTuple):
    """``name`` is the package whose ``main`` is run; ``files`` are all files it takes, each after those that it imports."""

    name: str
    files: tuple[str, ...]


_LOADER = """
import sys, json, types
def package(name):
    module = types.ModuleType(name)
    module.__path__ = []
    sys.modules[name] = module
    return module
root = package("echodiary")
for name, source in d[1]:
    parent, _, leaf = name.partition(".")
    holder = sys.modules.get("echodiary." + parent) or package("echodiary." + parent)
    setattr(root, parent, holder)
    module = types.ModuleType("echodiary." + name)
    module.__package__ = "echodiary." + parent
    sys.modules[module.__name__] = module
    setattr(holder, leaf, module)
    exec(compile(source, "echodiary/" + name.replace(".", "/") + ".py", "exec"), module.__dict__)
answer = sys.modules["echodiary." + d[2] + ".main"].run(d[3])
sys.stdout.write(%r + json.dumps(answer) + %r)
""".replace("%r", repr(_remote.MARKER))


def call(action: Any, package: Package, manifest: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
    """Run ``package`` on the host of ``action`` (an action plugin) with its become; its answer, which may say ``failed``."""
    python = interpreter(action, task_vars)
    ran = action._low_level_execute_command(_remote.command(python), in_data=payload(package, manifest))
    answer = _remote.parse(ran["stdout"])
    if answer is None:
        said = (ran["stderr"] or ran["stdout"]).strip()[-2000:]
        raise NoAnswerError(f"no answer from the host (exit {ran['rc']}): {said}; is {python} there, and does become work?")
    return answer


def interpreter(action: Any, task_vars: dict[str, Any]) -> str:
    """Asking the host which Python it has would be a call of its own."""
    chosen = str(action._templar.template(task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"))
    return "/usr/bin/python3" if chosen.startswith("auto") else chosen


def payload(package: Package, manifest: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps([_LOADER, _sources(package), package.name, manifest]).encode(), 6)


@functools.lru_cache(maxsize=8)
def _sources(package: Package) -> list[tuple[str, str]]:
    from .. import module_utils

    directory = next(iter(module_utils.__path__))
    return [(name, _read(os.path.join(directory, *name.split(".")) + ".py")) for name in package.files]


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as handle:
        return handle.read()
