# SPDX-License-Identifier: GPL-3.0-or-later
"""One remote call: a package of module_utils goes in compressed, ``main.run(manifest)`` runs there, its answer comes back.

Ansible's own module wrapper imports ``module_utils.basic`` on the host before a module's first line runs, which costs more there than a
whole check. So the sources themselves are sent, and each is compiled and run when something of it is first asked for: a quiet host never
loads what only changes need. Packages keep their names under one root: ``from .._ledger import journal`` means the same on both sides.
"""

from __future__ import annotations

import functools
import json
import os
import zlib
from typing import Any, NamedTuple


class NoAnswerError(Exception):
    """One line: the host said nothing that could be read, what it said instead, and what to look at."""


class Package(NamedTuple):
    """``name`` is the package whose ``main`` is run; ``files`` are all files it takes, as ``package.file``."""

    name: str
    files: tuple[str, ...]


#: separates the answer from whatever a login shell prints before it
MARKER = "\x02echodiary\x02"

_BOOTSTRAP = "import sys,zlib,json;d=json.loads(zlib.decompress(sys.stdin.buffer.read()));exec(compile(d[0],'bootstrap','exec'))"

_LOADER = """
import sys, json, types
class Lazy(types.ModuleType):
    def __getattribute__(self, name):
        space = object.__getattribute__(self, "__dict__")
        source = space.pop("__source", None)
        if source is not None:
            object.__setattr__(self, "__class__", types.ModuleType)
            exec(compile(source, space["__name__"].replace(".", "/") + ".py", "exec"), space)
        return object.__getattribute__(self, name)
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
    module = Lazy("echodiary." + name)
    space = object.__getattribute__(module, "__dict__")
    space["__package__"] = "echodiary." + parent
    space["__source"] = source
    sys.modules["echodiary." + name] = module
    setattr(holder, leaf, module)
answer = sys.modules["echodiary." + d[2] + ".main"].run(d[3])
sys.stdout.write(%r + json.dumps(answer) + %r)
""".replace("%r", repr(MARKER))


def call(action: Any, package: Package, manifest: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
    """Run ``package`` on the host of ``action`` (an action plugin) with its become; its answer, which may say ``failed``."""
    python = interpreter(action, task_vars)
    ran = action._low_level_execute_command(command(python), in_data=payload(package, manifest))
    answer = parse(ran["stdout"])
    if answer is None:
        said = (ran["stderr"] or ran["stdout"]).strip()[-2000:]
        raise NoAnswerError(f"no answer from the host (exit {ran['rc']}): {said}; is {python} there, and does become work?")
    return answer


def interpreter(action: Any, task_vars: dict[str, Any]) -> str:
    """Asking the host which Python it has would be a call of its own."""
    chosen = str(action._templar.template(task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"))
    return "/usr/bin/python3" if chosen.startswith("auto") else chosen


def command(interpreter: str) -> str:
    """What is run on the host: no user or site packages, nothing written as bytecode, no secret in the process list."""
    return f'{interpreter} -ISB -c "{_BOOTSTRAP}"'


def payload(package: Package, manifest: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps([_LOADER, sources(package), package.name, manifest]).encode(), 6)


def files_of(package: str) -> list[str]:
    """The names of all files of a package of module_utils."""
    from .. import module_utils

    directory = os.path.join(next(iter(module_utils.__path__)), package)
    return sorted(name[:-3] for name in os.listdir(directory) if name.endswith(".py") and name != "__init__.py")


@functools.lru_cache(maxsize=8)
def sources(package: Package) -> list[tuple[str, str]]:
    from .. import module_utils

    directory = next(iter(module_utils.__path__))
    return [(name, _read(os.path.join(directory, *name.split(".")) + ".py")) for name in package.files]


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as handle:
        return handle.read()


def parse(stdout: str) -> dict[str, Any] | None:
    """The answer, or None when the host sent none."""
    parts = stdout.split(MARKER)
    if len(parts) != 3:
        return None
    answer: dict[str, Any] = json.loads(parts[1])
    return answer
