# SPDX-License-Identifier: GPL-3.0-or-later
"""One remote call: the host's half, and within it what runs inside the release, go in on standard input; one document comes back."""

from __future__ import annotations

import functools
import os
from typing import Any

from . import _remote
from ._converge_errors import SpecError

#: in order of import: a file only imports what stands before it
HOST = ("errors", "hiding", "launch", "env_file", "process", "main")
INSIDE = (
    "errors",
    "project",
    "steps",
    "describe",
    "compare",
    "server",
    "connections",
    "sessions",
    "password",
    "bridge",
    "sentinel",
    "guard",
    "read",
    "migrate",
    "main",
)

PACKAGE = _remote.Package("_alembic", tuple(f"_alembic.{name}" for name in HOST))

_INSIDE_LOADER = """
import sys, types
for name in ("_alembic", "_alembic.inside"):
    package = types.ModuleType(name)
    package.__path__ = []
    sys.modules[name] = package
for name, source in d["sources"]:
    parent, _, own = name.rpartition(".")
    module = types.ModuleType(name)
    module.__package__ = parent
    sys.modules[name] = module
    setattr(sys.modules[parent], own, module)
    exec(compile(source, name.replace(".", "/") + ".py", "exec"), module.__dict__)
sys.modules["_alembic.inside.main"].run(d)
"""


def payload(runs: list[dict[str, Any]]) -> bytes:
    """``runs``: what ``_alembic_options`` makes of the task."""
    manifest = {"loader": _INSIDE_LOADER, "sources": _inside(), "runs": runs}
    return _remote.payload(PACKAGE, manifest)


def call(action: Any, runs: list[dict[str, Any]], task_vars: dict[str, Any]) -> dict[str, Any]:
    """Run them on the host of ``action`` (an action plugin) with its become; the host's answer, which may say ``failed``."""
    python = _remote.interpreter(action, task_vars)
    try:
        ran = _remote.execute(action, command(python), payload(runs), task_vars)
    except _remote.NoAnswerError as error:
        raise SpecError(str(error)) from error
    answer = parse(ran["stdout"])
    if answer is None:
        said = (ran["stderr"] or ran["stdout"]).strip()[-1000:]
        raise SpecError(f"no answer from the host (exit {ran['rc']}): {said}; is {python} there, and does become work?")
    return answer


def command(interpreter: str) -> str:
    return _remote.command(interpreter)


def parse(stdout: str) -> dict[str, Any] | None:
    return _remote.parse(stdout)


@functools.lru_cache(maxsize=1)
def _inside() -> list[tuple[str, str]]:
    shared = [("_alembic.hiding", _read("hiding.py"))]
    return shared + [(f"_alembic.inside.{name}", _read("inside", name + ".py")) for name in INSIDE]


def _read(*parts: str) -> str:
    from ..module_utils import _alembic

    with open(os.path.join(os.path.dirname(_alembic.__file__ or ""), *parts), encoding="utf-8") as handle:
        return handle.read()
